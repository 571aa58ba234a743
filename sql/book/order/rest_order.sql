-- An order comes to rest: it is open, holds what it needs, expires with its day, and enters itself where matching has
-- to catch up, since its quote may come before it commits.

create function rest_order(target orders)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  rested orders;
begin
  insert into unmatched (username, portfolio_id, symbol, from_number, cause, feed_owner, feed)
  values (target.username, target.portfolio_id, target.symbol, target.effective_number + 1, 'placed',
          target.feed_owner, target.feed)
  on conflict do nothing;

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
