-- FILLED orders that aren't full, full ones that wait on, and ended ones that hold.

create view oversight.ended_orders_with_rest
  with (security_invoker = true)
as
select o.book, o.username, o.order_id::text as key,
       format('%s with %s of %s filled, holds %s and %s units',
              o.status, o.filled_quantity, o.quantity, o.held_amount, o.held_quantity) as detail
from oversight.all_orders as o
where (o.status = 'FILLED') <> (o.filled_quantity >= o.quantity)
   or (o.status in ('FILLED', 'REJECTED', 'CANCELED', 'EXPIRED') and (o.held_amount <> 0 or o.held_quantity <> 0));

comment on view oversight.ended_orders_with_rest is
  'HIGH, each book, whole book: An order''s status and its fills disagree, or it has ended and still holds. '
  'Do: compare it with its executions, and find out who could write past the checks of the table orders.';
select oversight.keep_check('ended_orders_with_rest');
