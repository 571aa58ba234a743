-- What one unit of a currency is worth in another, by the currency instruments' quotes on a feed: their middle, else
-- the last price; either way round. Null where there is no quote: a rate is never invented.

create function rate_between(from_currency text, to_currency text, feed_owner text, feed text)
  returns numeric
  language plpgsql stable
  set search_path from current
as $$
declare
  pair record;
begin
  if from_currency = to_currency then
    return 1;
  end if;

  select i.base_currency = from_currency as is_direct, coalesce((q.bid + q.ask) / 2, q.last, q.bid, q.ask) as price
  into pair
  from shared_data.instruments as i
  join shared_data.quotes as q
    on (q.username, q.feed, q.symbol) = (rate_between.feed_owner, rate_between.feed, i.symbol)
  where (i.base_currency, i.currency) in ((from_currency, to_currency), (to_currency, from_currency))
  order by is_direct desc, i.symbol
  limit 1;

  return case when pair.is_direct then pair.price else 1 / pair.price end;
end
$$;

comment on function rate_between is
  'What one unit of a currency is worth in another on a feed; null where no quote says.';
select let_traders('rate_between');
grant execute on function rate_between to twinbook_auditor;
