-- Trades whose numbers are not the sums of their executions.

create view oversight.trades_against_executions
  with (security_invoker = true)
as
select text 'paper' as book, d.username, concat_ws(' ', d.portfolio_id, d.key) as key,
       format('%s: stored %s, from facts %s', d.what, d.stored, coalesce(d.from_facts::text, 'nothing')) as detail
from paper_trading.differences(array['trade entered', 'trade exited', 'trade entry value', 'trade exit value',
                                            'trade realized', 'trade fees']) as d
union all
select 'live', d.username, concat_ws(' ', d.portfolio_id, d.key),
       format('%s: stored %s, from facts %s', d.what, d.stored, coalesce(d.from_facts::text, 'nothing'))
from live_trading.differences(array['trade entered', 'trade exited', 'trade entry value', 'trade exit value',
                                            'trade realized', 'trade fees']) as d;

comment on view oversight.trades_against_executions is
  'CRITICAL, each book, whole book: A trade''s result is not what was traded. '
  'Do: stop trading in that portfolio, run twinbook verify and compare with the last backup.';
select oversight.keep_check('trades_against_executions');
