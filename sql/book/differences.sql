-- Where stored state and facts disagree: balances against ledger entries and open orders' holds, positions, trades
-- and orders against executions, exits against what they exit, numbers against rows. No row where the book is whole.
-- Sees what its caller may see. With a list it looks for these kinds alone, and reads no more than they need.

create function differences(kinds text[] default null)
  returns table (username text, portfolio_id uuid, what text, key text, stored numeric, from_facts numeric)
  language plpgsql stable
  set search_path from current
  set jit = off -- compiling so many expressions costs more than it saves
as $$
begin
  return query
  with
  booked as (
    select l.username, l.portfolio_id, l.currency, sum(l.amount) as amount,
           sum(l.amount) filter (where l.execution_seq is not null) as charged
    from ledger_entries as l
    group by l.username, l.portfolio_id, l.currency
  ),
  open_orders as (
    select o.*,
           case when o.base_currency is not null then 0
                else greatest(coalesce(case o.side when 'sell' then s.quantity else -s.quantity end, 0), 0) end
             as reducible,
           o.quantity - o.filled_quantity as rest,
           sum(o.quantity - o.filled_quantity) over (
             partition by o.username, o.portfolio_id, o.symbol, o.strategy, o.side
             order by o.order_number) as until_here
    from orders as o
    left join positions as s using (username, portfolio_id, symbol, strategy)
    where o.status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED')
      and o.purpose in ('trade', 'close')
  ),
  needed as (
    select o.username, o.portfolio_id, o.hold_currency as currency, o.order_id, o.held_amount, o.held_quantity,
           r.reduces, case when o.rest > r.reduces and o.purpose = 'trade'
                           then (o.rest - r.reduces) * o.hold_unit + o.hold_fee else 0 end as amount
    from open_orders as o
    cross join lateral (select least(o.rest, greatest(o.reducible - (o.until_here - o.rest), 0))) as r (reduces)
  ),
  held as (
    select n.username, n.portfolio_id, n.currency, sum(n.amount) as amount
    from needed as n
    group by n.username, n.portfolio_id, n.currency
  ),
  -- What reads every order or every execution goes from portfolio to portfolio, so that what it joins and adds up
  -- stays in memory however large the book is.
  orders_off as (
    select p.username, p.portfolio_id, c.what, c.order_id, c.stored, c.from_facts
    from portfolios as p
    cross join lateral (
      select c.what, coalesce(o.order_id, f.order_id) as order_id, c.stored, c.from_facts
      from (
        select o.order_id, o.filled_quantity, o.filled_value, o.fees
        from orders as o
        where o.username = p.username
          and o.portfolio_id = p.portfolio_id
      ) as o
      full join (
        select e.order_id, sum(e.quantity) as quantity, sum(e.quantity * e.price) as value,
               sum(case when e.rate is null then e.fee else e.fee * e.rate end) as fees
        from executions as e
        where e.username = p.username
          and e.portfolio_id = p.portfolio_id
        group by e.order_id
      ) as f using (order_id)
      cross join lateral (values
        ('filled', coalesce(o.filled_quantity, 0), coalesce(f.quantity, 0)),
        ('filled value', coalesce(o.filled_value, 0), coalesce(f.value, 0)),
        ('order fees', coalesce(o.fees, 0), coalesce(f.fees, 0))
      ) as c (what, stored, from_facts)
      where (o.filled_quantity, o.filled_value, o.fees) is distinct from
            (coalesce(f.quantity, 0), coalesce(f.value, 0), coalesce(f.fees, 0))
      offset 0
    ) as c
  ),
  -- Executions are read once for all that adds them up, and added up to what is theirs alone: a trade's two sides. What
  -- a fill moves of its position is, of spot, less what a fee took of it; that is where it has a rate.
  sides as materialized (
    select p.username, p.portfolio_id, e.*
    from portfolios as p
    cross join lateral (
      select e.trade_id, e.symbol, e.strategy, e.side, e.currency, e.multiplier, e.fee_currency,
             sum(e.quantity) as quantity, sum(e.quantity * e.price) as value, sum(e.fee) as fee,
             sum(case when e.rate is null then e.fee else e.fee * e.rate end) as charged,
             sum(e.realized_pnl) as realized,
             coalesce(sum(case when e.rate is not null then e.fee end), 0) as base_fee,
             coalesce(sum(case when e.rate is not null then e.fee * e.price end), 0) as base_fee_value
      from executions as e
      where e.username = p.username
        and e.portfolio_id = p.portfolio_id
      group by e.trade_id, e.symbol, e.strategy, e.side, e.currency, e.multiplier, e.fee_currency
      offset 0
    ) as e
  ),
  moved as (
    select s.*, case s.side when 'buy' then 1 else -1 end as direction, s.quantity - s.base_fee as moved,
           s.value - s.base_fee_value as moved_value
    from sides as s
  ),
  traded as (
    select e.username, e.portfolio_id, e.symbol, e.strategy, sum(e.quantity) as quantity, sum(e.realized) as realized,
           sum(e.charged) as fees, sum(e.cost) as cost
    from (
      select m.username, m.portfolio_id, m.symbol, m.strategy, m.direction * m.moved as quantity, m.realized, m.charged,
             m.direction * m.moved_value + m.realized / m.multiplier as cost
      from moved as m
      union all
      select a.username, a.portfolio_id, a.symbol, a.strategy, a.quantity_delta, 0, 0, a.cost_delta
      from position_adjustments as a
    ) as e
    group by e.username, e.portfolio_id, e.symbol, e.strategy
  ),
  of_trades as (
    select t.username, t.portfolio_id, t.trade_id,
           sum(e.moved) filter (where (e.side = 'buy') = (t.direction = 'long')) as entered,
           sum(e.moved) filter (where (e.side = 'buy') <> (t.direction = 'long')) as exited,
           sum(e.moved_value) filter (where (e.side = 'buy') = (t.direction = 'long')) as paid,
           sum(e.moved_value) filter (where (e.side = 'buy') <> (t.direction = 'long')) as got,
           sum(e.realized) as realized, sum(e.charged) as fees
    from trades as t
    join moved as e using (username, trade_id, portfolio_id)
    group by t.username, t.portfolio_id, t.trade_id
  ),
  adjusted as (
    select a.username, a.portfolio_id, a.trade_id, sum(a.entered_delta) as entered, sum(a.exited_delta) as exited
    from position_adjustments as a
    group by a.username, a.portfolio_id, a.trade_id
  ),
  exits as (
    select o.username, o.portfolio_id, o.trade_id, o.purpose, o.order_id, sum(o.quantity - o.filled_quantity) as rest
    from orders as o
    where o.status in ('OPEN', 'PARTIALLY_FILLED')
      and o.purpose in ('stop_loss', 'take_profit')
    group by o.username, o.portfolio_id, o.trade_id, o.purpose, o.order_id
  ),
  settled as (
    select s.username, s.portfolio_id, s.currency, sum(s.amount) as amount
    from (
      select e.username, e.portfolio_id, e.currency, -e.direction * e.value * e.multiplier as amount
      from moved as e
      union all
      select e.username, e.portfolio_id, e.fee_currency, -e.fee
      from moved as e
      union all
      select e.username, e.portfolio_id, i.base_currency, e.direction * e.quantity
      from moved as e
      join shared_data.instruments as i using (symbol)
      where i.base_currency is not null
    ) as s
    group by s.username, s.portfolio_id, s.currency
  ),
  compared (username, portfolio_id, what, key, stored, from_facts) as (
    select b.username, b.portfolio_id, 'balance', b.currency, b.amount, coalesce(m.amount, 0)
    from balances as b full join booked as m using (username, portfolio_id, currency)
    union all
    select b.username, b.portfolio_id, 'held', b.currency, b.held, coalesce(h.amount, 0)
    from balances as b left join held as h using (username, portfolio_id, currency)
    union all
    select n.username, n.portfolio_id, 'held by order', n.order_id, n.held_amount, n.amount from needed as n
    union all
    select n.username, n.portfolio_id, 'quantity held by order', n.order_id, n.held_quantity, n.reduces from needed as n
    union all
    select o.username, o.portfolio_id, o.what, o.order_id, o.stored, o.from_facts
    from orders_off as o
    where differences.kinds is null or differences.kinds && array['filled', 'filled value', 'order fees']
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
    select t.username, t.portfolio_id, c.what, t.trade_id, c.stored, coalesce(c.from_facts, 0)
    from trades as t
    left join of_trades as f using (username, portfolio_id, trade_id)
    left join adjusted as g using (username, portfolio_id, trade_id)
    cross join lateral (values
      ('trade entered', t.entry_quantity, coalesce(f.entered, 0) + coalesce(g.entered, 0)),
      ('trade exited', t.exit_quantity, coalesce(f.exited, 0) + coalesce(g.exited, 0)),
      ('trade entry value', t.entry_value, f.paid), ('trade exit value', t.exit_value, f.got),
      ('trade realized', t.realized_pnl, f.realized), ('trade fees', t.fees, f.fees)
    ) as c (what, stored, from_facts)
    where (differences.kinds is null or 'trade entered' = any (differences.kinds))
      and (t.entry_quantity, t.exit_quantity, t.entry_value, t.exit_value, t.realized_pnl, t.fees) is distinct from
          (coalesce(f.entered, 0) + coalesce(g.entered, 0), coalesce(f.exited, 0) + coalesce(g.exited, 0),
           coalesce(f.paid, 0), coalesce(f.got, 0), coalesce(f.realized, 0), coalesce(f.fees, 0))
    union all
    select s.username, s.portfolio_id, 'open of the trade', s.trade_id, t.open_quantity, abs(s.quantity)
    from positions as s left join trades as t using (username, trade_id)
    where s.trade_id is not null
    union all
    select t.username, t.portfolio_id, 'open without a position', t.trade_id, t.open_quantity, 0
    from trades as t
    where t.status in ('PARTIALLY_FILLED', 'OPEN', 'CLOSING')
      and not exists (select from positions as s where (s.username, s.trade_id) = (t.username, t.trade_id))
    union all
    select x.username, x.portfolio_id, x.purpose || ' of a trade', x.order_id, x.rest,
           case when case x.purpose when 'stop_loss' then t.stop_loss else t.take_profit end is not null
                then t.open_quantity else 0 end
    from exits as x left join trades as t using (username, trade_id)
    where differences.kinds is null or 'exits missing' = any (differences.kinds)
    union all
    select t.username, t.portfolio_id, 'exits missing', t.trade_id, coalesce(x.found, 0),
           num_nonnulls(t.stop_loss, t.take_profit)
    from trades as t
    left join (select x.username, x.trade_id, count(*) as found from exits as x group by x.username, x.trade_id) as x
      using (username, trade_id)
    where t.status in ('PARTIALLY_FILLED', 'OPEN', 'CLOSING')
    union all
    select o.username, o.portfolio_id, 'waits for an ended trade', o.order_id, 1, 0
    from orders as o join trades as t using (username, trade_id)
    where o.status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED') and o.pending_action <> 'cancel'
      and t.closed_at is not null
    union all
    select coalesce(c.username, s.username), coalesce(c.portfolio_id, s.portfolio_id), 'settled',
           coalesce(c.currency, s.currency), coalesce(c.charged, 0), coalesce(s.amount, 0)
    from booked as c full join settled as s using (username, portfolio_id, currency)
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
  select c.*
  from compared as c
  where c.stored is distinct from c.from_facts
    and (differences.kinds is null or c.what = any (differences.kinds));
end
$$;

comment on function differences is 'Where stored state and facts disagree; no row where the book is whole.';
grant execute on function differences to twinbook_auditor;
