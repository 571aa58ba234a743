-- The user who acts, for verbs outside the books. Raises TB401 when none is set, or he is unknown or not ACTIVE.

create function identity.acting_user()
  returns text
  language plpgsql
  set search_path = identity, pg_temp
as $$
declare
  me text := identity.known_username(null);
begin
  if not exists (select from users as u where u.username = me and u.status = 'ACTIVE') then
    raise exception using
      errcode = 'TB401',
      message = case when me is null then 'no user is set' else format('user %s is unknown or not active', me) end,
      hint    = case when me is null and not identity.is_nobody_set()
                     then 'What is set proves nobody: it takes a token that is still good.'
                     else 'Say who is asking: set "app.current_user" = ''alice''; in psql, set local in a transaction. '
                          'An administrator registers users.' end;
  end if;
  return me;
end
$$;

comment on function identity.acting_user is 'The ACTIVE user that this transaction acts for. Raises TB401.';
select shared_data.let_only('identity.acting_user', 'twinbook_engine');
