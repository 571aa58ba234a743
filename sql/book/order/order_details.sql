-- An order as events tell it: enough to rebuild it. Its context is kept as it is, nulls and all.

create function order_details(target orders)
  returns jsonb
  language plpgsql immutable
  set search_path from current
as $$
begin
  return jsonb_strip_nulls(jsonb_build_object(
    'order_id',        target.order_id,
    'order_number',    target.order_number::text,
    'symbol',          target.symbol,
    'strategy',        nullif(target.strategy, ''),
    'side',            target.side,
    'order_type',      target.order_type,
    'time_in_force',   target.time_in_force,
    'quantity',        plain(target.quantity),
    'limit_price',     plain(target.limit_price),
    'stop_price',      plain(target.stop_price),
    'stop_loss',       plain(target.stop_loss),
    'take_profit',     plain(target.take_profit),
    'purpose',         nullif(target.purpose, 'trade'),
    'reason',          target.reason,
    'base_currency',   target.base_currency,
    'session',         target.session::text,
    'trade_id',        target.trade_id,
    'currency',        target.currency,
    'version',         target.version::text,
    'quote_number',    target.effective_number::text,
    'hold_unit',       plain(target.hold_unit),
    'hold_fee',        plain(target.hold_fee),
    'placed_at',       moment(target.placed_at),
    'reject_reason',   target.reject_reason,
    'idempotency_key', target.idempotency_key))
    || case when target.context = '{}' then '{}' else jsonb_build_object('context', target.context) end;
end
$$;

comment on function order_details is 'An order as events tell it; numbers as text.';
