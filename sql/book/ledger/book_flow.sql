-- Money comes into a portfolio, or goes out of it, other than by trading: entry, balance and event, in one statement.

create function book_flow(home portfolios, kind text, currency text, amount numeric, note text)
  returns void
  language plpgsql
  set search_path from current
as $$
begin
  with counted as (
    update portfolios as p
    set ledger_seq = p.ledger_seq + 1
    where (p.username, p.portfolio_id) = (home.username, home.portfolio_id)
    returning p.ledger_seq
  ),
  entry as (
    insert into ledger_entries (username, portfolio_id, seq, kind, currency, amount, note, occurred_at, session)
    select home.username, home.portfolio_id, counted.ledger_seq, book_flow.kind, book_flow.currency, book_flow.amount,
           book_flow.note, business_time(home.feed_owner, home.feed), home.session
    from counted
  )
  insert into balances as b (username, portfolio_id, currency, amount)
  values (home.username, home.portfolio_id, book_flow.currency, book_flow.amount)
  on conflict on constraint balances_pkey do update
  set amount = b.amount + excluded.amount;

  perform append_event(home.username, home.portfolio_id, 'money_moved', home.username, jsonb_build_object(
    'kind', book_flow.kind, 'currency', book_flow.currency, 'amount', plain(book_flow.amount), 'note', book_flow.note));
end
$$;

comment on function book_flow is 'Book money that moves other than by trading.';
