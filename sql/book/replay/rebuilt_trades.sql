-- Trades as the audit log alone tells them: sums of their fills, the newest of their moves, and the bracket that was
-- told last. A fill that crosses zero is of two: it closes the one, and enters the next. Excursions are no events: they
-- are reckoned from prices. What was purged is gone.

create view rebuilt_trades
  with (security_invoker = true)
as
with told as (
  select a.username, a.portfolio_id, a.seq, a.operation, a.details, a.details ->> 'trade_id' as trade_id,
         a.details -> 'moves' as moves,
         -- What begins a trade tells the terms of the order that does.
         case when a.details -> 'moves' ->> 0 is null and a.details ? 'moves'
              then coalesce(a.details -> 'begun_by', a.details -> 'order', a.details) end as terms,
         a.operation = 'order_filled' as is_fill,
         a.operation = 'order_filled' and not a.details ? 'closes' as enters,
         a.operation in ('trade_adjusted', 'trade_adjusted_by_action') as tells_bracket,
         case a.operation when 'order_filled' then
           coalesce((a.details ->> 'closes')::numeric,
                    case when a.details ? 'fee_currency'
                         then (a.details ->> 'quantity')::numeric - (a.details ->> 'fee')::numeric
                         else (a.details ->> 'quantity')::numeric end) end as quantity,
         case a.operation when 'order_filled' then (a.details ->> 'price')::numeric end as price,
         case a.operation when 'order_filled' then
           coalesce((a.details ->> 'closes_fee')::numeric,
                    case when a.details ? 'fee_currency'
                         then (a.details ->> 'fee')::numeric * (a.details ->> 'price')::numeric
                         else (a.details ->> 'fee')::numeric end) end as fee
  from audit_log as a
  where a.details ? 'trade_id'
    and a.operation <> 'order_rejected'
  union all
  select a.username, a.portfolio_id, a.seq, a.operation, a.details, a.details ->> 'next_trade_id',
         a.details -> 'next_moves',
         case when a.details -> 'next_moves' ->> 0 is null
              then coalesce(a.details -> 'begun_by', a.details -> 'order', a.details) end,
         true, true, false,
         (a.details ->> 'quantity')::numeric - (a.details ->> 'closes')::numeric
           - case when a.details ? 'fee_currency' then (a.details ->> 'fee')::numeric else 0 end,
         (a.details ->> 'price')::numeric,
         (a.details ->> 'fee')::numeric
           * case when a.details ? 'fee_currency' then (a.details ->> 'price')::numeric else 1 end
           - (a.details ->> 'closes_fee')::numeric
  from audit_log as a
  where a.details ? 'next_moves' -- goes with next_trade_id, and has an index
)
select e.username, e.portfolio_id, e.trade_id,
       max(e.terms ->> 'session')::integer as session,
       told_last(max(in_line(e.seq, coalesce(e.details ->> 'symbol', e.terms ->> 'symbol')))
         filter (where e.terms is not null or (e.tells_bracket and e.details ? 'symbol'))) as symbol,
       coalesce(max(e.terms ->> 'strategy'), '') as strategy,
       case max(e.terms ->> 'side') when 'buy' then 'long' else 'short' end as direction,
       told_last(max(in_line(e.seq, e.moves ->> -1)) filter (where e.moves is not null)) as status,
       max(e.terms ->> 'currency') as currency,
       coalesce(sum(e.quantity) filter (where e.enters), 0)
         + coalesce(sum((e.details ->> 'entered')::numeric) filter (where e.tells_bracket), 0) as entry_quantity,
       coalesce(sum(e.quantity * e.price) filter (where e.enters), 0) as entry_value,
       coalesce(sum(e.quantity) filter (where not e.enters), 0)
         + coalesce(sum((e.details ->> 'exited')::numeric) filter (where e.tells_bracket), 0) as exit_quantity,
       coalesce(sum(e.quantity * e.price) filter (where not e.enters), 0) as exit_value,
       told_last(max(in_line(e.seq, e.details ->> 'stop_loss'))
         filter (where e.tells_bracket
                    or ((e.enters or e.terms is not null) and e.details ? 'stop_loss')))::numeric as stop_loss,
       told_last(max(in_line(e.seq, e.details ->> 'take_profit'))
         filter (where e.tells_bracket
                    or ((e.enters or e.terms is not null)
                        and e.details ?| array['take_profit', 'takes_back'])))::numeric as take_profit,
       coalesce(sum(e.fee), 0) as fees,
       coalesce(sum(e.quantity * (e.details ->> 'slippage')::numeric * (e.details ->> 'multiplier')::numeric)
         filter (where e.is_fill and e.details ? 'slippage'), 0) as slippage,
       coalesce(sum((e.details ->> 'realized_pnl')::numeric) filter (where e.is_fill and not e.enters), 0)
         as realized_pnl,
       coalesce(max((e.terms -> 'context')::text), '{}')::jsonb as trade_context,
       max(e.terms ->> 'order_id') as entry_order_id,
       max(e.terms ->> 'idempotency_key') as idempotency_key,
       max(coalesce(e.details ->> 'exit_reason', e.details ->> 'reason', substr(e.operation, 7)))
         filter (where e.moves ->> -1 in ('CLOSED', 'EXPIRED', 'CANCELED')) as exit_reason,
       max(e.terms ->> 'placed_at')::timestamptz as placed_at,
       max(e.details ->> 'executed_at')
         filter (where e.enters and e.moves is not null and coalesce(e.moves ->> 0, 'PENDING') = 'PENDING')::timestamptz
         as opened_at,
       max(coalesce(e.details ->> 'executed_at', e.details ->> 'ended_at'))
         filter (where e.moves ->> -1 in ('CLOSED', 'EXPIRED', 'CANCELED'))::timestamptz as closed_at,
       coalesce(max((e.details ->> 'version')::integer) filter (where e.operation = 'trade_adjusted'), 1) as version
from told as e
group by e.username, e.portfolio_id, e.trade_id
having bool_or(e.terms is not null) and not bool_or(e.operation = 'trade_purged');

comment on view rebuilt_trades is 'Trades, rebuilt from the audit log alone; excursions are reckoned from prices.';
select let_traders_read('rebuilt_trades');
grant select on rebuilt_trades to twinbook_engine;
