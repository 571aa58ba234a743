-- An order comes to rest: it is open, holds what it needs, and expires with its day.

create function rest_order(target orders)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  rested orders;
begin
  perform await_quotes(target);

  update orders as o
  set status     = case when o.filled_quantity > 0 then 'PARTIALLY_FILLED' else 'OPEN' end,
      is_resting = target.is_resting,
      expires_at = case when o.time_in_force = 'DAY' then coalesce(o.expires_at, day_end_of(o)) end
  where (o.username, o.order_id) = (target.username, target.order_id);

  perform rehold(target.username, target.portfolio_id, target.symbol, target.strategy);

  select o.* into rested from orders as o where (o.username, o.order_id) = (target.username, target.order_id);
  return rested;
end
$$;

comment on function rest_order is 'Let an order wait for the quotes after its own.';
