-- Whether a whole book is whole, one row a portfolio; in full, or onward: only what came since it was last found whole.
-- Of oversight, the log outside the books, one row a chain. Raises TB400 unknown book, TB403 not an administrator.

create function oversight.verify_book(book text, is_onward boolean default false)
  returns table (
    username               text,
    portfolio_id           uuid,
    events                 bigint,
    rebuilt_equals_stored  boolean,
    chain_intact           boolean,
    first_bad_seq          bigint)
  language plpgsql
  security definer
  set search_path = oversight, pg_temp
as $$
begin
  perform identity.require_administrator();

  case verify_book.book
    when 'paper'     then return query select * from paper_trading.verify_and_keep(coalesce(is_onward, false));
    when 'live'      then return query select * from live_trading.verify_and_keep(coalesce(is_onward, false));
    when 'oversight' then return query select * from oversight.verify_log();
    else
      raise exception using
        errcode = 'TB400',
        message = format('there is no book %s', verify_book.book),
        hint    = 'The books are paper and live; oversight is the log outside them.';
  end case;
end
$$;

comment on function oversight.verify_book is
  'Whether a book''s chains are intact, and its state what its events and facts say; is_onward since it last was. '
  'For auditors and administrators.';
select shared_data.let_only('oversight.verify_book', 'twinbook_auditor', 'twinbook_admin');
