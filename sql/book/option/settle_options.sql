-- Settles the options of a locked portfolio whose last close has passed by its feed's clock: what waits for them
-- expires, and each trade ends at that moment, in cash. In the money by a cent or more it is worth its intrinsic
-- value, by its underlying's last price of that day; otherwise nothing. One whose underlying had no price that day is
-- left, and said. Returns how many trades ended.

create function settle_options(home portfolios, as_of timestamptz)
  returns integer
  language plpgsql
  set search_path from current
as $$
declare
  expired   record;
  waiting   orders;
  price     numeric;
  intrinsic numeric;
  settled   integer := 0;
begin
  for waiting in
    select o.*
    from orders as o
    join shared_data.instruments as i using (symbol)
    where o.username = home.username
      and o.status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED')
      and o.portfolio_id = home.portfolio_id
      and o.purpose in ('trade', 'close')
      and shared_data.expires_at(i) <= as_of
    order by o.order_number
  loop
    perform end_order(waiting, 'EXPIRED', 'the option has expired', 'venue', as_of);
  end loop;

  for expired in
    select t as trade, i.option_type, i.strike, i.underlying, shared_data.expires_at(i) as at
    from trades as t
    join shared_data.instruments as i using (symbol)
    where (t.username, t.portfolio_id) = (home.username, home.portfolio_id)
      and t.status in ('PARTIALLY_FILLED', 'OPEN', 'CLOSING')
      and shared_data.expires_at(i) <= as_of
    order by t.direction desc, t.symbol, t.strategy
  loop
    select coalesce(m.last, (m.bid + m.ask) / 2, m.bid, m.ask) into price
    from shared_data.market_data as m
    where (m.username, m.feed, m.symbol) = (home.feed_owner, home.feed, expired.underlying)
      and m.quoted_at <= expired.at
      and m.quoted_at > expired.at - interval '1 day'
    order by m.quoted_at desc, m.number desc
    limit 1;

    if price is null then
      raise warning using
        message = format('option %s is not settled: %s had no price on its last day', (expired.trade).symbol,
                         expired.underlying),
        hint    = 'Load that day''s price, and expire again.';
      continue;
    end if;

    intrinsic := case expired.option_type when 'call' then price - expired.strike else expired.strike - price end;
    intrinsic := case when intrinsic >= 0.01 then trim_scale(intrinsic) else 0 end;
    perform settle_trade(home, expired.trade, intrinsic, 'settlement',
                         case when intrinsic > 0 then 'settled' else 'expired' end, expired.at);
    settled := settled + 1;
  end loop;

  return settled;
end
$$;

comment on function settle_options is 'Settle the options of a locked portfolio whose last close has passed.';
