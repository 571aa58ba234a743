-- Money or units held that no open order accounts for, or too little of them.

create view oversight.holds_against_orders
  with (security_invoker = true)
as
select text 'paper' as book, d.username, concat_ws(' ', d.portfolio_id, d.key) as key,
       format('%s: stored %s, from facts %s', d.what, d.stored, coalesce(d.from_facts::text, 'nothing')) as detail
from paper_trading.differences(array['held', 'held by order', 'quantity held by order']) as d
union all
select 'live', d.username, concat_ws(' ', d.portfolio_id, d.key),
       format('%s: stored %s, from facts %s', d.what, d.stored, coalesce(d.from_facts::text, 'nothing'))
from live_trading.differences(array['held', 'held by order', 'quantity held by order']) as d;

comment on view oversight.holds_against_orders is
  'HIGH, each book, whole book: Buying power is wrong: money could be spent twice, or stays locked. '
  'Do: cancel and place anew the orders of that portfolio, and report it.';
select oversight.keep_check('holds_against_orders');
