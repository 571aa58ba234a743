-- The same account at a broker under two users: each book would take all of it for its own.

create view oversight.accounts_shared
  with (security_invoker = true)
as
select text 'live' as book, b.username, concat_ws(' ', b.broker, b.account) as key,
       format('%s users have this %s account', count(*) over account, b.environment) as detail
from identity.broker_accounts as b
where b.is_active
  and (select count(*) from identity.broker_accounts as o
       where (o.broker, o.account, o.environment) = (b.broker, b.account, b.environment) and o.is_active) > 1
window account as (partition by b.broker, b.account, b.environment);

comment on view oversight.accounts_shared is
  'HIGH, database, few rows: Two users trade the same account, so neither''s book is what the broker has. '
  'Do: have all but one drop it: identity.drop_broker(broker, account).';
select oversight.keep_check('accounts_shared');
