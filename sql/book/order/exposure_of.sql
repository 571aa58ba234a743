-- What an order does to its user's exposure: how much of it increases a position, and what money is free for that, its own
-- hold included. Reducing comes first: an order reduces what the position has that earlier orders on its side don't take.

create function exposure_of(home portfolios, target orders)
  returns shared_data.exposure
  language plpgsql
  set search_path from current
as $$
declare
  exposure shared_data.exposure;
begin
  select u.status, coalesce(s.quantity, 0)::numeric,
         greatest(target.quantity - target.filled_quantity - greatest(
           case target.side when 'sell' then coalesce(s.quantity, 0) else -coalesce(s.quantity, 0) end
           - (select coalesce(sum(o.quantity - o.filled_quantity), 0)
              from orders as o
              where o.username = target.username
                and o.status in ('OPEN', 'PARTIALLY_FILLED')
                and (o.portfolio_id, o.symbol, o.strategy, o.side) =
                    (target.portfolio_id, target.symbol, target.strategy, target.side)
                and o.order_number < target.order_number), 0), 0)::numeric,
         coalesce(b.amount, 0)::numeric, (coalesce(b.amount - b.held, 0) + target.held_amount)::numeric, 0::numeric
  into exposure
  from identity.users as u
  left join positions as s
    on (s.username, s.portfolio_id, s.symbol, s.strategy) =
       (target.username, target.portfolio_id, target.symbol, target.strategy)
  left join balances as b
    on (b.username, b.portfolio_id, b.currency) = (target.username, target.portfolio_id, target.currency)
  where u.username = target.username;

  if home.allow_short or exposure.holding < 0 then
    exposure.short_value := short_value_of(home, target.currency);
    exposure.available   := exposure.available - exposure.short_value * home.short_initial_percent / 100;
  end if;

  return exposure;
end
$$;

comment on function exposure_of is
  'How much of an order increases exposure, and the money in its currency that is free for it, its own hold included.';
