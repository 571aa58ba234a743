-- What an idempotency key stands for: the parameters that differ from their defaults, numbers normalised, so that a
-- verb may gain parameters and 10 is 10.00.

create function request_hash(target orders)
  returns bytea
  language plpgsql immutable
  set search_path from current
as $$
begin
  return sha256(convert_to((jsonb_strip_nulls(jsonb_build_object(
    'verb',          'place_order',
    'symbol',        target.symbol,
    'side',          target.side,
    'quantity',      plain(target.quantity),
    'order_type',    nullif(target.order_type, 'market'),
    'limit_price',   plain(target.limit_price),
    'stop_price',    plain(target.stop_price),
    'time_in_force', nullif(target.time_in_force, 'DAY'),
    'stop_loss',     plain(target.stop_loss),
    'take_profit',   plain(target.take_profit),
    'strategy',      nullif(target.strategy, '')))
    || case when target.context = '{}' then '{}' else jsonb_build_object('context', target.context) end)::text,
    'UTF8'));
end
$$;

comment on function request_hash is 'The sha256 of an order''s request, as its idempotency key stands for it.';
