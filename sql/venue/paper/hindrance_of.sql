-- Why an order that had to wait can't fill at a price after all, or null. It may meet a worse price than it held money
-- for; and where an earlier order was made larger and took what it would have sold, it would now sell short.

create function hindrance_of(
    home      portfolios,
    target    orders,
    market    shared_data.market,
    standing  shared_data.standing,
    price     numeric)
  returns text
  language plpgsql
  set search_path from current
as $$
declare
  increase constant numeric := increase_of(target, standing);
  needed   numeric;
begin
  if increase = 0 then
    return null;
  end if;

  if target.side = 'sell' and not (home.allow_short and market.is_shortable) then
    return 'short selling is not allowed';
  end if;

  needed := increase * price * market.multiplier
    * case target.side when 'buy' then 1 else (home.short_initial_percent - 100) / 100 end;

  if market.has_fees then
    needed := needed + (select f.fee from fee_at(target, market, price) as f);
  end if;

  return case when needed > free_of(home, target, standing, market.number) then 'insufficient funds at the fill' end;
end
$$;

comment on function hindrance_of is 'Why an order that had to wait can''t fill at a price; null where it can.';
