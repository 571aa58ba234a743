-- Takes in how an order stands at its broker: first it counts as placed, then a replacement that took effect, then its
-- fills, and its end only when every fill that the broker speaks of is recorded. A status that nobody documented is
-- not an end, and is alarmed. An exit's end by the broker's own doing is alarmed; another takes its place in a minute.
-- Raises TB403 the lease is over, TB404 not visible, TB422 it was never placed.

create function report_order(
    worker           text,
    client_id        uuid,
    status           text,
    broker_status    text,
    status_is_known  boolean,
    filled_quantity  numeric,
    average_price    numeric      default null,
    fee              numeric      default null,
    reason           text         default null,
    fills            jsonb        default null,
    quantity         numeric      default null,
    limit_price      numeric      default null,
    stop_price       numeric      default null,
    broker_order_id  text         default null,
    told_at          timestamptz  default null)
  returns orders
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  locked    record;
  sent      order_outbox;
  target    orders;
  is_exit   boolean;
  has_ended boolean;
  is_over   constant boolean := report_order.status in ('FILLED', 'CANCELED', 'EXPIRED', 'REJECTED') and status_is_known;
begin
  select * into locked from lock_sent(report_order.worker, report_order.client_id);
  sent    := locked.sent;
  target  := locked.target;
  is_exit := target.purpose in ('stop_loss', 'take_profit');

  if sent.state not in ('PLACED', 'WORKING', 'OVER') then
    raise exception using
      errcode = 'TB422',
      message = format('%s was never placed: it is %s', sent.client_id, sent.state);
  end if;

  if target.status = 'PENDING' and report_order.status not in ('PENDING', 'REJECTED') then
    perform rest_order(target);
    perform append_event(target.username, target.portfolio_id, 'order_confirmed', 'venue', jsonb_strip_nulls(
      jsonb_build_object('order_id', target.order_id, 'status', 'OPEN', 'broker_order_id', sent.broker_order_id,
                         'broker_status', report_order.broker_status)));
    select o.* into target from orders as o where (o.username, o.order_id) = (target.username, target.order_id);
  end if;

  if sent.state <> 'OVER' and sent.change_state = 'SENT' then
    target := settle_change(locked.home, target, sent, report_order.quantity, report_order.limit_price,
                            report_order.stop_price, is_over,
                            coalesce(report_order.broker_order_id <> sent.broker_order_id, false));
    select s.* into sent from order_outbox as s where (s.username, s.client_id) = (sent.username, sent.client_id);
  end if;

  target := record_fills(target, sent, coalesce(report_order.filled_quantity, 0), report_order.average_price,
                         report_order.fee, report_order.fills, coalesce(report_order.told_at, clock_timestamp()));
  select s.* into sent from order_outbox as s where (s.username, s.client_id) = (sent.username, sent.client_id);

  if sent.state = 'OVER' then
    return target;
  end if;

  if not status_is_known and report_order.broker_status is distinct from sent.broker_status then
    perform raise_alarm(target.username, target.portfolio_id, 'unknown_status', 'HIGH', jsonb_build_object(
      'client_id', sent.client_id, 'broker_status', report_order.broker_status), target.order_id);
  end if;

  if sent.change_state = 'ASKED' and is_over then
    target := drop_change(target, sent, 'it was over before the broker was asked');
  end if;

  has_ended := is_over and sent.filled_quantity >= coalesce(report_order.filled_quantity, 0)
               and (sent.filled_quantity > 0 or report_order.status <> 'FILLED');

  update order_outbox as s
  set state           = case when has_ended then 'OVER'
                             when report_order.status = 'PENDING' and s.filled_quantity = 0 then s.state
                             else 'WORKING' end,
      over_at         = case when has_ended then clock_timestamp() end,
      broker_status   = report_order.broker_status,
      broker_order_id = coalesce(report_order.broker_order_id, s.broker_order_id),
      message         = coalesce(report_order.reason, s.message),
      confirmed_at    = coalesce(s.confirmed_at, clock_timestamp()),
      not_before      = now() + case report_order.status when 'PENDING' then interval '1 second'
                                                         else interval '5 seconds' end
  where (s.username, s.client_id) = (sent.username, sent.client_id)
  returning s.* into sent;

  if sent.state <> 'OVER' then
    return target;
  end if;

  if not is_exit and target.status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED') then
    return end_order(target, case when report_order.status = 'FILLED'
                                    or (report_order.status = 'REJECTED' and target.filled_quantity > 0) then 'CANCELED'
                                  else report_order.status end,
                     coalesce(report_order.reason, case when report_order.status = 'REJECTED'
                                                          or target.pending_action <> 'cancel'
                                                        then lower(report_order.status) || ' by the broker' end),
                     'venue');
  end if;

  if target.pending_action <> 'none' then
    update orders as o
    set pending_action = 'none'
    where (o.username, o.order_id) = (target.username, target.order_id)
    returning o.* into target;
  end if;

  if is_exit and report_order.status <> 'FILLED' and not sent.is_unwanted
    and target.status in ('OPEN', 'PARTIALLY_FILLED') then
    perform raise_alarm(target.username, target.portfolio_id, 'exit_lost', 'HIGH', jsonb_strip_nulls(
      jsonb_build_object('client_id', sent.client_id, 'broker_status', report_order.broker_status,
                         'reason', report_order.reason)), target.order_id);
  end if;

  return target;
end
$$;

comment on function report_order is 'Take in how an order stands at its broker. For the broker worker''s role.';
select let_only('report_order', 'twinbook_broker');
