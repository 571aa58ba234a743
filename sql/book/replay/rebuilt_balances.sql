-- Money as the audit log alone tells it: what moved otherwise, and what fills paid and got, with their fees. What open
-- orders hold of it is rebuilt_holds.

create view rebuilt_balances
  with (security_invoker = true)
as
with booked as (
  select a.username, a.portfolio_id, a.details ->> 'currency' as currency,
         a.details ->> 'base_currency' as base_currency,
         sum(case a.operation
               when 'money_moved' then (a.details ->> 'amount')::numeric
               else case a.details ->> 'side' when 'buy' then numeric '-1' else 1 end
                      * (a.details ->> 'quantity')::numeric * (a.details ->> 'price')::numeric
                      * (a.details ->> 'multiplier')::numeric
                      - case when a.details ? 'fee_currency' then 0 else (a.details ->> 'fee')::numeric end
             end) as amount,
         sum(case when a.details ? 'base_currency'
                  then case a.details ->> 'side' when 'buy' then 1 else -1 end * (a.details ->> 'quantity')::numeric
                         - case when a.details ? 'fee_currency' then (a.details ->> 'fee')::numeric else 0 end end)
           as base_amount
  from audit_log as a
  where a.operation in ('money_moved', 'order_filled')
  group by a.username, a.portfolio_id, a.details ->> 'currency', a.details ->> 'base_currency'
)
select b.username, b.portfolio_id, m.currency, sum(m.amount) as amount
from booked as b
cross join lateral (values (b.currency, b.amount), (b.base_currency, b.base_amount)) as m (currency, amount)
where m.currency is not null
group by b.username, b.portfolio_id, m.currency;

comment on view rebuilt_balances is 'Money by currency, rebuilt from the audit log alone.';
select let_traders_read('rebuilt_balances');
grant select on rebuilt_balances to twinbook_engine;
