-- Trades that gave more than they took.

create view oversight.exits_beyond_entries
  with (security_invoker = true)
as
select t.book, t.username, t.trade_id::text as key,
       format('%s entered, %s exited', t.entry_quantity, t.exit_quantity) as detail
from oversight.all_trades as t
where t.exit_quantity > t.entry_quantity;

comment on view oversight.exits_beyond_entries is
  'CRITICAL, each book, whole book: A trade was closed by more than it had, which opens the opposite position. '
  'Do: stop trading in that portfolio, and find out who could write past trades_exit_what_was_entered.';
select oversight.keep_check('exits_beyond_entries');
