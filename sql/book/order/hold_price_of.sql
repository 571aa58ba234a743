-- The price that an order's value is reckoned at before it fills: a buy at its limit, or at the ask with slippage; a
-- short sale at its limit or at 103 % of the ask, whichever is more. Rounded up to the tick, as its fill may be. Null
-- where neither is known.

create function hold_price_of(home portfolios, target orders, market shared_data.market)
  returns numeric
  language plpgsql immutable
  set search_path from current
as $$
declare
  ask constant numeric := coalesce(market.ask, market.last, market.bid);
begin
  return ceil(case target.side
    when 'buy' then coalesce(target.limit_price, greatest(target.stop_price, ask) * (1 + home.slippage_percent / 100))
    else greatest(target.limit_price, target.stop_price, ask * 1.03) end / market.tick) * market.tick;
end
$$;

comment on function hold_price_of is 'The price that an order''s value is reckoned at before it fills.';
