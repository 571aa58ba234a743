-- The trusted identity believes the setting, so it suits logins whose SQL is yours alone. After SET LOCAL ends, a
-- custom setting reads '' and not null: hence nullif.

create function identity.trusted_username(book text)
  returns text
  language sql stable parallel safe
  return nullif(current_setting('app.current_user', true), '');

comment on function identity.trusted_username is 'The user whom app.current_user names, or null.';
select shared_data.let_only('identity.trusted_username', 'twinbook_engine', 'twinbook_paper', 'twinbook_live',
                            'twinbook_market_data', 'twinbook_admin', 'twinbook_auditor');
