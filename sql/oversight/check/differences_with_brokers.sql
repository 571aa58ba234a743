-- Where a broker's account and the live book have disagreed at two syncs or more.

create view oversight.differences_with_brokers
  with (security_invoker = true)
as
select text 'live' as book, d.username, concat_ws(' ', d.portfolio_id, d.kind, d.key) as key,
       format('%s: in the book %s, at the broker %s, since %s', d.severity, d.in_book, d.at_broker, d.first_seen_at)
         as detail
from live_trading.reconciliation_differences as d
where d.state = 'OPEN' and d.times_seen > 1 and d.severity in ('HIGH', 'CRITICAL');

comment on view oversight.differences_with_brokers is
  'HIGH, each book, few rows: The broker says something else than the book; what increases exposure there is refused. '
  'Do: look into the account at the broker; its user accepts what is right by accept_difference.';
select oversight.keep_check('differences_with_brokers');
