-- A balance that is not the sum of its ledger entries, or ledger entries that don't settle their executions.

create view oversight.cash_against_ledger
  with (security_invoker = true)
as
select text 'paper' as book, d.username, concat_ws(' ', d.portfolio_id, d.key) as key,
       format('%s: stored %s, from facts %s', d.what, d.stored, coalesce(d.from_facts::text, 'nothing')) as detail
from paper_trading.differences(array['balance', 'settled']) as d
union all
select 'live', d.username, concat_ws(' ', d.portfolio_id, d.key),
       format('%s: stored %s, from facts %s', d.what, d.stored, coalesce(d.from_facts::text, 'nothing'))
from live_trading.differences(array['balance', 'settled']) as d;

comment on view oversight.cash_against_ledger is
  'CRITICAL, each book, whole book: A balance is not what was booked, or what was booked is not what was traded. '
  'Do: stop trading in that portfolio, run twinbook verify and compare with the last backup.';
select oversight.keep_check('cash_against_ledger');
