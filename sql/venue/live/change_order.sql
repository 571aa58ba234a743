-- Asks the broker for an order's new terms; it keeps the old ones until the broker has taken them. One that hasn't left
-- changes at once. Raises TB422 where the order is split up at the broker.

create function change_order(wanted orders, home portfolios, market shared_data.market)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  was  constant orders := (
    select o from orders as o where (o.username, o.order_id) = (wanted.username, wanted.order_id));
  sent order_outbox;
begin
  select s.* into sent
  from order_outbox as s
  where (s.username, s.order_id) = (wanted.username, wanted.order_id)
    and s.state in ('QUEUED', 'SENDING', 'PLACED', 'WORKING', 'HELD')
  for update;

  if sent.state = 'QUEUED' then
    update order_outbox as s
    set state   = 'WITHDRAWN',
        message = 'replaced before it was sent',
        over_at = now()
    where (s.username, s.client_id) = (sent.username, sent.client_id);

    wanted := apply_terms(wanted);
    perform send_order(wanted, home, wanted.quantity,
                       case when increase_of(wanted, standing_of(wanted)) > 0 then 'open' else 'close' end);
    perform rehold(wanted.username, wanted.portfolio_id, wanted.symbol, wanted.strategy);
    select o.* into wanted from orders as o where (o.username, o.order_id) = (wanted.username, wanted.order_id);
    return wanted;
  end if;

  if sent.state is null or sent.state not in ('PLACED', 'WORKING') then
    raise exception using
      errcode = 'TB422',
      message = format('order %s stays as it was: the broker hasn''t shown it yet', was.order_id),
      hint    = 'Wait for the next sync, or cancel it.';
  end if;

  update order_outbox as s
  set change_state    = 'ASKED',
      new_quantity    = nullif(wanted.quantity, was.quantity),
      new_limit_price = nullif(wanted.limit_price, was.limit_price),
      new_stop_price  = nullif(wanted.stop_price, was.stop_price),
      not_before      = now()
  where (s.username, s.client_id) = (sent.username, sent.client_id)
    and (wanted.quantity, wanted.limit_price, wanted.stop_price)
        is distinct from (was.quantity, was.limit_price, was.stop_price)
  returning s.* into sent;

  if not found then
    return was;
  end if;

  update orders as o
  set pending_action = 'replace'
  where (o.username, o.order_id) = (was.username, was.order_id)
  returning o.* into wanted;

  perform append_event(was.username, was.portfolio_id, 'order_replace_asked', was.username, jsonb_strip_nulls(
    jsonb_build_object('order_id', was.order_id, 'quantity', plain(sent.new_quantity),
                       'limit_price', plain(sent.new_limit_price), 'stop_price', plain(sent.new_stop_price))));
  return wanted;
end
$$;

comment on function change_order is 'Ask the broker for an order''s new terms.';
