-- What a portfolio may work with for a symbol: instrument, feed's time, and a price from the first source that is fit:
-- the feed's quote while fresh, the newest stored price where the portfolio takes one, a mock where it allows it. Null
-- for an unknown symbol. A corporate action that came after the portfolio caught up isn't there for it yet, nor are the
-- quotes after that: what it holds and waits for is in the old terms. Live, the broker's facts bring the new ones.

create function market_at(home portfolios, symbol text)
  returns shared_data.market
  language plpgsql
  set search_path from current
as $$
declare
  market shared_data.market;
  stored shared_data.market_data;
begin
  select i.symbol, i.asset_class, i.currency, c.decimals::integer, i.tick::numeric, i.lot::numeric,
         i.multiplier::numeric, i.is_shortable, i.stop_trigger, coalesce(home.fee_venue, i.venue),
         exists (select from shared_data.fees as e
                 where (e.venue, e.asset_class) = (coalesce(home.fee_venue, i.venue), i.asset_class)),
         shared_data.clock(f), known.until_number, f.fills_on = 'next quote', 'quote'::text,
         q.number, q.bid::numeric, q.ask::numeric, q.last::numeric, q.volume::numeric, q.bid_size::numeric,
         q.ask_size::numeric, q.quoted_at, i.base_currency, i.underlying, i.option_type, i.strike::numeric,
         shared_data.expires_at(i),
         b.decimals::integer
  into market
  from shared_data.instruments as i
  join shared_data.currencies as c using (currency)
  left join shared_data.currencies as b on b.currency = i.base_currency
  join shared_data.feeds as f on (f.username, f.name) = (home.feed_owner, home.feed)
  cross join lateral (
    select coalesce(min(a.quote_number), f.newest_number) as until_number
    from shared_data.corporate_actions as a
    where (a.username, a.feed) = (home.feed_owner, home.feed)
      and a.number > home.action_number
      and book() = 'paper'
  ) as known
  left join shared_data.quotes as q
    on (q.username, q.feed, q.symbol) = (home.feed_owner, home.feed, i.symbol)
    and q.number <= known.until_number
  where i.symbol = market_at.symbol;

  if market.number is null then
    select m.* into stored
    from shared_data.market_data as m
    where (m.username, m.feed, m.symbol) = (home.feed_owner, home.feed, market_at.symbol)
      and m.number <= market.newest_number
      and m.kind = 'quote'
    order by m.number desc
    limit 1;

    if found then
      market := at_quote(market, stored, 'quote');
    end if;

    stored := null;
  end if;

  if market.quoted_at >= market.feed_clock - home.max_quote_age or market.symbol is null then
    return market;
  end if;

  if home.max_history_age is not null then
    select m.* into stored
    from shared_data.market_data as m
    where (m.username, m.feed, m.symbol) = (home.feed_owner, home.feed, market_at.symbol)
      and m.quoted_at between market.feed_clock - home.max_history_age and market.feed_clock
    order by m.quoted_at desc, m.number desc
    limit 1;
  end if;

  if stored.number is not null then
    return at_quote(market, stored, 'history');
  end if;

  -- Without a time nothing can happen, so an empty feed has no mock either.
  if home.allow_mock_prices and isfinite(market.feed_clock) then
    market.source    := 'mock';
    market.last      := coalesce(market.last, (market.bid + market.ask) / 2, market.bid, market.ask, 100);
    market.quoted_at := market.feed_clock;
  else
    market.source    := null;
    market.last      := null;
    market.number    := null;
    market.quoted_at := null;
  end if;

  market.bid      := null;
  market.ask      := null;
  market.volume   := null;
  market.bid_size := null;
  market.ask_size := null;
  return market;
end
$$;

comment on function market_at is 'An instrument with its feed''s time and the price that a portfolio may work with.';
