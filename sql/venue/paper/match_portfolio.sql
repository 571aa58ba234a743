-- Works a locked portfolio through quotes of its feed, in their order and at their own prices: for each symbol from a
-- number on, and where a corporate action follows up to its number. Then expires what is past its day.

create function match_portfolio(home portfolios, symbols text[], numbers bigint[], until_number bigint default null)
  returns void
  language plpgsql
  set search_path from current
as $$
declare
  quote   shared_data.market_data;
  market  shared_data.market;
  waiting text;
  done    bigint := 0;
  newest  bigint;
begin
  update orders as o
  set expires_at = day_end_of(o)
  where o.username = home.username
    and o.status in ('OPEN', 'PARTIALLY_FILLED')
    and o.portfolio_id = home.portfolio_id
    and o.time_in_force = 'DAY'
    and o.expires_at is null;

  -- Quotes are looked for that reach what rests; where one of them changed anything of that, once more from there on.
  loop
    newest := home.audit_seq;

    for quote in
      select m.*
      from (select w.symbol, min(w.number) as number
            from unnest(symbols, numbers) as w (symbol, number)
            group by w.symbol) as since
      join shared_data.market_data as m
        on (m.username, m.feed, m.symbol) = (home.feed_owner, home.feed, since.symbol)
        and m.number >= since.number
        and m.number > done
        and (until_number is null or m.number <= until_number)
        and m.kind = 'quote'
      where exists (
        select from orders as o
        where o.username = home.username
          and o.status in ('OPEN', 'PARTIALLY_FILLED')
          and o.portfolio_id = home.portfolio_id
          and o.symbol = m.symbol
          and o.effective_number < m.number
          and (o.expires_at <= m.feed_time
            or (o.works_as <> 'stop' and not o.is_resting)
            or (o.side = 'buy'  and o.limit_price >= least(m.ask, m.last))
            or (o.side = 'sell' and o.limit_price <= greatest(m.bid, m.last))
            or (o.side = 'buy'  and o.stop_price  <= greatest(m.ask, m.last))
            or (o.side = 'sell' and o.stop_price  >= least(m.bid, m.last))))
      order by m.number
    loop
      perform expire_orders(home, quote.feed_time);

      market := at_quote(market_at(home, quote.symbol), quote, 'quote');

      for waiting in
        select o.order_id
        from orders as o
        where o.username = home.username
          and o.status in ('OPEN', 'PARTIALLY_FILLED')
          and o.portfolio_id = home.portfolio_id
          and o.symbol = quote.symbol
          and o.effective_number < quote.number
          and (o.effective_at is null or o.effective_at <= quote.quoted_at)
        order by o.order_number
      loop
        perform match_order(home, waiting, market);
      end loop;

      done := quote.number;
      home := (select p from portfolios as p
               where (p.username, p.portfolio_id) = (home.username, home.portfolio_id));
      exit when home.audit_seq > newest;
    end loop;

    exit when home.audit_seq = newest;
  end loop;

  perform expire_orders(home, case
    when until_number is null then (
      select shared_data.clock(f) from shared_data.feeds as f where (f.username, f.name) = (home.feed_owner, home.feed))
    else (
      select m.feed_time
      from shared_data.market_data as m
      where (m.username, m.feed) = (home.feed_owner, home.feed)
        and m.number <= until_number
        and m.feed_time is not null
      order by m.number desc
      limit 1)
  end);
end
$$;

comment on function match_portfolio is 'Match a locked portfolio with the quotes that its feed brought.';
