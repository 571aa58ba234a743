-- Orders as their events alone tell them: begun by one event; told anew, with all of their terms, by those that change
-- these; brought on by fills, triggers and ends. An order that fills at once is a single event.

create view rebuilt_orders
  with (security_invoker = true)
as
with begun as (
  select a.username, a.portfolio_id, a.operation = 'order_rejected' as is_rejected,
         a.details ->> 'order_id' as order_id, a.details as terms, null::numeric as filled, null::numeric as value,
         null::numeric as charged
  from audit_log as a
  where a.operation in ('order_placed', 'order_rejected')
  union all
  select a.username, a.portfolio_id, false, a.details ->> 'order_id', a.details -> 'order',
         (a.details ->> 'quantity')::numeric, (a.details ->> 'quantity')::numeric * (a.details ->> 'price')::numeric,
         (a.details ->> 'fee')::numeric
           * case when a.details ? 'fee_currency' then (a.details ->> 'price')::numeric else 1 end
  from audit_log as a
  where a.operation = 'order_filled'
    and a.details ? 'order'
),
-- What was told of an order afterwards. Its terms told anew, and a bracket that its user changed while it waited to
-- bring one, are carried as text: only that has a greatest.
told as (
  select a.username, a.portfolio_id, t.order_id, a.seq, a.operation, t.details, t.terms, t.bracket,
         case a.operation when 'order_filled' then (a.details ->> 'quantity')::numeric end as quantity,
         case a.operation when 'order_filled' then (a.details ->> 'price')::numeric end as price,
         case a.operation when 'order_filled' then (a.details ->> 'fee')::numeric end as fee
  from audit_log as a
  cross join lateral (
    select a.details ->> 'order_id', a.details,
           case when a.details ? 'order_number' then in_line(a.seq, a.details::text) end, null
    where a.details ? 'order_id'
    union all
    select o.told ->> 'order_id', '{}', null, in_line(a.seq, o.told::text)
    from jsonb_array_elements(a.details -> 'orders') as o (told)
    where a.operation = 'trade_adjusted'
      and o.told ? 'order_id'
  ) as t (order_id, details, terms, bracket)
  where not a.details ? 'order'
    and a.operation not in ('order_placed', 'order_rejected')
),
progress as (
  select e.username, e.portfolio_id, e.order_id,
         sum(e.quantity) as filled,
         sum(e.quantity * e.price) as value,
         sum(e.fee * case when e.details ? 'fee_currency' then e.price else 1 end) as charged,
         max(case e.operation when 'order_canceled' then 'CANCELED' when 'order_expired' then 'EXPIRED' end) as ended,
         max(e.details ->> 'reject_reason') as reject_reason,
         max(e.details ->> 'reason') filter (where e.operation in ('order_canceled', 'order_expired')) as end_reason,
         max((e.details ->> 'version')::integer) as version,
         bool_or(e.operation = 'order_triggered') as is_triggered,
         max(in_line(e.seq, e.details ->> 'quote_number'))
           filter (where e.quantity is null and e.details ? 'quote_number') as quote_number,
         max(in_line(e.seq, e.details ->> 'status')) filter (where e.details ? 'status') as status,
         max(in_line(e.seq, coalesce(e.details ->> 'next_trade_id', e.details ->> 'trade_id')))
           filter (where e.details ? 'trade_id') as trade_id,
         told_last(max(e.terms))::jsonb as terms,
         told_last(case when max(e.bracket) > coalesce(max(e.terms), '') then max(e.bracket) end)::jsonb as bracket
  from told as e
  group by e.username, e.portfolio_id, e.order_id
)
select b.username, b.portfolio_id, b.order_id,
       (b.terms ->> 'order_number')::bigint as order_number,
       coalesce(told_last(p.trade_id), b.terms ->> 'trade_id') as trade_id,
       n.terms ->> 'symbol' as symbol,
       coalesce(b.terms ->> 'strategy', '') as strategy,
       b.terms ->> 'side' as side,
       b.terms ->> 'order_type' as order_type,
       b.terms ->> 'time_in_force' as time_in_force,
       n.quantity,
       (n.terms ->> 'limit_price')::numeric as limit_price,
       (n.terms ->> 'stop_price')::numeric as stop_price,
       b.terms ->> 'currency' as currency,
       b.terms ->> 'base_currency' as base_currency,
       case when b.is_rejected             then 'REJECTED'
            when n.filled >= n.quantity    then 'FILLED'
            when p.ended is not null       then p.ended
            when n.filled > 0              then 'PARTIALLY_FILLED'
            when p.status is not null      then told_last(p.status)
            -- Paper lets an order rest in the transaction that placed it, and so does either book with an exit; live a
            -- broker takes it first.
            else coalesce(b.terms ->> 'status',
                          case when book() = 'paper' or b.terms ->> 'purpose' in ('stop_loss', 'take_profit')
                               then 'OPEN' else 'PENDING' end) end as status,
       n.filled as filled_quantity,
       coalesce(b.value, 0) + coalesce(p.value, 0) as filled_value,
       coalesce(b.charged, 0) + coalesce(p.charged, 0) as fees,
       coalesce(p.reject_reason, b.terms ->> 'reject_reason') as reject_reason,
       p.end_reason,
       b.terms ->> 'idempotency_key' as idempotency_key,
       coalesce(p.version, (b.terms ->> 'version')::integer) as version,
       coalesce(b.terms -> 'context', '{}') as context,
       case when p.is_triggered then case b.terms ->> 'order_type' when 'stop' then 'market' else 'limit' end
            when b.terms ->> 'order_type' = 'stop_limit' then 'stop'
            else b.terms ->> 'order_type' end as works_as,
       coalesce(told_last(p.quote_number), b.terms ->> 'quote_number')::bigint as effective_number,
       (n.terms ->> 'hold_unit')::numeric as hold_unit,
       (n.terms ->> 'hold_fee')::numeric as hold_fee,
       (b.terms ->> 'placed_at')::timestamptz as placed_at,
       (b.terms ->> 'session')::integer as session,
       coalesce(b.terms ->> 'purpose', 'trade') as purpose,
       (coalesce(p.bracket, n.terms) ->> 'stop_loss')::numeric as stop_loss,
       (coalesce(p.bracket, n.terms) ->> 'take_profit')::numeric as take_profit,
       b.terms ->> 'reason' as reason
from begun as b
left join progress as p using (username, portfolio_id, order_id)
cross join lateral (
  select coalesce(p.terms, b.terms), (coalesce(p.terms, b.terms) ->> 'quantity')::numeric,
         coalesce(b.filled, 0) + coalesce(p.filled, 0)
) as n (terms, quantity, filled);

comment on view rebuilt_orders is 'Orders, rebuilt from the audit log alone. What waits for a quote, and until when, is the venue''s.';
select let_traders_read('rebuilt_orders');
grant select on rebuilt_orders to twinbook_engine;
