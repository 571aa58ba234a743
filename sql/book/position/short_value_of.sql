-- What a portfolio's shorts in a currency would cost to buy back, at the feed's last known prices.

create function short_value_of(home portfolios, currency text)
  returns numeric
  language plpgsql
  set search_path from current
as $$
begin
  return (
    select coalesce(sum(-s.quantity * s.multiplier * coalesce(q.ask, q.last, q.bid, s.average_price)), 0)
    from positions as s
    left join shared_data.quotes as q
      on (q.username, q.feed, q.symbol) = (home.feed_owner, home.feed, s.symbol)
    where (s.username, s.portfolio_id, s.currency) = (home.username, home.portfolio_id, short_value_of.currency)
      and s.quantity < 0);
end
$$;

comment on function short_value_of is 'What the shorts in a currency would cost to buy back now.';
