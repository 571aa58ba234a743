-- Trades as the audit log alone tells them: sums of their fills, the newest of their moves, and the bracket that was
-- told last. A fill that crosses zero is of two: it closes the one, and enters the next. Excursions are no events: they
-- are reckoned from prices. What was purged is gone.

create view rebuilt_trades
  with (security_invoker = true)
as
with told as (
  select a.username, a.portfolio_id, a.seq, a.operation, a.details, a.details ->> 'trade_id' as trade_id,
         a.details -> 'moves' as moves, a.operation = 'order_filled' as is_fill,
         a.operation = 'order_filled' and not a.details ? 'closes' as enters,
         coalesce((a.details ->> 'closes')::numeric, (a.details ->> 'quantity')::numeric
           - case when a.details ? 'fee_currency' then (a.details ->> 'fee')::numeric else 0 end) as quantity,
         coalesce((a.details ->> 'closes_fee')::numeric, (a.details ->> 'fee')::numeric
           * case when a.details ? 'fee_currency' then (a.details ->> 'price')::numeric else 1 end) as fee
  from audit_log as a
  where a.details ? 'trade_id'
    and a.operation <> 'order_rejected'
  union all
  select a.username, a.portfolio_id, a.seq, a.operation, a.details, a.details ->> 'next_trade_id',
         a.details -> 'next_moves', true, true,
         (a.details ->> 'quantity')::numeric - (a.details ->> 'closes')::numeric
           - case when a.details ? 'fee_currency' then (a.details ->> 'fee')::numeric else 0 end,
         (a.details ->> 'fee')::numeric
           * case when a.details ? 'fee_currency' then (a.details ->> 'price')::numeric else 1 end
           - (a.details ->> 'closes_fee')::numeric
  from audit_log as a
  where a.details ? 'next_trade_id'
),
events as (
  select t.*,
         case when t.is_fill then (t.details ->> 'price')::numeric end as price,
         t.moves is not null and t.moves ->> 0 is null as begins,
         t.moves ->> -1 in ('CLOSED', 'EXPIRED', 'CANCELED') as ends,
         case when t.moves ->> 0 is null and t.moves is not null
              then coalesce(t.details -> 'begun_by', t.details -> 'order', t.details) end as terms,
         t.operation in ('trade_adjusted', 'trade_adjusted_by_action') as tells_bracket
  from told as t
)
select e.username, e.portfolio_id, e.trade_id,
       max(e.terms ->> 'session') filter (where e.begins)::integer as session,
       told_last(max(in_line(e.seq, coalesce(e.details ->> 'symbol', e.terms ->> 'symbol')))
         filter (where e.details ? 'symbol' or e.begins)) as symbol,
       coalesce(max(e.terms ->> 'strategy') filter (where e.begins), '') as strategy,
       case max(e.terms ->> 'side') filter (where e.begins) when 'buy' then 'long' else 'short' end as direction,
       told_last(max(in_line(e.seq, e.moves ->> -1)) filter (where e.moves is not null)) as status,
       max(e.terms ->> 'currency') filter (where e.begins) as currency,
       coalesce(sum(e.quantity) filter (where e.enters), 0)
         + coalesce(sum((e.details ->> 'entered')::numeric) filter (where e.tells_bracket), 0) as entry_quantity,
       coalesce(sum(e.quantity * e.price) filter (where e.enters), 0) as entry_value,
       coalesce(sum(e.quantity) filter (where e.is_fill and not e.enters), 0)
         + coalesce(sum((e.details ->> 'exited')::numeric) filter (where e.tells_bracket), 0) as exit_quantity,
       coalesce(sum(e.quantity * e.price) filter (where e.is_fill and not e.enters), 0) as exit_value,
       told_last(max(in_line(e.seq, e.details ->> 'stop_loss'))
         filter (where e.tells_bracket or (e.details ? 'stop_loss' and (e.enters or e.begins))))::numeric as stop_loss,
       told_last(max(in_line(e.seq, e.details ->> 'take_profit'))
         filter (where e.tells_bracket
                    or (e.details ?| array['take_profit', 'takes_back'] and (e.enters or e.begins))))::numeric
         as take_profit,
       coalesce(sum(e.fee) filter (where e.is_fill), 0) as fees,
       coalesce(sum(e.quantity * (e.details ->> 'slippage')::numeric * (e.details ->> 'multiplier')::numeric)
         filter (where e.is_fill and e.details ? 'slippage'), 0) as slippage,
       coalesce(sum((e.details ->> 'realized_pnl')::numeric) filter (where e.is_fill and not e.enters), 0)
         as realized_pnl,
       coalesce(max((e.terms -> 'context')::text) filter (where e.begins), '{}')::jsonb as trade_context,
       max(e.terms ->> 'order_id') filter (where e.begins) as entry_order_id,
       max(e.terms ->> 'idempotency_key') filter (where e.begins) as idempotency_key,
       max(coalesce(e.details ->> 'exit_reason', e.details ->> 'reason', substr(e.operation, 7))) filter (where e.ends)
         as exit_reason,
       max(e.terms ->> 'placed_at') filter (where e.begins)::timestamptz as placed_at,
       max(e.details ->> 'executed_at')
         filter (where e.enters and coalesce(e.moves ->> 0, 'PENDING') = 'PENDING' and e.moves is not null)::timestamptz
         as opened_at,
       max(coalesce(e.details ->> 'executed_at', e.details ->> 'ended_at')) filter (where e.ends)::timestamptz
         as closed_at,
       coalesce(max((e.details ->> 'version')::integer) filter (where e.operation = 'trade_adjusted'), 1) as version
from events as e
group by e.username, e.portfolio_id, e.trade_id
having bool_or(e.begins) and not bool_or(e.operation = 'trade_purged');

comment on view rebuilt_trades is 'Trades, rebuilt from the audit log alone; excursions are reckoned from prices.';
select let_traders_read('rebuilt_trades');
grant select on rebuilt_trades to twinbook_engine;
