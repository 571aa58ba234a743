-- Cancels every open order of a portfolio, in the order of their numbers, and returns them.
-- Raises TB400 which portfolio?, TB401 no user, TB404 not visible, TB422 closed.

create function cancel_all(portfolio text default null)
  returns setof orders
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  home   portfolios := lock_portfolio(cancel_all.portfolio);
  target orders;
begin
  for target in
    select o.*
    from orders as o
    where (o.username, o.portfolio_id) = (home.username, home.portfolio_id)
      and o.status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED')
      and o.pending_action = 'none'
    order by o.order_number
  loop
    return next end_order(target, 'CANCELED', null, home.username);
  end loop;
end
$$;

comment on function cancel_all is 'Cancel every open order of a portfolio.';
select let_traders('cancel_all');
