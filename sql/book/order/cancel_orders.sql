-- Cancels every order of a locked portfolio that waits, in the order of their numbers; the exits of trades stay with
-- them. A replacement under way doesn't keep one.

create function cancel_orders(home portfolios, reason text)
  returns setof orders
  language plpgsql
  set search_path from current
as $$
declare
  target orders;
begin
  for target in
    select o.*
    from orders as o
    where (o.username, o.portfolio_id) = (home.username, home.portfolio_id)
      and o.status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED')
      and o.pending_action <> 'cancel'
      and o.purpose in ('trade', 'close')
    order by o.order_number
  loop
    return next withdraw_order(target, cancel_orders.reason, home.username);
  end loop;
end
$$;

comment on function cancel_orders is 'Cancel every order of a locked portfolio that waits, but for the exits of trades.';
