-- Quotes that a portfolio should have been matched with for more than a minute.

create view oversight.unmatched_too_long
  with (security_invoker = true)
as
select u.book, u.username, concat_ws(' ', u.portfolio_id, u.symbol) as key,
       format('since quote %s of %s, stored at %s', m.number, u.feed, m.created_at) as detail
from oversight.all_unmatched as u
cross join lateral (
  select h.number, h.created_at
  from shared_data.market_data as h
  where (h.username, h.feed, h.symbol) = (u.feed_owner, u.feed, u.symbol)
    and h.number >= u.from_number and h.kind = 'quote'
  order by h.number
  limit 1
) as m
where u.cause <> 'failed'
  and m.created_at < now() - interval '1 minute';

comment on view oversight.unmatched_too_long is
  'WARNING, each book, few rows: A portfolio stays behind its feed: somebody holds it, or nobody sweeps. '
  'Do: look that twinbook sweep runs, and in pg_stat_activity for who is idle in a transaction.';
select oversight.keep_check('unmatched_too_long');
