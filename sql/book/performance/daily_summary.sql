-- Each portfolio, day by day in UTC, in its base currency: what was realized, what was open at the day's end, what came
-- of it. All of it from facts and price history, so a day is the same whenever it is read, and whether or not anybody
-- took a snapshot. A day is listed on which something was booked, or on which a symbol that was traded had a price.
-- What happened before its feed had a time, such as an opening, belongs to the day of what followed.

create view daily_summary
  with (security_invoker = true)
as
with booked as (
  select l.username, l.portfolio_id, l.kind, l.currency, l.amount, l.session,
         (case when l.occurred_at <= shared_data.clock(f) then l.occurred_at
               else least(min(l.occurred_at) over later, shared_data.clock(f)) end at time zone 'UTC')::date as day
  from ledger_entries as l
  join portfolios as p using (username, portfolio_id)
  join shared_data.feeds as f on (f.username, f.name) = (p.feed_owner, p.feed)
  where isfinite(shared_data.clock(f))
  window later as (partition by l.username, l.portfolio_id order by l.seq
                   rows between current row and unbounded following)
),
begun as (
  select b.username, b.portfolio_id, min(b.day) as day
  from booked as b
  group by b.username, b.portfolio_id
),
filled as (
  select e.username, e.portfolio_id, e.symbol, e.strategy, (e.at at time zone 'UTC')::date as day,
         sum(e.moved) as moved, sum(e.cost) as cost, sum(e.realized) as realized, sum(e.fees) as fees,
         sum(e.executions) as executions
  from (
    select e.username, e.portfolio_id, e.symbol, e.strategy, e.executed_at as at, m.moved,
           m.moved * e.price + e.realized_pnl / e.multiplier as cost, e.realized_pnl as realized,
           e.fee * coalesce(e.rate, 1) as fees, 1 as executions
    from executions as e
    cross join lateral (select case e.side when 'buy' then 1 else -1 end
                               * (e.quantity - case when e.rate is null then 0 else e.fee end)) as m (moved)
    union all
    select a.username, a.portfolio_id, a.symbol, a.strategy, a.adjusted_at, a.quantity_delta, a.cost_delta, 0, 0, 0
    from position_adjustments as a
  ) as e
  group by e.username, e.portfolio_id, e.symbol, e.strategy, day
),
calendar as (
  select p.username, p.portfolio_id, p.name, p.base_currency, p.feed_owner, p.feed, begun.day + n as day
  from portfolios as p
  join begun using (username, portfolio_id)
  join shared_data.feeds as f on (f.username, f.name) = (p.feed_owner, p.feed)
  cross join generate_series(0, (shared_data.clock(f) at time zone 'UTC')::date - begun.day) as n
),
days as (
  select c.*, (c.day + 1)::timestamp at time zone 'UTC' - interval '1 microsecond' as day_end
  from calendar as c
  where (c.username, c.portfolio_id, c.day) in (select b.username, b.portfolio_id, b.day from booked as b)
     or exists (
       select
       from positions as s
       join shared_data.market_data as m
         on (m.username, m.feed, m.symbol) = (c.feed_owner, c.feed, s.symbol)
         and m.quoted_at >= c.day::timestamp at time zone 'UTC'
         and m.quoted_at < (c.day + 1)::timestamp at time zone 'UTC'
         and m.kind = 'quote'
       where (s.username, s.portfolio_id) = (c.username, c.portfolio_id))
),
moved as (
  select b.username, b.portfolio_id, b.currency, b.day, sum(b.amount) as amount,
         sum(b.amount) filter (where b.kind in ('deposit', 'withdrawal', 'reset')) as flows
  from booked as b
  group by b.username, b.portfolio_id, b.currency, b.day
),
money as (
  select d.username, d.portfolio_id, d.day, c.currency, r.rate,
         sum(coalesce(b.amount, 0)) over (partition by d.username, d.portfolio_id, c.currency order by d.day) as amount,
         coalesce(b.flows, 0) as flows
  from days as d
  join balances as c using (username, portfolio_id)
  left join moved as b using (username, portfolio_id, currency, day)
  cross join lateral rate_at(c.currency, d.base_currency, d.feed_owner, d.feed, d.day_end) as r (rate)
),
held as (
  select d.username, d.portfolio_id, d.day, d.feed_owner, d.feed, d.day_end, s.symbol, s.currency, s.multiplier,
         sum(coalesce(e.moved, 0)) over until_then as quantity,
         sum(coalesce(e.cost, 0)) over until_then as cost,
         coalesce(e.realized, 0) as realized, coalesce(e.fees, 0) as fees, coalesce(e.executions, 0) as executions
  from days as d
  join positions as s using (username, portfolio_id)
  left join filled as e using (username, portfolio_id, symbol, strategy, day)
  window until_then as (partition by d.username, d.portfolio_id, s.symbol, s.strategy order by d.day)
),
marked as (
  select h.username, h.portfolio_id, h.day, h.symbol, h.currency, i.base_currency, h.quantity, h.realized, h.fees,
         h.executions, h.quantity * m.mark * h.multiplier as value,
         (h.quantity * m.mark - h.cost) * h.multiplier as gain
  from held as h
  join shared_data.instruments as i using (symbol)
  left join lateral (
    select coalesce(case when h.quantity > 0 then q.bid else q.ask end, q.last, q.bid, q.ask) as mark
    from shared_data.market_data as q
    where (q.username, q.feed, q.symbol) = (h.feed_owner, h.feed, h.symbol)
      and q.quoted_at <= h.day_end
      and q.kind = 'quote'
    order by q.quoted_at desc, q.number desc
    limit 1
  ) as m on h.quantity <> 0
),
parts as (
  select n.username, n.portfolio_id, n.day, n.amount * n.rate as cash, n.flows * n.rate as flows, 0 as value, 0 as gain,
         0 as realized, 0 as fees, 0 as executions,
         case when n.rate is null and (n.amount, n.flows) <> (0, 0) then n.currency end as unrated,
         null::text as unmarked
  from money as n
  union all
  select k.username, k.portfolio_id, k.day, 0, 0, coalesce(k.value, 0) * n.rate, coalesce(k.gain, 0) * n.rate,
         k.realized * n.rate, k.fees * n.rate, k.executions, case when n.rate is null then k.currency end,
         case when k.quantity <> 0 and k.value is null then k.symbol end
  from marked as k
  join money as n using (username, portfolio_id, day, currency)
  union all
  -- Spot is a balance and a position: it counts as a position.
  select k.username, k.portfolio_id, k.day, -k.quantity * n.rate, 0, 0, 0, 0, 0, 0,
         case when n.rate is null then k.base_currency end, null
  from marked as k
  join money as n
    on (n.username, n.portfolio_id, n.day, n.currency) = (k.username, k.portfolio_id, k.day, k.base_currency)
  where k.quantity <> 0
),
ended as (
  select t.username, t.portfolio_id, (t.closed_at at time zone 'UTC')::date as day, count(*) as trades
  from trades as t
  where t.status in ('CLOSED', 'EXPIRED')
  group by t.username, t.portfolio_id, day
),
summed as (
  select d.username, d.portfolio_id, d.name as portfolio, d.day, d.base_currency,
         coalesce((select max(s.number) from sessions as s
                   where (s.username, s.portfolio_id) = (d.username, d.portfolio_id)
                     and s.started_at <= d.day_end), 1) as session,
         sum(x.executions) as executions, coalesce(max(t.trades), 0) as trades_closed,
         min(x.unrated) as unrated, min(x.unmarked) as unmarked,
         sum(x.realized) as realized, sum(x.fees) as fees, sum(x.flows) as flows, sum(x.cash) as cash,
         sum(x.value) as value, sum(x.gain) as gain
  from days as d
  join parts as x using (username, portfolio_id, day)
  left join ended as t using (username, portfolio_id, day)
  group by d.username, d.portfolio_id, d.name, d.day, d.day_end, d.base_currency
),
known as (
  select s.*, case when s.unrated is null and s.unmarked is null then s.cash + s.value end as equity
  from summed as s
),
followed as (
  select k.*, case when row_number() over by_day = 1 then 0 else lag(k.equity) over by_day end as equity_before
  from known as k
  window by_day as (partition by k.username, k.portfolio_id order by k.day)
)
select username, portfolio_id, portfolio, session, day, base_currency, executions::bigint, trades_closed,
       case when unrated is null then trim_scale(realized) end as realized_pnl,
       case when unrated is null then trim_scale(fees) end as fees,
       case when unrated is null and unmarked is null then trim_scale(gain) end as unrealized_pnl,
       case when unrated is null then trim_scale(flows) end as flows,
       case when unrated is null then trim_scale(cash) end as cash,
       case when unrated is null and unmarked is null then trim_scale(value) end as positions_value,
       trim_scale(equity) as equity,
       trim_scale(equity - equity_before - flows) as day_pnl,
       case when equity_before + flows > 0
            then round((equity - equity_before - flows) * 100 / (equity_before + flows), 8) end as day_return_percent,
       case when unrated  is not null then format('no price turned %s into %s', unrated, base_currency)
            when unmarked is not null then format('no price marked %s', unmarked) end as unknown
from followed;

comment on view daily_summary is
  'Each portfolio by UTC day, in its base currency, from facts and price history; null, with a reason, where a rate or a mark is missing.';
comment on column daily_summary.session            is 'The paper session that the day ended in.';
comment on column daily_summary.executions         is 'Fills of the day.';
comment on column daily_summary.trades_closed      is 'Trades that ended on the day, closed or expired.';
comment on column daily_summary.realized_pnl       is 'Gross, of the day''s fills; fees are apart.';
comment on column daily_summary.unrealized_pnl     is 'Of what was open at the day''s end: long at the bid, short at the ask, else the last price.';
comment on column daily_summary.flows              is 'Deposits, withdrawals and resets: no returns.';
comment on column daily_summary.equity             is 'cash + positions_value at the day''s end.';
comment on column daily_summary.day_pnl            is 'equity less that of the day before, less flows.';
comment on column daily_summary.day_return_percent is 'day_pnl in percent of the day before''s equity with the day''s flows; null where that isn''t above zero.';
select let_traders_read('daily_summary');
