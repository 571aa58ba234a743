-- Gives a replacement up: the order stays as it was, and may be changed again.

create function drop_change(target orders, sent order_outbox, why text)
  returns orders
  language plpgsql
  set search_path from current
as $$
begin
  update order_outbox as s
  set (change_state, new_quantity, new_limit_price, new_stop_price, message) = (null, null, null, null, why)
  where (s.username, s.client_id) = (sent.username, sent.client_id);

  update orders as o
  set pending_action = case o.pending_action when 'replace' then 'none' else o.pending_action end
  where (o.username, o.order_id) = (target.username, target.order_id)
  returning o.* into target;

  perform append_event(target.username, target.portfolio_id, 'order_replace_refused', 'venue',
                       jsonb_build_object('order_id', target.order_id, 'reason', why));
  return target;
end
$$;

comment on function drop_change is 'Give a replacement up: the order stays as it was.';
