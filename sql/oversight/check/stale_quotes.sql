-- Open positions whose newest quote is stale: by the feed's clock older than the portfolio allows while its trading day
-- still runs, or a whole trading day has passed without one.

create view oversight.stale_quotes
  with (security_invoker = true)
as
select p.book, p.username, concat_ws(' ', p.portfolio_id, s.symbol) as key,
       coalesce(format('newest quote at %s on %s', q.quoted_at, p.feed), format('no quote on %s', p.feed)) as detail
from oversight.all_positions as s
join oversight.all_portfolios as p using (book, username, portfolio_id)
join shared_data.feeds as f on (f.username, f.name) = (p.feed_owner, p.feed)
join shared_data.instruments as i using (symbol)
left join shared_data.quotes as q on (q.username, q.feed, q.symbol) = (p.feed_owner, p.feed, s.symbol)
cross join lateral (select shared_data.clock(f)) as c (now)
cross join lateral (
  select shared_data.next_close(i.closes_at, i.timezone, i.trading_days, q.quoted_at)) as d (closes)
where s.quantity <> 0
  and (q.quoted_at is null
    or (c.now - q.quoted_at > p.max_quote_age
      and (c.now < d.closes or c.now > shared_data.next_close(i.closes_at, i.timezone, i.trading_days, d.closes))));

comment on view oversight.stale_quotes is
  'WARNING, each book, few rows: A position is open and nothing tells its price: exits can''t fill, marks are old. '
  'Do: look whether whoever records quotes on that feed still runs.';
select oversight.keep_check('stale_quotes');
