-- Executions without order, entries without portfolio, and every other row that lost what it refers to.

create view oversight.rows_without_parents
  with (security_invoker = true)
as
select o.book, o.username, o.key, o.detail
from oversight.orphans() as o
union all
select o.book, o.username, o.order_id, format('its trade %s is missing', o.trade_id)
from oversight.all_orders as o
where o.filled_quantity > 0
  and not exists (
    select from oversight.all_trades as t
    where (t.book, t.username, t.trade_id) = (o.book, o.username, o.trade_id));

comment on view oversight.rows_without_parents is
  'CRITICAL, each book, whole book: A row stands alone: what it belongs to was removed past every foreign key. '
  'Do: stop trading in that portfolio, and restore from a backup.';
select oversight.keep_check('rows_without_parents');
