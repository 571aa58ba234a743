-- Closes a portfolio that has nothing open: it stays readable, and takes no more orders.
-- Raises TB400 which one?, TB401 no user, TB404 not visible, TB409 stale version, TB422 closed, or something is open.

create function close_portfolio(portfolio text, expected_version integer default null)
  returns portfolios
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  home portfolios := lock_portfolio(close_portfolio.portfolio);
begin
  if close_portfolio.expected_version is not null then
    perform expect_version('portfolio ' || home.name, home.version, close_portfolio.expected_version);
  end if;

  if exists (select from positions as s
             where (s.username, s.portfolio_id) = (home.username, home.portfolio_id) and s.quantity <> 0)
     or exists (select from orders as o
                where (o.username, o.portfolio_id) = (home.username, home.portfolio_id)
                  and o.status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED')) then
    raise exception using
      errcode = 'TB422',
      message = format('portfolio %s has open orders or positions', home.name),
      hint    = 'Cancel the orders and sell the positions first.';
  end if;

  update portfolios as p
  set is_active = false,
      version   = p.version + 1
  where (p.username, p.portfolio_id) = (home.username, home.portfolio_id);

  perform append_event(home.username, home.portfolio_id, 'portfolio_closed', home.username, '{}');

  select p.* into home from portfolios as p where (p.username, p.portfolio_id) = (home.username, home.portfolio_id);
  return home;
end
$$;

comment on function close_portfolio is 'Close a portfolio that has nothing open.';
select let_traders('close_portfolio');
