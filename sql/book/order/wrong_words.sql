-- What is wrong with an order whatever it is for, or null: asked before anything is looked up.

create function wrong_words(
    side             text,
    order_type       text,
    time_in_force    text,
    quantity         numeric,
    limit_price      numeric,
    stop_price       numeric,
    stop_loss        numeric,
    take_profit      numeric,
    strategy         text,
    idempotency_key  text,
    context          jsonb)
  returns text
  language plpgsql immutable
  set search_path from current
as $$
begin
  return case
    when coalesce(side, '') not in ('buy', 'sell')
      then 'side is buy or sell'
    when coalesce(order_type, '') not in ('market', 'limit', 'stop', 'stop_limit')
      then 'order_type is market, limit, stop or stop_limit'
    when coalesce(time_in_force, '') not in ('DAY', 'GTC', 'IOC', 'FOK')
      then 'time_in_force is DAY, GTC, IOC or FOK'
    when quantity is null or quantity <= 0 or shared_data.too_much(quantity)
      then 'quantity is a number above zero'
    when least(limit_price, stop_price, stop_loss, take_profit) <= 0
      or shared_data.too_much(greatest(limit_price, stop_price, stop_loss, take_profit))
      then 'prices are numbers above zero'
    when length(strategy) > 100
      then 'strategy has up to 100 characters'
    when length(idempotency_key) not between 1 and 200
      then 'idempotency_key has 1 to 200 characters'
    when jsonb_typeof(context) <> 'object'
      then 'context is an object'
  end;
end
$$;

comment on function wrong_words is 'What is wrong with an order whatever it is for, or null.';
