-- Whether the money for what an order increases is missing at the price that it would fill at: a stop or a market order
-- that had to wait may meet a worse price than it held money for.

create function lacks_funds(home portfolios, target orders, market shared_data.market, price numeric)
  returns boolean
  language plpgsql
  set search_path from current
as $$
declare
  exposure constant shared_data.exposure := exposure_of(home, target);
  needed   numeric;
begin
  if exposure.increase = 0 then
    return false;
  end if;

  needed := exposure.increase * price * market.multiplier
    * case target.side when 'buy' then 1 else (home.short_initial_percent - 100) / 100 end;

  if market.has_fees then
    needed := needed + (
      select f.fee
      from shared_data.fee_of(market.fee_venue, market.asset_class, target.side,
                              case when target.is_resting then 'maker' else 'taker' end,
                              target.quantity - target.filled_quantity,
                              (target.quantity - target.filled_quantity) * price * market.multiplier,
                              market.decimals, market.feed_clock) as f);
  end if;

  return needed > exposure.available;
end
$$;

comment on function lacks_funds is 'Whether the money for an order is missing at the price that it would fill at.';
