-- Open trades without their position, and positions that are not their trade's.

create view oversight.positions_against_trades
  with (security_invoker = true)
as
select text 'paper' as book, d.username, concat_ws(' ', d.portfolio_id, d.key) as key,
       format('%s: stored %s, from facts %s', d.what, d.stored, coalesce(d.from_facts::text, 'nothing')) as detail
from paper_trading.differences(array['open of the trade', 'open without a position']) as d
union all
select 'live', d.username, concat_ws(' ', d.portfolio_id, d.key),
       format('%s: stored %s, from facts %s', d.what, d.stored, coalesce(d.from_facts::text, 'nothing'))
from live_trading.differences(array['open of the trade', 'open without a position']) as d;

comment on view oversight.positions_against_trades is
  'HIGH, each book, whole book: A trade and its position disagree on what is open. '
  'Do: stop trading in that portfolio, run twinbook verify and compare with the last backup.';
select oversight.keep_check('positions_against_trades');
