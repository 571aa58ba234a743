-- The live venue: an order goes to a broker. While no portfolio has one, every order is refused, and kept with the reason.

create function route_order(target orders, home portfolios, market shared_data.market)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  refused orders;
begin
  update orders as o
  set status        = 'REJECTED',
      reject_reason = 'live trading isn''t enabled: the portfolio has no broker'
  where (o.username, o.order_id) = (target.username, target.order_id)
  returning o.* into refused;

  perform append_event(refused.username, refused.portfolio_id, 'order_rejected', 'venue', jsonb_build_object(
    'order_id', refused.order_id, 'reject_reason', refused.reject_reason));

  return refused;
end
$$;

comment on function route_order is 'Hand an order to the broker; refused while there is none.';
