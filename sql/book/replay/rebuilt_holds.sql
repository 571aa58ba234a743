-- What rebuilt orders hold of rebuilt money and positions: in the order of their numbers, each first reduces what is
-- left of the position, and holds money for the rest, as rehold shares them out.

create view rebuilt_holds
  with (security_invoker = true)
as
with waiting as (
  select o.*, o.quantity - o.filled_quantity as rest,
         case o.side when 'sell' then coalesce(o.base_currency, o.currency) else o.currency end as hold_currency,
         sum(o.quantity - o.filled_quantity) over (
           partition by o.username, o.portfolio_id, o.symbol, o.strategy, o.side order by o.order_number) as until_here
  from rebuilt_orders as o
  where o.status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED')
    and o.purpose in ('trade', 'close')
)
select w.username, w.portfolio_id, w.order_id, w.hold_currency, r.reduces as held_quantity,
       case when w.rest > r.reduces and w.purpose = 'trade'
            then (w.rest - r.reduces) * w.hold_unit + w.hold_fee else 0 end as held_amount
from waiting as w
left join rebuilt_positions as s using (username, portfolio_id, symbol, strategy)
cross join lateral (
  select case when w.base_currency is not null then 0
              else least(w.rest, greatest(case w.side when 'sell' then 1 else -1 end * coalesce(s.quantity, 0)
                                          - (w.until_here - w.rest), 0)) end
) as r (reduces);

comment on view rebuilt_holds is 'What open orders hold, rebuilt from the audit log alone.';
select let_traders_read('rebuilt_holds');
grant select on rebuilt_holds to twinbook_engine;
