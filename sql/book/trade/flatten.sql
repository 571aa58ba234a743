-- Cancels every order of a portfolio and closes every trade at the market; returns the orders that close. Shorts go
-- first, so that what covers them is free. Nothing stands in its way but a missing price, which makes a REJECTED.
-- Raises TB400 which portfolio?, TB401 no user, TB404 not visible, TB422 closed.

create function flatten(portfolio text default null, reason text default 'flatten')
  returns setof orders
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  home  portfolios := lock_portfolio(flatten.portfolio);
  trade trades;
begin
  perform cancel_orders(home, flatten.reason);

  for trade in
    select t.*
    from trades as t
    where (t.username, t.portfolio_id) = (home.username, home.portfolio_id)
      and t.status in ('PARTIALLY_FILLED', 'OPEN', 'CLOSING')
    order by t.direction desc, t.symbol, t.strategy
  loop
    home := (select p from portfolios as p where (p.username, p.portfolio_id) = (home.username, home.portfolio_id));
    return next close_position(home, trade, null, coalesce(flatten.reason, 'flatten'));
  end loop;
end
$$;

comment on function flatten is 'Cancel everything and close everything of a portfolio; returns the orders that close.';
select let_traders('flatten');
