-- Ends an open order short of being filled: CANCELED, EXPIRED, or REJECTED by its venue. What it held is free again,
-- and its position is shared out among the orders that stay.

create function end_order(target orders, status text, reason text, actor text, ended_at timestamptz default null)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  ended       orders;
  moves       jsonb;
  happened_at constant timestamptz := coalesce(ended_at, business_time(target.feed_owner, target.feed));
begin
  with was as (
    select o.held_amount, o.hold_currency
    from orders as o
    where (o.username, o.order_id) = (target.username, target.order_id)
  ),
  freed as (
    update balances as b
    set held = trim_scale(b.held - was.held_amount)
    from was
    where (b.username, b.portfolio_id, b.currency) = (target.username, target.portfolio_id, was.hold_currency)
      and was.held_amount <> 0
  )
  update orders as o
  set status         = end_order.status,
      end_reason     = case when end_order.status <> 'REJECTED' then end_order.reason end,
      reject_reason  = case when end_order.status = 'REJECTED' then end_order.reason end,
      pending_action = 'none',
      held_amount    = 0,
      held_quantity  = 0,
      version        = o.version + (end_order.actor = o.username)::integer
  where (o.username, o.order_id) = (target.username, target.order_id)
  returning o.* into ended;

  moves := move_trade(ended, coalesce(end_order.reason, lower(end_order.status)), happened_at);

  perform append_event(ended.username, ended.portfolio_id,
    case end_order.status when 'REJECTED' then 'order_refused' else 'order_' || lower(end_order.status) end,
    end_order.actor, jsonb_strip_nulls(jsonb_build_object(
      'order_id', ended.order_id, 'filled_quantity', plain(ended.filled_quantity), 'reason', end_order.reason,
      'status', case when ended.status = 'REJECTED' then ended.status end, 'reject_reason', ended.reject_reason,
      'version', ended.version::text, 'trade_id', ended.trade_id, 'moves', moves, 'ended_at', moment(happened_at))));

  perform rehold(ended.username, ended.portfolio_id, ended.symbol, ended.strategy);
  return ended;
end
$$;

comment on function end_order is 'End an order short of being filled, and free what it held.';
