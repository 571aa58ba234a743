-- A person has looked at the broker and says what became of an order that is held: it is there, by this id, or it never
-- landed. Raises TB400 no reason, TB401 no user, TB404 not visible, TB422 it isn't held, or the id is another's.

create function resolve_order(client_id uuid, reason text, broker_order_id text default null)
  returns orders
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  me     constant text := acting_user(must_be_active => false);
  sent   order_outbox;
  target orders;
begin
  if coalesce(trim(reason), '') = '' then
    raise exception using
      errcode = 'TB400',
      message = 'what did you find at the broker?',
      hint    = 'Give a reason, and the broker_order_id where it is there.';
  end if;

  perform 1
  from order_outbox as s
  join portfolios as p using (username, portfolio_id)
  where (s.username, s.client_id) = (me, resolve_order.client_id)
  for no key update of p;

  select s.* into sent from order_outbox as s where (s.username, s.client_id) = (me, resolve_order.client_id);

  if not found then
    raise exception using
      errcode = 'TB404',
      message = format('nothing was sent as %s', resolve_order.client_id),
      hint    = 'select client_id, order_id, message from order_outbox where state = ''HELD'';';
  end if;

  if sent.state <> 'HELD' then
    raise exception using
      errcode = 'TB422',
      message = format('%s isn''t held: it is %s', sent.client_id, sent.state);
  end if;

  if resolve_order.broker_order_id is not null then
    perform expect_own_id(sent, resolve_order.broker_order_id);
  end if;

  update order_outbox as s
  set state           = case when resolve_order.broker_order_id is null then 'REFUSED' else 'PLACED' end,
      broker_order_id = resolve_order.broker_order_id,
      message         = resolve_order.reason,
      placed_at       = case when resolve_order.broker_order_id is not null then clock_timestamp() end,
      over_at         = case when resolve_order.broker_order_id is null then clock_timestamp() end,
      not_before      = now()
  where (s.username, s.client_id) = (sent.username, sent.client_id);

  select o.* into target from orders as o where (o.username, o.order_id) = (sent.username, sent.order_id);

  perform append_event(target.username, target.portfolio_id, 'order_resolved', me, jsonb_strip_nulls(jsonb_build_object(
    'order_id', target.order_id, 'client_id', sent.client_id, 'broker_order_id', resolve_order.broker_order_id,
    'reason', resolve_order.reason)));

  if resolve_order.broker_order_id is null and target.purpose in ('trade', 'close')
    and target.status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED') then
    target := end_order(target, 'CANCELED', 'it never reached the broker', 'venue');
  end if;

  return target;
end
$$;

comment on function resolve_order is 'Say what became of an order that is held: it is at the broker by this id, or never landed.';
select let_traders('resolve_order');
