-- Orders whose filled quantity, value or fees are not those of their executions.

create view oversight.orders_against_executions
  with (security_invoker = true)
as
select text 'paper' as book, d.username, concat_ws(' ', d.portfolio_id, d.key) as key,
       format('%s: stored %s, from facts %s', d.what, d.stored, coalesce(d.from_facts::text, 'nothing')) as detail
from paper_trading.differences(array['filled', 'filled value', 'order fees']) as d
union all
select 'live', d.username, concat_ws(' ', d.portfolio_id, d.key),
       format('%s: stored %s, from facts %s', d.what, d.stored, coalesce(d.from_facts::text, 'nothing'))
from live_trading.differences(array['filled', 'filled value', 'order fees']) as d;

comment on view oversight.orders_against_executions is
  'CRITICAL, each book, whole book: An order claims fills that did not happen, or hides some that did. '
  'Do: stop trading in that portfolio, run twinbook verify and compare with the last backup.';
select oversight.keep_check('orders_against_executions');
