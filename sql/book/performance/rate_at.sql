-- What one unit of a currency was worth in another at a moment, by the price history of the currency instruments on a
-- feed, as rate_between says it of now. Null where no price was known.

create function rate_at(from_currency text, to_currency text, feed_owner text, feed text, at timestamptz)
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

  select i.base_currency = from_currency as is_direct, coalesce((m.bid + m.ask) / 2, m.last, m.bid, m.ask) as price
  into pair
  from shared_data.instruments as i
  cross join lateral (
    select h.*
    from shared_data.market_data as h
    where (h.username, h.feed, h.symbol) = (rate_at.feed_owner, rate_at.feed, i.symbol)
      and h.quoted_at <= rate_at.at
      and h.kind = 'quote'
    order by h.quoted_at desc, h.number desc
    limit 1
  ) as m
  where (i.base_currency, i.currency) in ((from_currency, to_currency), (to_currency, from_currency))
  order by is_direct desc, i.symbol
  limit 1;

  return case when pair.is_direct then pair.price else 1 / pair.price end;
end
$$;

comment on function rate_at is
  'What one unit of a currency was worth in another at a moment, on a feed; null where no price was known.';
select let_traders('rate_at');
grant execute on function rate_at to twinbook_auditor;
