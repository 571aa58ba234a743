-- Each portfolio in its base currency: cash, positions, equity, profit. Spot that is held is both a balance and a
-- position, and counts as a position. Where a rate or a mark is missing, what depends on it is null, and unknown says
-- why.

create view portfolio_summary
  with (security_invoker = true)
as
with parts as (
  select b.username, b.portfolio_id, b.currency, b.amount as cash, b.held, 0 as positions, 0 as unrealized,
         0 as realized, 0 as fees, null as unmarked
  from balances as b
  union all
  select s.username, s.portfolio_id, s.currency, 0, 0, 0, 0, s.realized_pnl, s.fees, null
  from positions as s
  union all
  select s.username, s.portfolio_id, i.base_currency, -s.quantity, 0, 0, 0, 0, 0, null
  from positions as s
  join shared_data.instruments as i using (symbol)
  where i.base_currency is not null and s.quantity <> 0
  union all
  select s.username, s.portfolio_id, s.currency, 0, 0, coalesce(s.market_value, 0), coalesce(s.unrealized_pnl, 0), 0, 0,
         case when s.mark is null then s.symbol end
  from open_positions as s
),
by_currency as (
  select username, portfolio_id, currency, sum(cash) as cash, sum(held) as held, sum(positions) as positions,
         sum(unrealized) as unrealized, sum(realized) as realized, sum(fees) as fees, min(unmarked) as unmarked
  from parts
  group by username, portfolio_id, currency
),
by_portfolio as (
  select p.username, p.portfolio_id, p.name, p.base_currency, p.is_active,
         sum(c.cash * r.rate) as cash, sum(c.held * r.rate) as held, sum(c.positions * r.rate) as positions,
         sum(c.unrealized * r.rate) as unrealized, sum(c.realized * r.rate) as realized, sum(c.fees * r.rate) as fees,
         min(c.currency) filter (where r.rate is null
           and (c.cash, c.positions, c.realized, c.fees) is distinct from (0, 0, 0, 0)) as unrated,
         min(c.unmarked) as unmarked
  from portfolios as p
  left join by_currency as c using (username, portfolio_id)
  left join lateral rate_between(c.currency, p.base_currency, p.feed_owner, p.feed) as r (rate)
    on c.currency is not null
  group by p.username, p.portfolio_id
)
select username, portfolio_id, name, base_currency, is_active,
       case when unrated is null then trim_scale(coalesce(cash, 0)) end as cash,
       case when unrated is null then trim_scale(coalesce(held, 0)) end as held,
       case when unrated is null and unmarked is null then trim_scale(coalesce(positions, 0)) end as positions_value,
       case when unrated is null and unmarked is null
            then trim_scale(coalesce(cash, 0) + coalesce(positions, 0)) end as equity,
       case when unrated is null then trim_scale(coalesce(realized, 0)) end as realized_pnl,
       case when unrated is null and unmarked is null then trim_scale(coalesce(unrealized, 0)) end as unrealized_pnl,
       case when unrated is null then trim_scale(coalesce(fees, 0)) end as fees,
       case when unrated  is not null then format('no quote turns %s into %s', unrated, base_currency)
            when unmarked is not null then format('no quote marks %s', unmarked) end as unknown
from by_portfolio;

comment on view portfolio_summary is
  'Each portfolio in its base currency; null, with a reason, where a rate or a mark is missing.';
comment on column portfolio_summary.cash is 'Balances, but for spot that is held: that is in positions_value.';
comment on column portfolio_summary.realized_pnl is 'Gross; fees are apart.';
select let_traders_read('portfolio_summary');
