-- Orders that wait for a trade that has ended.

create view oversight.orders_of_ended_trades
  with (security_invoker = true)
as
select text 'paper' as book, d.username, concat_ws(' ', d.portfolio_id, d.key) as key,
       format('%s: stored %s, from facts %s', d.what, d.stored, coalesce(d.from_facts::text, 'nothing')) as detail
from paper_trading.differences(array['waits for an ended trade']) as d
union all
select 'live', d.username, concat_ws(' ', d.portfolio_id, d.key),
       format('%s: stored %s, from facts %s', d.what, d.stored, coalesce(d.from_facts::text, 'nothing'))
from live_trading.differences(array['waits for an ended trade']) as d;

comment on view oversight.orders_of_ended_trades is
  'HIGH, each book, whole book: An order could open what its user believes closed. '
  'Do: cancel the order.';
select oversight.keep_check('orders_of_ended_trades');
