-- The user that a verb acts for, verified here once for all of its statements: see signed_username.sql. Null for none.

create function identity.known_username(book text)
  returns text
  language sql
  return nullif(set_config('twinbook.verified_user', coalesce(identity.current_username(book), ''), true), '');

comment on function identity.known_username is 'The user that a verb acts for, or null: verified once.';
select shared_data.let_only('identity.known_username', 'twinbook_engine');
