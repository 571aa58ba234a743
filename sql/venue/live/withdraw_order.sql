-- Takes an order back: at once where nothing of it has left, else by asking the broker, whose word ends it.

create function withdraw_order(target orders, reason text, actor text, ended_at timestamptz default null)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  asked orders;
begin
  update order_outbox as s
  set state   = 'WITHDRAWN',
      message = coalesce(withdraw_order.reason, 'canceled before it was sent'),
      over_at = now()
  where (s.username, s.order_id) = (target.username, target.order_id)
    and s.state = 'QUEUED';

  update order_outbox as s
  set is_unwanted = true,
      not_before  = now()
  where (s.username, s.order_id) = (target.username, target.order_id)
    and s.state in ('SENDING', 'PLACED', 'WORKING', 'HELD');

  if not found then
    return end_order(target, 'CANCELED', withdraw_order.reason, withdraw_order.actor, ended_at);
  end if;

  update orders as o
  set pending_action = 'cancel'
  where (o.username, o.order_id) = (target.username, target.order_id)
  returning o.* into asked;

  perform append_event(asked.username, asked.portfolio_id, 'order_cancel_asked', withdraw_order.actor,
    jsonb_strip_nulls(jsonb_build_object('order_id', asked.order_id, 'reason', withdraw_order.reason)));
  return asked;
end
$$;

comment on function withdraw_order is 'Take an order back: at once if it hasn''t left, else by asking the broker.';
