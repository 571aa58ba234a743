-- Keeps bars as price history of a feed. A bar that is there already is left as it is. Returns how many were stored.
-- Raises TB400 with the bar's place, TB404 unknown feed or symbol.

create function shared_data.take_bars(owner text, feed text, batch shared_data.bar[])
  returns integer
  language plpgsql
  set search_path = shared_data, pg_temp
as $$
declare
  source constant feeds := shared_data.lock_feed(take_bars.owner, take_bars.feed);
  fault  record;
  stored integer;
begin
  select b.ordinality as place, b.symbol, i.symbol is null as is_unknown into fault
  from unnest(batch) with ordinality as b
  left join instruments as i using (symbol)
  where i.symbol is null
     or (b.low > 0 and not shared_data.too_much(greatest(b.high, b.volume)) and coalesce(b.volume, 0) >= 0
         and b.open between b.low and b.high and b.close between b.low and b.high
         and b.closed_at >= '1600-01-01 00:00+00' and b.closed_at < '9999-01-01 00:00+00') is not true
  order by b.ordinality
  limit 1;

  if found then
    raise exception using
      errcode = case when fault.is_unknown then 'TB404' else 'TB400' end,
      message = case when fault.is_unknown
                     then format('bar %s: there is no instrument %s', fault.place, coalesce(fault.symbol, '(null)'))
                     else format('bar %s, of %s, makes no sense', fault.place, fault.symbol) end,
      hint    = 'A bar has a known symbol, a time in four digits, prices above zero within low and high, and a volume that '
                'isn''t negative. Nothing of the batch was stored.';
  end if;

  insert into market_data (username, feed, number, kind, symbol, open, high, low, last, volume, quoted_at)
  select source.username, source.name, source.newest_number + row_number() over (order by b.ordinality), 'bar',
         b.symbol, b.open, b.high, b.low, b.close, b.volume, b.closed_at
  from unnest(batch) with ordinality as b
  where not exists (
    select from market_data as m
    where (m.username, m.feed, m.symbol, m.quoted_at) = (source.username, source.name, b.symbol, b.closed_at)
      and m.kind = 'bar');
  get diagnostics stored = row_count;

  update feeds as f
  set newest_number = f.newest_number + stored
  where (f.username, f.name) = (source.username, source.name);

  return stored;
end
$$;

comment on function shared_data.take_bars is 'Keep bars as price history of one feed.';
select shared_data.let_only('shared_data.take_bars', 'twinbook_engine');
