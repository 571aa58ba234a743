-- What a portfolio's shorts in a currency, of what isn't spot, would cost to buy back, at the feed's last known
-- prices; at those that were known at a quote, where one is being matched that newer ones have followed.

create function short_value_of(home portfolios, currency text, at_number bigint default null)
  returns numeric
  language plpgsql
  set search_path from current
as $$
begin
  return (
    select coalesce(sum(-s.quantity * s.multiplier * coalesce(
      case
        when q.number > short_value_of.at_number then (
          select coalesce(m.ask, m.last, m.bid)
          from shared_data.market_data as m
          where (m.username, m.feed, m.symbol) = (home.feed_owner, home.feed, s.symbol)
            and m.number <= short_value_of.at_number
            and m.kind = 'quote'
          order by m.number desc
          limit 1)
        else coalesce(q.ask, q.last, q.bid)
      end, s.average_price)), 0)
    from positions as s
    join shared_data.instruments as i using (symbol)
    left join shared_data.quotes as q
      on (q.username, q.feed, q.symbol) = (home.feed_owner, home.feed, s.symbol)
    where (s.username, s.portfolio_id, s.currency) = (home.username, home.portfolio_id, short_value_of.currency)
      and s.quantity < 0
      and i.base_currency is null);
end
$$;

comment on function short_value_of is 'What the shorts in a currency would cost to buy back now.';
