-- Whether an order's terms make sense for its instrument, whatever the state of the world. Raises TB400.

create function check_terms(target orders, market shared_data.market)
  returns void
  language plpgsql immutable
  set search_path from current
as $$
declare
  wrong constant text := case
    when coalesce(target.side, '') not in ('buy', 'sell')
      then 'side is buy or sell'
    when coalesce(target.order_type, '') not in ('market', 'limit', 'stop', 'stop_limit')
      then 'order_type is market, limit, stop or stop_limit'
    when coalesce(target.time_in_force, '') not in ('DAY', 'GTC', 'IOC', 'FOK')
      then 'time_in_force is DAY, GTC, IOC or FOK'
    when target.time_in_force in ('IOC', 'FOK') and target.order_type in ('stop', 'stop_limit')
      then 'a stop waits, so it can''t be IOC or FOK'
    when (target.order_type in ('limit', 'stop_limit')) <> (target.limit_price is not null)
      then 'limit_price goes with limit and stop_limit orders, and only with them'
    when (target.order_type in ('stop', 'stop_limit')) <> (target.stop_price is not null)
      then 'stop_price goes with stop and stop_limit orders, and only with them'
    when target.quantity = 0
      then 'quantity is missing'
    when length(target.idempotency_key) not between 1 and 200
      then 'idempotency_key has 1 to 200 characters'
    when length(target.strategy) > 100
      then 'strategy has up to 100 characters'
    when jsonb_typeof(target.context) <> 'object'
      then 'context is an object'
    when target.quantity % market.lot <> 0
      then format('quantity is a multiple of %s', plain(market.lot))
    when target.limit_price % market.tick <> 0 or target.stop_price % market.tick <> 0
      then format('prices are multiples of %s', plain(market.tick))
    when market.asset_class not in ('equity', 'etf')
      then format('%s, of class %s, can''t be traded yet', market.symbol, market.asset_class)
  end;
begin
  if wrong is not null then
    raise exception using
      errcode = 'TB400',
      message = format('this order makes no sense: %s', wrong);
  end if;
end
$$;

comment on function check_terms is 'Refuse an order whose terms make no sense. Raises TB400.';
