-- The paper venue's door. An order fills at the quote that it meets, or rests for the quotes after it.

create function route_order(target orders, home portfolios, market shared_data.market, standing shared_data.standing)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  waits constant boolean := market.fills_next or target.effective_at is not null;
  price numeric;
begin
  target.is_resting := false;
  price := case when market.source is not null then fill_price_of(home, target, market) end;

  if price is not null and not waits then
    return fill_order(home, target, market, standing, price);
  end if;

  if target.created_at is null then
    target := store_order(target);
  end if;

  if target.time_in_force in ('IOC', 'FOK') and not waits then
    return end_order(target, 'CANCELED', case when market.source is null then 'stale market data'
                                              else 'could not be filled at once' end, 'venue');
  end if;

  target.is_resting := target.works_as = 'limit' and price is null and target.time_in_force not in ('IOC', 'FOK');
  return rest_order(target);
end
$$;

comment on function route_order is 'Fill an order at the quote that it meets, or let it rest.';
