-- What a portfolio may work with for a symbol: instrument, feed's time, and a price from the first source that is fit:
-- the feed's quote while fresh, the newest stored price where the portfolio takes one, a mock where it allows it. Null
-- for an unknown symbol.

create function market_at(home portfolios, symbol text)
  returns shared_data.market
  language plpgsql
  set search_path from current
as $$
declare
  market shared_data.market;
begin
  select
    i.symbol, i.asset_class, i.currency, c.decimals::integer, i.tick::numeric, i.lot::numeric, i.multiplier::numeric,
    i.is_shortable, i.stop_trigger, coalesce(home.fee_venue, i.venue),
    exists (select from shared_data.fees as e
            where (e.venue, e.asset_class) = (coalesce(home.fee_venue, i.venue), i.asset_class)),
    t.clock, f.newest_number, f.fills_on = 'next quote',
    p.source, p.number, p.bid::numeric, p.ask::numeric, p.last::numeric, p.volume::numeric, p.bid_size::numeric,
    p.ask_size::numeric, p.quoted_at
  into market
  from shared_data.instruments as i
  join shared_data.currencies as c using (currency)
  join shared_data.feeds as f on (f.username, f.name) = (home.feed_owner, home.feed)
  cross join lateral (select shared_data.clock(f)) as t (clock)
  left join shared_data.quotes as q on (q.username, q.feed, q.symbol) = (f.username, f.name, i.symbol)
  left join lateral (
    select * from (
      select 1 as place, 'quote' as source, q.number, q.bid, q.ask, q.last, q.volume, q.bid_size, q.ask_size,
             q.quoted_at
      where q.quoted_at >= t.clock - home.max_quote_age
      union all
      (select 2, 'history', m.number, m.bid, m.ask, m.last, m.volume, m.bid_size, m.ask_size, m.quoted_at
       from shared_data.market_data as m
       where home.max_history_age is not null
         and (m.username, m.feed, m.symbol) = (f.username, f.name, i.symbol)
         and m.quoted_at between t.clock - home.max_history_age and t.clock
       order by m.quoted_at desc, m.number desc
       limit 1)
      union all
      select 3, 'mock', q.number, null, null, coalesce(q.last, (q.bid + q.ask) / 2, q.bid, q.ask, 100), null, null,
             null, t.clock
      where home.allow_mock_prices
    ) as fit
    order by fit.place
    limit 1
  ) as p on true
  where i.symbol = market_at.symbol;

  return market;
end
$$;

comment on function market_at is 'An instrument with its feed''s time and the price that a portfolio may work with.';
