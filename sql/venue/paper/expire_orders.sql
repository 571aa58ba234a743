-- Expires a locked portfolio's orders whose day is over at a moment, whatever their symbol: before that moment's quotes
-- are matched, so that the money which they held is free for those.

create function expire_orders(home portfolios, at timestamptz)
  returns void
  language plpgsql
  set search_path from current
as $$
declare
  target orders;
begin
  for target in
    select o.*
    from orders as o
    where o.username = home.username
      and o.status in ('OPEN', 'PARTIALLY_FILLED')
      and o.portfolio_id = home.portfolio_id
      and o.time_in_force = 'DAY'
      and o.expires_at <= expire_orders.at
    order by o.order_number
  loop
    perform end_order(target, 'EXPIRED', 'end of day', 'venue', target.expires_at);
  end loop;
end
$$;

comment on function expire_orders is 'Expire the orders of a locked portfolio whose day is over.';
