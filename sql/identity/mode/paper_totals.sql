-- What a user has on paper, whichever book he asks from: the one exception to a session's having no way into the other
-- book. It tells a user his own totals and nothing else.

create function identity.paper_totals()
  returns table (paper_balance numeric, paper_realized_pnl numeric)
  language sql stable
  security definer
  set search_path = identity, pg_temp
as $$
  with mine as (
    select p.portfolio_id, p.base_currency
    from paper_trading.portfolios as p
    where p.username = identity.current_username(null) and p.is_active
  ),
  cash as (
    select sum(b.amount) as total
    from paper_trading.balances as b
    join mine on (mine.portfolio_id, mine.base_currency) = (b.portfolio_id, b.currency)
    where b.username = identity.current_username(null)
  ),
  gains as (
    select sum(s.realized_pnl) as total
    from paper_trading.positions as s
    join mine on (mine.portfolio_id, mine.base_currency) = (s.portfolio_id, s.currency)
    where s.username = identity.current_username(null)
  )
  select coalesce(cash.total, 0), coalesce(gains.total, 0)
  from cash, gains
  where (select count(distinct base_currency) from mine) <= 1;
$$;

comment on function identity.paper_totals is
  'Cash and realized profit of the user''s active paper portfolios; no row where their base currencies differ.';
select shared_data.let_only('identity.paper_totals', 'twinbook_paper', 'twinbook_live');
