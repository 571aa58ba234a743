-- Feeds on the real clock whose newest quote is ahead of it.

create view oversight.quotes_from_the_future
  with (security_invoker = true)
as
select null::text as book, q.username, concat_ws(' ', q.feed, q.symbol) as key,
       format('quoted at %s', q.quoted_at) as detail
from shared_data.quotes as q
join shared_data.feeds as f on (f.username, f.name) = (q.username, q.feed)
where f.is_realtime and q.quoted_at > now() + interval '1 minute';

comment on view oversight.quotes_from_the_future is
  'WARNING, database, few rows: A clock is wrong: quotes after this one count as late, and move no price. '
  'Do: set the clocks of the server and of the source of quotes.';
select oversight.keep_check('quotes_from_the_future');
