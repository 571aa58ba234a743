-- Cancels every open order of a portfolio, in the order of their numbers, and returns them. The exits of trades that
-- are open stay: they protect what is held.
-- Raises TB400 which portfolio?, TB401 no user, TB404 not visible, TB422 closed.

create function cancel_all(portfolio text default null)
  returns setof orders
  language plpgsql
  security definer
  set search_path from current
as $$
begin
  return query select * from cancel_orders(lock_portfolio(cancel_all.portfolio), null);
end
$$;

comment on function cancel_all is 'Cancel every open order of a portfolio; the exits of open trades stay.';
select let_traders('cancel_all');
