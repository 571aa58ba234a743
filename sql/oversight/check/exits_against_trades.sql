-- Exits of a trade that are missing, too many, or of another size than what is open.

create view oversight.exits_against_trades
  with (security_invoker = true)
as
select text 'paper' as book, d.username, concat_ws(' ', d.portfolio_id, d.key) as key,
       format('%s: stored %s, from facts %s', d.what, d.stored, coalesce(d.from_facts::text, 'nothing')) as detail
from paper_trading.differences(array['stop_loss of a trade', 'take_profit of a trade', 'exits missing']) as d
union all
select 'live', d.username, concat_ws(' ', d.portfolio_id, d.key),
       format('%s: stored %s, from facts %s', d.what, d.stored, coalesce(d.from_facts::text, 'nothing'))
from live_trading.differences(array['stop_loss of a trade', 'take_profit of a trade', 'exits missing']) as d;

comment on view oversight.exits_against_trades is
  'HIGH, each book, whole book: A trade is not protected as its user was told, or would be closed by more than it has. '
  'Do: adjust the trade''s bracket, which makes its exits anew; else close it by hand.';
select oversight.keep_check('exits_against_trades');
