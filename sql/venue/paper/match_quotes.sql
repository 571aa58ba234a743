-- Matches new quotes of a feed with everything that rests on it. Portfolios are taken in the order of their keys, and
-- one that somebody else holds is left to him: it enters unmatched, so nothing is lost and the feed never waits.

create function match_quotes(feed_owner text, feed text, first_number bigint)
  returns void
  language plpgsql
  set search_path from current
as $$
declare
  symbols    constant text[] := (
    select coalesce(array_agg(distinct m.symbol), '{}')
    from shared_data.market_data as m
    where (m.username, m.feed) = (match_quotes.feed_owner, match_quotes.feed)
      and m.number >= first_number
      and m.kind = 'quote');
  candidate  record;
  home       portfolios;
begin
  for candidate in
    with reach as (
      select m.symbol, min(least(m.ask, m.last)) as low_offer, max(greatest(m.bid, m.last)) as high_bid,
             max(greatest(m.ask, m.last)) as high, min(least(m.bid, m.last)) as low
      from shared_data.market_data as m
      where (m.username, m.feed) = (match_quotes.feed_owner, match_quotes.feed)
        and m.number >= first_number
        and m.kind = 'quote'
      group by m.symbol
    )
    select o.username, o.portfolio_id
    from reach as r
    join orders as o on (o.feed_owner, o.feed, o.symbol) = (match_quotes.feed_owner, match_quotes.feed, r.symbol)
      and o.limit_price >= r.low_offer and o.works_as = 'limit' and o.side = 'buy'
      and o.status in ('OPEN', 'PARTIALLY_FILLED')
    union
    select o.username, o.portfolio_id
    from reach as r
    join orders as o on (o.feed_owner, o.feed, o.symbol) = (match_quotes.feed_owner, match_quotes.feed, r.symbol)
      and o.limit_price <= r.high_bid and o.works_as = 'limit' and o.side = 'sell'
      and o.status in ('OPEN', 'PARTIALLY_FILLED')
    union
    select o.username, o.portfolio_id
    from reach as r
    join orders as o on (o.feed_owner, o.feed, o.symbol) = (match_quotes.feed_owner, match_quotes.feed, r.symbol)
      and o.side = 'buy' and o.stop_price <= r.high and o.works_as = 'stop' and o.status in ('OPEN', 'PARTIALLY_FILLED')
    union
    select o.username, o.portfolio_id
    from reach as r
    join orders as o on (o.feed_owner, o.feed, o.symbol) = (match_quotes.feed_owner, match_quotes.feed, r.symbol)
      and o.side = 'sell' and o.stop_price >= r.low and o.works_as = 'stop' and o.status in ('OPEN', 'PARTIALLY_FILLED')
    union
    select o.username, o.portfolio_id
    from reach as r
    join orders as o on (o.feed_owner, o.feed, o.symbol) = (match_quotes.feed_owner, match_quotes.feed, r.symbol)
      and o.works_as <> 'stop' and not o.is_resting and o.status in ('OPEN', 'PARTIALLY_FILLED')
    union
    select u.username, u.portfolio_id
    from reach as r
    join unmatched as u on (u.feed_owner, u.feed, u.symbol) = (match_quotes.feed_owner, match_quotes.feed, r.symbol)
    union
    select o.username, o.portfolio_id
    from shared_data.feeds as f
    join orders as o on (o.feed_owner, o.feed) = (f.username, f.name)
      and (o.expires_at <= shared_data.clock(f) or o.expires_at is null)
      and o.time_in_force = 'DAY' and o.status in ('OPEN', 'PARTIALLY_FILLED')
    where (f.username, f.name) = (match_quotes.feed_owner, match_quotes.feed)
    order by username, portfolio_id
  loop
    select p.* into home
    from portfolios as p
    where (p.username, p.portfolio_id) = (candidate.username, candidate.portfolio_id)
    for no key update skip locked;

    if not found then
      perform leave_unmatched(candidate.username, candidate.portfolio_id, symbols, first_number, 'skipped',
                              match_quotes.feed_owner, match_quotes.feed);
      continue;
    end if;

    begin
      home := catch_up(home, symbols, first_number);
    exception
      when others then
        raise warning using
          message = format('matching failed for a portfolio from quote %s on: %s', first_number, sqlerrm),
          detail  = format('SQLSTATE %s', sqlstate),
          hint    = 'The quotes are kept and the portfolio is matched again when next taken.';
        perform leave_unmatched(candidate.username, candidate.portfolio_id, symbols, first_number, 'failed',
                                match_quotes.feed_owner, match_quotes.feed);
    end;
  end loop;
end
$$;

comment on function match_quotes is 'Match new quotes of a feed with everything that rests on it.';
