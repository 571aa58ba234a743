-- What a unit of an order holds if it increases exposure, and what it holds for fees: a buy its value, a short sale its
-- margin beyond the proceeds. A put sold short holds its strike; a call nothing, since its underlying covers it. Spot
-- sold holds itself, in its base currency.

create function set_hold(home portfolios, target orders, market shared_data.market)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  price constant numeric := coalesce(hold_price_of(home, target, market), 0);
begin
  target.hold_unit := trim_scale(price * market.multiplier
    * case target.side when 'buy' then 1 else (home.short_initial_percent - 100) / 100 end);

  if target.side = 'sell' and market.option_type is not null then
    target.hold_unit := case market.option_type when 'put' then trim_scale(market.strike * market.multiplier) else 0 end;
  end if;

  target.hold_fee  := 0;

  if target.base_currency is not null and target.side = 'sell' then
    target.hold_unit := 1;
    return target;
  end if;

  if market.has_fees then
    target.hold_fee := (
      select max(f.fee)
      from unnest(array['maker', 'taker']) as liquidity,
           shared_data.fee_of(market.fee_venue, market.asset_class, target.side, liquidity, target.quantity,
                              target.quantity * price * market.multiplier, market.decimals,
                              market.feed_clock, market.base_decimals) as f
      where (liquidity = 'taker' or target.works_as <> 'market') and not f.is_in_base);
    target.hold_fee := coalesce(target.hold_fee, 0);
  end if;

  return target;
end
$$;

comment on function set_hold is 'Fill in what an order would hold, per unit and for fees.';
