-- Records what a broker told of an order's fills that the book hasn't yet: each by the broker's id, or, where it
-- gives none, what was filled since as one execution at the price that the average moved by, once it tells one.
-- Never refused: an overfill, or a fill of what had ended, is recorded and alarmed. Returns the order, and adds up
-- what was sent.

create function record_fills(
    target           orders,
    sent             order_outbox,
    filled_quantity  numeric,
    average_price    numeric,
    fee              numeric,
    fills            jsonb,
    told_at          timestamptz)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  had_ended constant boolean := target.status not in ('PENDING', 'OPEN', 'PARTIALLY_FILLED');
  filled    record;
  value     numeric;
  was_paid  numeric;
begin
  for filled in
    select f.fill_id, f.quantity, f.price, coalesce(f.fee, 0) as fee, f.fee_currency, f.liquidity, f.executed_at
    from jsonb_to_recordset(record_fills.fills) as f (fill_id text, quantity numeric, price numeric, fee numeric,
                                                      fee_currency text, liquidity text, executed_at timestamptz)
    where not exists (select from executions as e
                      where (e.username, e.portfolio_id) = (target.username, target.portfolio_id)
                        and e.fill_id = sent.broker || ':' || f.fill_id)
    order by f.executed_at, f.fill_id
  loop
    sent.filled_quantity := sent.filled_quantity + filled.quantity;
    sent.filled_value    := sent.filled_value + filled.quantity * filled.price;
    target := record_execution(target,
      fill_id      => sent.broker || ':' || filled.fill_id,
      quantity     => filled.quantity,
      price        => filled.price,
      executed_at  => coalesce(filled.executed_at, told_at),
      price_source => 'broker',
      fee          => filled.fee,
      fee_currency => nullif(filled.fee_currency, target.currency),
      liquidity    => filled.liquidity);
  end loop;

  if record_fills.fills is null and record_fills.average_price > 0
    and record_fills.filled_quantity > sent.filled_quantity then
    value := trim_scale(greatest(round(
      (record_fills.filled_quantity * record_fills.average_price - sent.filled_value)
      / (record_fills.filled_quantity - sent.filled_quantity), 8), 0.00000001));
    was_paid := (select coalesce(sum(e.fee), 0) from executions as e
                 where (e.username, e.order_id) = (target.username, target.order_id)
                   and starts_with(e.fill_id, format('%s:%s:', sent.broker, sent.client_id)));

    target := record_execution(target,
      fill_id      => format('%s:%s:%s', sent.broker, sent.client_id, plain(record_fills.filled_quantity)),
      quantity     => record_fills.filled_quantity - sent.filled_quantity,
      price        => value,
      executed_at  => told_at,
      price_source => 'broker',
      fee          => greatest(coalesce(record_fills.fee, was_paid) - was_paid, 0),
      model        => jsonb_build_object('price', 'what the average moved by'));
    sent.filled_value    := sent.filled_value + (record_fills.filled_quantity - sent.filled_quantity) * value;
    sent.filled_quantity := record_fills.filled_quantity;
  end if;

  if (select s.filled_quantity from order_outbox as s
      where (s.username, s.client_id) = (sent.username, sent.client_id)) = sent.filled_quantity then
    return target;
  end if;

  update order_outbox as s
  set filled_quantity = trim_scale(sent.filled_quantity),
      filled_value    = trim_scale(sent.filled_value)
  where (s.username, s.client_id) = (sent.username, sent.client_id);

  if target.filled_quantity > target.quantity then
    perform raise_alarm(target.username, target.portfolio_id, 'overfill', 'CRITICAL', jsonb_build_object(
      'client_id', sent.client_id, 'quantity', plain(target.quantity),
      'filled_quantity', plain(target.filled_quantity)), target.order_id);
  elsif had_ended then
    perform raise_alarm(target.username, target.portfolio_id, 'late_fill', 'HIGH', jsonb_build_object(
      'client_id', sent.client_id, 'was', target.status, 'filled_quantity', plain(target.filled_quantity)),
      target.order_id);
  end if;

  return target;
end
$$;

comment on function record_fills is 'Record what a broker told of an order''s fills that the book hasn''t yet.';
