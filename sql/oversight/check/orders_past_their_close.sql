-- DAY orders that still wait an hour after their trading day closed.

create view oversight.orders_past_their_close
  with (security_invoker = true)
as
select o.book, o.username, o.order_id::text as key, format('%s, was to expire at %s', o.status, o.expires_at) as detail
from oversight.all_orders as o
join shared_data.feeds as f on (f.username, f.name) = (o.feed_owner, o.feed)
where o.status in ('OPEN', 'PARTIALLY_FILLED')
  and o.expires_at < shared_data.clock(f) - interval '1 hour';

comment on view oversight.orders_past_their_close is
  'WARNING, each book, few rows: Orders that should have expired still hold money, and could fill. '
  'Do: run twinbook sweep --every 5.';
select oversight.keep_check('orders_past_their_close');
