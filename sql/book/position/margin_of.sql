-- What a portfolio's shorts in a currency, of what isn't spot, keep of its money: a part of what they would cost to
-- buy back, at the feed's last known prices; at those that were known at a quote, where one is being matched that
-- newer ones have followed. Of options less: a put keeps the strike that it may have to pay, and nothing else; a call
-- keeps only for what the underlying that is held doesn't cover.

create function margin_of(home portfolios, currency text, percent numeric, at_number bigint default null)
  returns numeric
  language plpgsql
  set search_path from current
as $$
begin
  return (
    select coalesce(sum(case
      when i.option_type = 'put' then -s.quantity * s.multiplier * i.strike
      when i.option_type = 'call' and covering_of(home, i.underlying) >= 0 then 0
      else -s.quantity * s.multiplier * margin_of.percent / 100 * coalesce(
        case
          when q.number > margin_of.at_number then (
            select coalesce(m.ask, m.last, m.bid)
            from shared_data.market_data as m
            where (m.username, m.feed, m.symbol) = (home.feed_owner, home.feed, s.symbol)
              and m.number <= margin_of.at_number
              and m.kind = 'quote'
            order by m.number desc
            limit 1)
          else coalesce(q.ask, q.last, q.bid)
        end, s.average_price) end), 0)
    from positions as s
    join shared_data.instruments as i using (symbol)
    left join shared_data.quotes as q
      on (q.username, q.feed, q.symbol) = (home.feed_owner, home.feed, s.symbol)
    where (s.username, s.portfolio_id, s.currency) = (home.username, home.portfolio_id, margin_of.currency)
      and s.quantity < 0
      and i.base_currency is null);
end
$$;

comment on function margin_of is 'What a portfolio''s shorts in a currency keep of its money.';
