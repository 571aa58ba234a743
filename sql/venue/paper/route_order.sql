-- The paper venue's door. An order fills at the quote that it meets, as far as that has it, or rests for the quotes
-- after it.

create function route_order(target orders, home portfolios, market shared_data.market, standing shared_data.standing)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  waits    constant boolean := market.fills_next or target.effective_at is not null;
  price    numeric;
  offered  numeric;
  quantity numeric := 0;
begin
  target.is_resting := false;
  price := case when market.source is not null then fill_price_of(home, target, market) end;

  if price is not null and not waits then
    offered  := offered_at(home, target, market, price);
    quantity := fillable_of(target, standing, offered);
  end if;

  if quantity > 0 then
    target := fill_order(home, target, market, standing, price, quantity, offered);
  elsif target.created_at is null then
    target := store_order(target);
  end if;

  if target.status not in ('PENDING', 'OPEN', 'PARTIALLY_FILLED') then
    return target;
  end if;

  if target.time_in_force in ('IOC', 'FOK') and not waits then
    return end_order(target, 'CANCELED', case when market.source is null then 'stale market data'
                                              else 'could not be filled at once' end, 'venue');
  end if;

  target.is_resting := target.works_as = 'limit' and (price is null or quantity > 0)
                       and target.time_in_force not in ('IOC', 'FOK');
  return rest_order(target);
end
$$;

comment on function route_order is 'Fill an order at the quote that it meets, or let it rest.';
