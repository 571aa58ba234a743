-- Where stored state and facts disagree: balances against ledger entries and open orders' holds, positions and orders
-- against executions, numbers against rows. No row where the book is whole. Sees what its caller may see.

create function differences()
  returns table (username text, portfolio_id uuid, what text, key text, stored numeric, from_facts numeric)
  language plpgsql stable
  set search_path from current
as $$
begin
  return query
  with
  moved as (
    select l.username, l.portfolio_id, l.currency, sum(l.amount) as amount
    from ledger_entries as l
    group by l.username, l.portfolio_id, l.currency
  ),
  open_orders as (
    select o.*,
           greatest(coalesce(case o.side when 'sell' then s.quantity else -s.quantity end, 0), 0) as reducible,
           o.quantity - o.filled_quantity as rest,
           sum(o.quantity - o.filled_quantity) over (
             partition by o.username, o.portfolio_id, o.symbol, o.strategy, o.side
             order by o.order_number) as until_here
    from orders as o
    left join positions as s using (username, portfolio_id, symbol, strategy)
    where o.status in ('OPEN', 'PARTIALLY_FILLED')
  ),
  needed as (
    select o.username, o.portfolio_id, o.currency, o.order_id, o.held_amount, o.held_quantity, r.reduces,
           case when o.rest > r.reduces then (o.rest - r.reduces) * o.hold_unit + o.hold_fee else 0 end as amount
    from open_orders as o
    cross join lateral (select least(o.rest, greatest(o.reducible - (o.until_here - o.rest), 0))) as r (reduces)
  ),
  held as (
    select n.username, n.portfolio_id, n.currency, sum(n.amount) as amount
    from needed as n
    group by n.username, n.portfolio_id, n.currency
  ),
  filled as (
    select e.username, e.portfolio_id, e.order_id, sum(e.quantity) as quantity,
           sum(e.quantity * e.price) as value, sum(e.fee) as fees
    from executions as e
    group by e.username, e.portfolio_id, e.order_id
  ),
  traded as (
    select e.username, e.portfolio_id, e.symbol, e.strategy,
           sum(case e.side when 'buy' then e.quantity else -e.quantity end) as quantity,
           sum(e.realized_pnl) as realized, sum(e.fee) as fees,
           sum(case e.side when 'buy' then e.quantity * e.price else -e.quantity * e.price end)
           + sum(e.realized_pnl / e.multiplier) as cost
    from executions as e
    group by e.username, e.portfolio_id, e.symbol, e.strategy
  ),
  settled as (
    select e.username, e.portfolio_id, e.currency,
           sum(case e.side when 'buy' then -1 else 1 end * e.quantity * e.price * e.multiplier) - sum(e.fee) as amount
    from executions as e
    group by e.username, e.portfolio_id, e.currency
  ),
  charged as (
    select l.username, l.portfolio_id, l.currency, sum(l.amount) as amount
    from ledger_entries as l
    where l.execution_seq is not null
    group by l.username, l.portfolio_id, l.currency
  ),
  compared (username, portfolio_id, what, key, stored, from_facts) as (
    select b.username, b.portfolio_id, 'balance', b.currency, b.amount, coalesce(m.amount, 0)
    from balances as b full join moved as m using (username, portfolio_id, currency)
    union all
    select b.username, b.portfolio_id, 'held', b.currency, b.held, coalesce(h.amount, 0)
    from balances as b left join held as h using (username, portfolio_id, currency)
    union all
    select n.username, n.portfolio_id, 'held by order', n.order_id, n.held_amount, n.amount from needed as n
    union all
    select n.username, n.portfolio_id, 'quantity held by order', n.order_id, n.held_quantity, n.reduces from needed as n
    union all
    select coalesce(o.username, f.username), coalesce(o.portfolio_id, f.portfolio_id), 'filled',
           coalesce(o.order_id, f.order_id), coalesce(o.filled_quantity, 0), coalesce(f.quantity, 0)
    from orders as o full join filled as f using (username, order_id)
    union all
    select o.username, o.portfolio_id, 'filled value', o.order_id, o.filled_value, f.value
    from orders as o join filled as f using (username, order_id)
    union all
    select o.username, o.portfolio_id, 'order fees', o.order_id, o.fees, f.fees
    from orders as o join filled as f using (username, order_id)
    union all
    select coalesce(s.username, t.username), coalesce(s.portfolio_id, t.portfolio_id), 'position',
           concat_ws(' ', coalesce(s.symbol, t.symbol), nullif(coalesce(s.strategy, t.strategy), '')),
           coalesce(s.quantity, 0), coalesce(t.quantity, 0)
    from positions as s full join traded as t using (username, portfolio_id, symbol, strategy)
    union all
    select s.username, s.portfolio_id, 'position cost', concat_ws(' ', s.symbol, nullif(s.strategy, '')),
           round(s.cost, 6), round(t.cost, 6)
    from positions as s join traded as t using (username, portfolio_id, symbol, strategy)
    union all
    select s.username, s.portfolio_id, 'position realized', concat_ws(' ', s.symbol, nullif(s.strategy, '')),
           s.realized_pnl, t.realized
    from positions as s join traded as t using (username, portfolio_id, symbol, strategy)
    union all
    select s.username, s.portfolio_id, 'position fees', concat_ws(' ', s.symbol, nullif(s.strategy, '')), s.fees, t.fees
    from positions as s join traded as t using (username, portfolio_id, symbol, strategy)
    union all
    select coalesce(c.username, s.username), coalesce(c.portfolio_id, s.portfolio_id), 'settled',
           coalesce(c.currency, s.currency), coalesce(c.amount, 0), coalesce(s.amount, 0)
    from charged as c full join settled as s using (username, portfolio_id, currency)
    union all
    select p.username, p.portfolio_id, 'orders counted', '', p.order_seq,
           (select count(*) from orders as o where (o.username, o.portfolio_id) = (p.username, p.portfolio_id))
    from portfolios as p
    union all
    select p.username, p.portfolio_id, 'executions counted', '', p.execution_seq,
           (select count(*) from executions as e where (e.username, e.portfolio_id) = (p.username, p.portfolio_id))
    from portfolios as p
    union all
    select p.username, p.portfolio_id, 'ledger entries counted', '', p.ledger_seq,
           (select count(*) from ledger_entries as l where (l.username, l.portfolio_id) = (p.username, p.portfolio_id))
    from portfolios as p
  )
  select c.* from compared as c where c.stored is distinct from c.from_facts;
end
$$;

comment on function differences is 'Where stored state and facts disagree; no row where the book is whole.';
