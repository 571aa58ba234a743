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
         (a.details ->> 'price')::numeric as price,
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
         (a.details ->> 'price')::numeric,
         (a.details ->> 'fee')::numeric
           * case when a.details ? 'fee_currency' then (a.details ->> 'price')::numeric else 1 end
           - (a.details ->> 'closes_fee')::numeric
  from audit_log as a
  where a.details ? 'next_moves' -- goes with next_trade_id, and has an index
),
moved as (
  select t.*, t.moves ->> 0 as moved_from, t.moves ->> -1 as moved_to,
         t.moves is not null and t.moves ->> 0 is null as begins,
         t.operation in ('trade_adjusted', 'trade_adjusted_by_action') as tells_bracket
  from told as t
),
-- What an event says of its trade and nothing else, so that little is sorted. In order, as positions are.
events as (
  select m.username, m.portfolio_id, m.trade_id, m.operation = 'trade_purged' as purges,
         case when m.begins then coalesce(m.details -> 'begun_by', m.details -> 'order', m.details) end as terms,
         case when m.enters then m.quantity when m.tells_bracket then (m.details ->> 'entered')::numeric end as entered,
         case when m.is_fill and not m.enters then m.quantity
              when m.tells_bracket then (m.details ->> 'exited')::numeric end as exited,
         case when m.is_fill then m.price end as price,
         case when m.is_fill then m.fee end as fee,
         case when m.is_fill and m.details ? 'slippage'
              then m.quantity * (m.details ->> 'slippage')::numeric * (m.details ->> 'multiplier')::numeric end
           as slippage,
         case when m.is_fill and not m.enters then (m.details ->> 'realized_pnl')::numeric end as realized_pnl,
         case when m.begins or (m.tells_bracket and m.details ? 'symbol')
              then in_line(m.seq, coalesce(m.details ->> 'symbol', m.details -> 'begun_by' ->> 'symbol')) end as symbol,
         case when m.moves is not null then in_line(m.seq, m.moved_to) end as status,
         case when m.tells_bracket or (m.details ? 'stop_loss' and (m.enters or m.begins))
              then in_line(m.seq, m.details ->> 'stop_loss') end as stop_loss,
         case when m.tells_bracket
                or (m.details ?| array['take_profit', 'takes_back'] and (m.enters or m.begins))
              then in_line(m.seq, m.details ->> 'take_profit') end as take_profit,
         case when m.moved_to in ('CLOSED', 'EXPIRED', 'CANCELED')
              then coalesce(m.details ->> 'exit_reason', m.details ->> 'reason', substr(m.operation, 7)) end
           as exit_reason,
         case when m.enters and m.moves is not null and coalesce(m.moved_from, 'PENDING') = 'PENDING'
              then m.details ->> 'executed_at' end as opened_at,
         case when m.moved_to in ('CLOSED', 'EXPIRED', 'CANCELED')
              then coalesce(m.details ->> 'executed_at', m.details ->> 'ended_at') end as closed_at,
         case m.operation when 'trade_adjusted' then (m.details ->> 'version')::integer end as version
  from moved as m
  order by m.username, m.portfolio_id, m.trade_id
)
select e.username, e.portfolio_id, e.trade_id,
       max(e.terms ->> 'session')::integer as session,
       told_last(max(e.symbol)) as symbol,
       coalesce(max(e.terms ->> 'strategy'), '') as strategy,
       case max(e.terms ->> 'side') when 'buy' then 'long' else 'short' end as direction,
       told_last(max(e.status)) as status,
       max(e.terms ->> 'currency') as currency,
       coalesce(sum(e.entered), 0) as entry_quantity,
       coalesce(sum(e.entered * e.price), 0) as entry_value,
       coalesce(sum(e.exited), 0) as exit_quantity,
       coalesce(sum(e.exited * e.price), 0) as exit_value,
       told_last(max(e.stop_loss))::numeric as stop_loss,
       told_last(max(e.take_profit))::numeric as take_profit,
       coalesce(sum(e.fee), 0) as fees,
       coalesce(sum(e.slippage), 0) as slippage,
       coalesce(sum(e.realized_pnl), 0) as realized_pnl,
       coalesce(max((e.terms -> 'context')::text), '{}')::jsonb as trade_context,
       max(e.terms ->> 'order_id') as entry_order_id,
       max(e.terms ->> 'idempotency_key') as idempotency_key,
       max(e.exit_reason) as exit_reason,
       max(e.terms ->> 'placed_at')::timestamptz as placed_at,
       max(e.opened_at)::timestamptz as opened_at,
       max(e.closed_at)::timestamptz as closed_at,
       coalesce(max(e.version), 1) as version
from events as e
group by e.username, e.portfolio_id, e.trade_id
having bool_or(e.terms is not null) and not bool_or(e.purges);

comment on view rebuilt_trades is 'Trades, rebuilt from the audit log alone; excursions are reckoned from prices.';
select let_traders_read('rebuilt_trades');
grant select on rebuilt_trades to twinbook_engine;
