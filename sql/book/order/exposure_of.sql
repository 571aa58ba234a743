-- What an order does to its user's exposure: how much of it increases a position, and what money is free for that.
-- Reducing comes first: an order reduces what the position has that other orders on its side don't already take.

create function exposure_of(
    home portfolios,
    target orders,
    market shared_data.market,
    out status           text,
    out holding          numeric,
    out increase         numeric,
    out available        numeric,
    out short_value      numeric,
    out cash             numeric)
  language plpgsql
  set search_path from current
as $$
begin
  select u.status, coalesce(s.quantity, 0), b.amount, b.amount - b.held + target.held_amount,
         greatest(target.quantity - target.filled_quantity - greatest(
           case target.side when 'sell' then coalesce(s.quantity, 0) else -coalesce(s.quantity, 0) end
           - (select coalesce(sum(o.quantity - o.filled_quantity), 0)
              from orders as o
              where o.username = target.username
                and o.status in ('OPEN', 'PARTIALLY_FILLED')
                and (o.portfolio_id, o.symbol, o.strategy, o.side) =
                    (target.portfolio_id, target.symbol, target.strategy, target.side)
                and o.order_number < target.order_number), 0), 0)
  into exposure_of.status, exposure_of.holding, exposure_of.cash, exposure_of.available, exposure_of.increase
  from identity.users as u
  left join positions as s
    on (s.username, s.portfolio_id, s.symbol, s.strategy) =
       (target.username, target.portfolio_id, target.symbol, target.strategy)
  left join balances as b
    on (b.username, b.portfolio_id, b.currency) = (target.username, target.portfolio_id, target.currency)
  where u.username = target.username;

  cash        := coalesce(cash, 0);
  available   := coalesce(available, 0);
  short_value := 0;

  if home.allow_short or holding < 0 then
    short_value := short_value_of(home, target.currency);
    available   := available - short_value * home.short_initial_percent / 100;
  end if;
end
$$;

comment on function exposure_of is
  'How much of an order increases exposure, and the money in its currency that is free for it, its own hold included.';
