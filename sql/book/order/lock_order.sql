-- Locks the portfolio of an order that its user wants to change, works off what the feed brought, and reads the order
-- as it is then. Raises TB401 no user, TB404 not visible, TB409 stale version, TB422 no longer open.

create function lock_order(order_id text, expected_version integer, out home portfolios, out target orders)
  language plpgsql
  set search_path from current
as $$
declare
  me text := acting_user(must_be_active => false);
begin
  select p.* into home
  from orders as o
  join portfolios as p using (username, portfolio_id)
  where (o.username, o.order_id) = (me, lock_order.order_id)
  for no key update of p;

  if not found then
    raise exception using
      errcode = 'TB404',
      message = format('order %s does not exist', lock_order.order_id),
      hint    = 'It may belong to another user or to the other book.';
  end if;

  home := catch_up(home);

  select o.* into target from orders as o where (o.username, o.order_id) = (me, lock_order.order_id);

  if expected_version is not null then
    perform expect_version(format('order %s', target.order_id), target.version, expected_version);
  end if;

  if target.purpose in ('stop_loss', 'take_profit') then
    raise exception using
      errcode = 'TB422',
      message = format('order %s is an exit of trade %s, and belongs to it', target.order_id, target.trade_id),
      hint    = 'adjust_trade changes a trade''s exits or takes them back; close_trade ends it.';
  end if;

  if target.status not in ('PENDING', 'OPEN', 'PARTIALLY_FILLED') or target.pending_action <> 'none' then
    raise exception using
      errcode = 'TB422',
      message = case when target.pending_action = 'none'
                     then format('order %s is already %s', target.order_id, target.status)
                     else format('order %s has a %s under way', target.order_id, target.pending_action) end,
      hint    = 'Read the order again.';
  end if;
end
$$;

comment on function lock_order is 'Lock an open order''s portfolio, and read the order as it is then.';
