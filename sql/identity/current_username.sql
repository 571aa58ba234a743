-- The user that this transaction acts for, in a book, in administration, or (null) in any; null, which sees nothing,
-- when none was set. Everything that asks who is asking asks here. There are two answers, and use_identity puts the
-- chosen one in place.

create function identity.current_username(book text)
  returns text
  language sql stable parallel safe
  return identity.trusted_username(book);

comment on function identity.current_username is 'The user that this transaction acts for, or null.';
select shared_data.let_only('identity.current_username', 'twinbook_engine', 'twinbook_paper', 'twinbook_live',
                            'twinbook_market_data', 'twinbook_admin', 'twinbook_auditor');
