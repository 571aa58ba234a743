-- The price at which an order fills at a quote, or null where it doesn't. One that meets the market fills at the quote,
-- never worse than its limit; one that rests fills at its limit, when the market trades through it, or touches it with
-- volume left, if its place in the queue is good enough. Crossed quotes fill nothing.

create function fill_price_of(home portfolios, target orders, market shared_data.market)
  returns numeric
  language plpgsql immutable
  set search_path from current
as $$
declare
  price constant numeric := shared_data.price_at(target.side, market.bid, market.ask, market.last,
                                                 home.slippage_percent, market.tick);
begin
  if market.bid > market.ask or target.works_as = 'stop' then
    return null;
  end if;

  if target.works_as = 'market' then
    return price;
  end if;

  if not target.is_resting then
    return case
      when target.side = 'buy'  and coalesce(market.ask, market.last) <= target.limit_price
        then least(price, target.limit_price)
      when target.side = 'sell' and coalesce(market.bid, market.last) >= target.limit_price
        then greatest(price, target.limit_price)
    end;
  end if;

  return case
    when case target.side when 'buy'  then market.ask < target.limit_price or market.last < target.limit_price
                                      else market.bid > target.limit_price or market.last > target.limit_price end
      then target.limit_price
    when ((market.last = target.limit_price and market.volume is distinct from 0)
        or case target.side when 'buy'  then market.ask = target.limit_price and market.ask_size is distinct from 0
                                        else market.bid = target.limit_price and market.bid_size is distinct from 0 end)
      and (home.touch_fill_percent = 100
        or chance_of(home, target.order_number, market.number) < home.touch_fill_percent)
      then target.limit_price
  end;
end
$$;

comment on function fill_price_of is 'The price at which an order fills at a quote; null where it doesn''t.';
