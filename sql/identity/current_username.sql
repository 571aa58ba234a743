-- The user that this transaction acts for in a book (null: in any); null, which sees nothing, when none was set.
-- After SET LOCAL ends, a custom setting reads '' and not null: hence nullif. This is the trusted identity: it
-- believes the setting, so it suits logins whose SQL is yours alone.

create function identity.current_username(book text)
  returns text
  language sql stable parallel safe
  return nullif(current_setting('app.current_user', true), '');

comment on function identity.current_username is 'The user that this transaction acts for, or null.';
select shared_data.let_only('identity.current_username', 'twinbook_engine', 'twinbook_paper', 'twinbook_live',
                            'twinbook_market_data', 'twinbook_admin', 'twinbook_auditor');
