-- Money as the audit log alone tells it: what moved otherwise, and what fills paid and got, with their fees. What open
-- orders hold of it is rebuilt_holds.

create view rebuilt_balances
  with (security_invoker = true)
as
with booked as (
  select a.username, a.portfolio_id, a.details ->> 'currency' as currency,
         case a.operation
           when 'money_moved' then (a.details ->> 'amount')::numeric
           else case a.details ->> 'side' when 'buy' then -1 else 1 end * (a.details ->> 'quantity')::numeric
                  * (a.details ->> 'price')::numeric * (a.details ->> 'multiplier')::numeric
                  - case when a.details ? 'fee_currency' then 0 else (a.details ->> 'fee')::numeric end
         end as amount
  from audit_log as a
  where a.operation in ('money_moved', 'order_filled')
  union all
  select a.username, a.portfolio_id, a.details ->> 'base_currency',
         case a.details ->> 'side' when 'buy' then 1 else -1 end * (a.details ->> 'quantity')::numeric
           - case when a.details ? 'fee_currency' then (a.details ->> 'fee')::numeric else 0 end
  from audit_log as a
  where a.operation = 'order_filled'
    and a.details ? 'base_currency'
)
select b.username, b.portfolio_id, b.currency, sum(b.amount) as amount
from booked as b
group by b.username, b.portfolio_id, b.currency;

comment on view rebuilt_balances is 'Money by currency, rebuilt from the audit log alone.';
select let_traders_read('rebuilt_balances');
grant select on rebuilt_balances to twinbook_engine;
