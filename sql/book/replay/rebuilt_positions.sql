-- Positions as the audit log alone tells them: sums of fills, and of what splits and symbol changes did.

create view rebuilt_positions
  with (security_invoker = true)
as
with told as (
  select a.username, a.portfolio_id, a.seq, a.details ->> 'symbol' as symbol,
         coalesce(a.details ->> 'strategy', '') as strategy, a.details ->> 'currency' as currency,
         (a.details ->> 'multiplier')::numeric as multiplier,
         case a.details ->> 'side' when 'buy' then numeric '1' else -1 end as direction,
         case when a.details ? 'fee_currency' then (a.details ->> 'quantity')::numeric - (a.details ->> 'fee')::numeric
              else (a.details ->> 'quantity')::numeric end as moved,
         (a.details ->> 'closes')::numeric as closes, (a.details ->> 'price')::numeric as price,
         (a.details ->> 'closes_cost')::numeric as closes_cost,
         (a.details ->> 'realized_pnl')::numeric as realized_pnl, (a.details ->> 'fee')::numeric as fee,
         a.details ? 'fee_currency' as is_of_base,
         coalesce(a.details ->> 'next_trade_id', a.details ->> 'trade_id') as trade_id,
         case when a.details ? 'next_moves'
                or (not a.details ? 'closes' and coalesce(a.details -> 'moves' ->> 0, 'PENDING') = 'PENDING'
                    and a.details ? 'moves')
              then a.details ->> 'executed_at' end as opened_at,
         a.details ->> 'executed_at' as happened_at
  from audit_log as a
  where a.operation = 'order_filled'
  union all
  select a.username, a.portfolio_id, a.seq, m.symbol, coalesce(a.details ->> 'strategy', ''), null, null, 1, m.quantity,
         null, 0, -m.cost, 0, 0, false, a.details ->> 'trade_id', m.opened_at, a.details ->> 'effective_at'
  from audit_log as a
  cross join lateral (
    select a.details ->> 'symbol', (a.details ->> 'quantity')::numeric - (a.details ->> 'was')::numeric, 0, null
    where not a.details ? 'from_symbol'
    union all
    select a.details ->> 'from_symbol', -(a.details ->> 'was')::numeric, -(a.details ->> 'cost')::numeric, null
    where a.details ? 'from_symbol'
    union all
    select a.details ->> 'symbol', (a.details ->> 'was')::numeric, (a.details ->> 'cost')::numeric,
           a.details ->> 'opened_at'
    where a.details ? 'from_symbol'
  ) as m (symbol, quantity, cost, opened_at)
  where a.operation = 'trade_adjusted_by_action'
    and a.details ? 'was'
)
select m.username, m.portfolio_id, m.symbol, m.strategy,
       case when sum(m.direction * m.moved) <> 0 then told_last(max(in_line(m.seq, m.trade_id))) end as trade_id,
       sum(m.direction * m.moved) as quantity,
       sum(m.direction * (m.moved - coalesce(m.closes, 0)) * m.price - coalesce(m.closes_cost, 0)) as cost,
       max(m.currency) as currency,
       max(m.multiplier) as multiplier,
       sum(m.realized_pnl) as realized_pnl,
       sum(case when m.is_of_base and m.fee > 0 then m.fee * m.price else m.fee end) as fees,
       case when sum(m.direction * m.moved) <> 0
            then told_last(max(in_line(m.seq, m.opened_at)) filter (where m.opened_at is not null))::timestamptz end
         as opened_at,
       told_last(max(in_line(m.seq, m.happened_at)))::timestamptz as updated_at
from told as m
group by m.username, m.portfolio_id, m.symbol, m.strategy;

comment on view rebuilt_positions is 'Positions, rebuilt from the audit log alone.';
select let_traders_read('rebuilt_positions');
grant select on rebuilt_positions to twinbook_engine;
