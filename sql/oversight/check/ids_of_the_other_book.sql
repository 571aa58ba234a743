-- Orders, trades and executions whose id names the other book.

create view oversight.ids_of_the_other_book
  with (security_invoker = true)
as
select i.book, i.username, i.id as key, format('%s of %s', i.what, i.portfolio_id) as detail
from (
  select o.book, o.username, o.portfolio_id, o.order_id::text as id, 'order' as what from oversight.all_orders as o
  union all
  select o.book, o.username, o.portfolio_id, o.trade_id::text, 'trade of an order' from oversight.all_orders as o
  union all
  select t.book, t.username, t.portfolio_id, t.trade_id::text, 'trade' from oversight.all_trades as t
  union all
  select e.book, e.username, e.portfolio_id, e.order_id, 'order of an execution' from oversight.all_executions as e
  union all
  select e.book, e.username, e.portfolio_id, e.trade_id::text, 'trade of an execution'
  from oversight.all_executions as e
) as i
where not starts_with(i.id, upper(i.book) || '_');

comment on view oversight.ids_of_the_other_book is
  'CRITICAL, each book, whole book: Something of one book was written into the other. '
  'Do: stop trading, find out who could write past the constraint book_id_names_its_book, and restore from a backup.';
select oversight.keep_check('ids_of_the_other_book');
