-- What a position was worth at best and at worst, above and below its cost, over the quotes of its feed after one
-- number and up to another: at what it could have been closed at, in the instrument's currency. No quote, no
-- excursion.

create function excursion_of(
    feed_owner   text,
    feed         text,
    symbol       text,
    after        bigint,
    until        bigint,
    quantity     numeric,
    cost         numeric,
    multiplier   numeric,
    out best     numeric,
    out worst    numeric)
  language plpgsql stable
  set search_path from current
as $$
begin
  select greatest(max(worth.value), 0), least(min(worth.value), 0)
  into best, worst
  from shared_data.market_data as m
  cross join lateral (
    select trim_scale((excursion_of.quantity * coalesce(case when excursion_of.quantity > 0 then m.bid else m.ask end,
                                                        m.last) - cost) * excursion_of.multiplier) as value
  ) as worth
  where (m.username, m.feed, m.symbol) = (excursion_of.feed_owner, excursion_of.feed, excursion_of.symbol)
    and m.number > excursion_of.after
    and m.number <= excursion_of.until
    and m.kind = 'quote'
    and (m.bid > m.ask) is not true;
end
$$;

comment on function excursion_of is 'What a position was worth at best and at worst over some quotes, against its cost.';
select let_traders('excursion_of');
grant execute on function excursion_of to twinbook_auditor;
