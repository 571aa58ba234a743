-- How much of what would fill at a price can be paid, in lots: all of it, or none. What had to wait may meet a worse
-- price than it held money for; a market order is cut to what there is money for. Where an earlier order was made
-- larger and took what this one would have sold, it would now sell short.

create function payable_of(
    home      portfolios,
    target    orders,
    market    shared_data.market,
    standing  shared_data.standing,
    price     numeric,
    quantity  numeric)
  returns numeric
  language plpgsql
  set search_path from current
as $$
declare
  is_spot constant boolean := target.base_currency is not null;
  reduces constant numeric := target.quantity - target.filled_quantity - increase_of(target, standing);
  paid    constant numeric := case when is_spot then quantity else greatest(quantity - reduces, 0) end;
  unit    constant numeric := case
    when target.side = 'buy' then price * market.multiplier
    when market.option_type = 'put' then market.strike * market.multiplier
    when market.option_type = 'call' then 0
    else price * market.multiplier * (home.short_initial_percent - 100) / 100 end;
  fee     numeric := 0;
  free    numeric;
begin
  if target.purpose <> 'trade' or paid = 0 then
    return quantity;
  end if;

  if is_spot and target.side = 'sell' then
    return case when quantity <= standing.base_free + target.held_amount then quantity else 0 end;
  end if;

  if target.side = 'sell' and (case market.option_type
      when 'put' then false
      when 'call' then uncovered_of(home, target, market, quantity, paid, standing) is not null
      else not (home.allow_short and market.is_shortable) end) is not false then
    return 0;
  end if;

  if market.has_fees then
    fee := (select case when f.is_in_base then 0 else f.fee end from fee_at(target, market, price, quantity) as f);
  end if;

  free := free_of(home, target, standing, market.number);

  return case
    when paid * unit + fee <= free then quantity
    when target.works_as = 'market' and unit > 0
      then quantity - paid + greatest(floor((free - fee) / unit / market.lot) * market.lot, 0)
    else 0
  end;
end
$$;

comment on function payable_of is 'How much of what would fill at a price can be paid.';
