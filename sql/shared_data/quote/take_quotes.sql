-- Takes quotes into a feed: numbers them under its row lock, keeps them all as history, moves each symbol's latest
-- quote forward only, then matches what rests on the feed. Returns how many were stored.
-- Raises TB400 with the quote's place in the batch, TB404 unknown feed or symbol.

create function shared_data.take_quotes(owner text, feed text, batch shared_data.quote[])
  returns integer
  language plpgsql
  set search_path = shared_data, pg_temp
as $$
declare
  source constant feeds := shared_data.lock_feed(take_quotes.owner, take_quotes.feed);
  fault  record;
begin
  select q.ordinality as place, q.symbol, i.symbol is null as is_unknown into fault
  from unnest(batch) with ordinality as q
  left join instruments as i using (symbol)
  where i.symbol is null
     or coalesce(q.bid, q.ask, q.last) is null
     or least(q.bid, q.ask, q.last) <= 0
     or shared_data.too_much(greatest(q.bid, q.ask, q.last, q.volume, q.bid_size, q.ask_size))
     or least(q.volume, q.bid_size, q.ask_size) < 0
     or (q.quoted_at >= '1600-01-01 00:00+00' and q.quoted_at < '9999-01-01 00:00+00') is not true
     or (source.is_realtime and q.quoted_at > clock_timestamp() + interval '1 minute')
  order by q.ordinality
  limit 1;

  if found then
    raise exception using
      errcode = case when fault.is_unknown then 'TB404' else 'TB400' end,
      message = case when fault.is_unknown
                     then format('quote %s: there is no instrument %s', fault.place, coalesce(fault.symbol, '(null)'))
                     else format('quote %s, of %s, makes no sense', fault.place, fault.symbol) end,
      hint    = 'A quote has a known symbol, a time that isn''t ahead of the clock, at least one price, prices '
                'above zero and sizes that aren''t negative, all below 1e18. Nothing of the batch was stored.';
  end if;

  with incoming as (
    select q.*, source.newest_number + q.ordinality as number,
           coalesce(q.quoted_at < greatest(known.quoted_at, max(q.quoted_at) over earlier), false) as is_late,
           greatest(source.newest_at, max(q.quoted_at) over (order by q.ordinality)) as feed_time
    from unnest(batch) with ordinality as q
    left join quotes as known on (known.username, known.feed, known.symbol) = (source.username, source.name, q.symbol)
    window earlier as (partition by q.symbol order by q.ordinality rows between unbounded preceding and 1 preceding)
  ),
  history as (
    insert into market_data (username, feed, number, kind, symbol, bid, ask, last, volume, bid_size, ask_size,
                             quoted_at, feed_time)
    select source.username, source.name, number, case when is_late then 'late' else 'quote' end,
           symbol, bid, ask, last, volume, bid_size, ask_size, quoted_at, feed_time
    from incoming
  ),
  latest as (
    insert into quotes as q (username, feed, symbol, number, bid, ask, last, volume, bid_size, ask_size, quoted_at)
    select distinct on (symbol)
           source.username, source.name, symbol, number, bid, ask, last, volume, bid_size, ask_size, quoted_at
    from incoming
    where not is_late
    order by symbol, number desc
    on conflict on constraint quotes_pkey do update
    set (number, bid, ask, last, volume, bid_size, ask_size, quoted_at, received_at) =
        (excluded.number, excluded.bid, excluded.ask, excluded.last, excluded.volume,
         excluded.bid_size, excluded.ask_size, excluded.quoted_at, excluded.received_at)
  )
  update feeds as f
  set newest_number = f.newest_number + coalesce(cardinality(batch), 0),
      newest_at     = greatest(f.newest_at, came.newest_at),
      late_quotes   = f.late_quotes + came.late
  from (select max(quoted_at) as newest_at, count(*) filter (where is_late) as late from incoming) as came
  where (f.username, f.name) = (source.username, source.name);

  perform paper_trading.match_quotes(source.username, source.name, source.newest_number + 1);
  return coalesce(cardinality(batch), 0);
end
$$;

comment on function shared_data.take_quotes is 'Number, keep and match a batch of quotes on one feed.';
select shared_data.let_only('shared_data.take_quotes', 'twinbook_engine');
