-- Positions that their executions and corporate actions don't add up to.

create view oversight.positions_against_executions
  with (security_invoker = true)
as
select text 'paper' as book, d.username, concat_ws(' ', d.portfolio_id, d.key) as key,
       format('%s: stored %s, from facts %s', d.what, d.stored, coalesce(d.from_facts::text, 'nothing')) as detail
from paper_trading.differences(array['position', 'position cost', 'position realized', 'position fees']) as d
union all
select 'live', d.username, concat_ws(' ', d.portfolio_id, d.key),
       format('%s: stored %s, from facts %s', d.what, d.stored, coalesce(d.from_facts::text, 'nothing'))
from live_trading.differences(array['position', 'position cost', 'position realized', 'position fees']) as d;

comment on view oversight.positions_against_executions is
  'CRITICAL, each book, whole book: A position is not what was traded. '
  'Do: stop trading in that portfolio, run twinbook verify and compare with the last backup.';
select oversight.keep_check('positions_against_executions');
