-- Puts a new order into its table as it stands: PENDING, REJECTED, or with its first fill.

create function insert_order(wanted orders)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  stored orders;
begin
  insert into orders (
    username, order_id, portfolio_id, order_number, trade_id, symbol, strategy, side, order_type, time_in_force,
    quantity, limit_price, stop_price, currency, status, filled_quantity, filled_value, fees, reject_reason,
    idempotency_key, request_hash, context, feed_owner, feed, works_as, effective_number, effective_at,
    hold_unit, hold_fee, placed_at, session, purpose, stop_loss, take_profit, reason, base_currency, origin)
  values (
    wanted.username, wanted.order_id, wanted.portfolio_id, wanted.order_number, wanted.trade_id, wanted.symbol,
    wanted.strategy, wanted.side, wanted.order_type, wanted.time_in_force, wanted.quantity, wanted.limit_price,
    wanted.stop_price, wanted.currency, wanted.status, wanted.filled_quantity, wanted.filled_value, wanted.fees,
    wanted.reject_reason, wanted.idempotency_key, wanted.request_hash, wanted.context, wanted.feed_owner, wanted.feed,
    wanted.works_as, wanted.effective_number, wanted.effective_at, wanted.hold_unit, wanted.hold_fee, wanted.placed_at,
    wanted.session, wanted.purpose, wanted.stop_loss, wanted.take_profit, wanted.reason, wanted.base_currency,
    coalesce(wanted.origin, 'user'))
  returning * into stored;

  return stored;
end
$$;

comment on function insert_order is 'Put a new order into its table.';
