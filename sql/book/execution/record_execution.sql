-- The one door for fills, from either venue: execution, ledger entries, balance, position, order and event, in one
-- statement under the portfolio's lock. A fill that crosses zero becomes two executions, since a trade never changes sign.
-- P&L is by average cost, in the order of arrival.

create function record_execution(
    target          orders,
    fill_id         text,
    quantity        numeric,
    price           numeric,
    executed_at     timestamptz,
    price_source    text,
    fee             numeric  default 0,
    fee_components  jsonb    default null,
    slippage        numeric  default 0,
    liquidity       text     default null,
    quote_number    bigint   default null,
    model           jsonb    default null)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  direction   constant integer := case target.side when 'buy' then 1 else -1 end;
  held        record;
  closing     numeric := 0;
  opening     numeric;
  cost_closed numeric := 0;
  gained      numeric := 0;
  fee_closing numeric := 0;
  trade       text;
  next_trade  text;
  details     jsonb;
  filled      orders;
begin
  -- What is held now, and which other orders share it.
  select o.held_amount, coalesce(s.quantity, 0) as quantity, coalesce(s.cost, 0) as cost, s.trade_id,
         i.multiplier, c.decimals,
         exists (select from orders as other
                 where other.username = o.username
                   and other.status in ('OPEN', 'PARTIALLY_FILLED')
                   and (other.portfolio_id, other.symbol, other.strategy) = (o.portfolio_id, o.symbol, o.strategy)
                   and other.order_id <> o.order_id) as is_shared
  into held
  from orders as o
  join shared_data.instruments as i using (symbol)
  join shared_data.currencies as c on c.currency = i.currency
  left join positions as s
    on (s.username, s.portfolio_id, s.symbol, s.strategy) = (o.username, o.portfolio_id, o.symbol, o.strategy)
  where (o.username, o.order_id) = (target.username, target.order_id);

  if sign(held.quantity) = -direction then
    closing     := least(record_execution.quantity, abs(held.quantity));
    cost_closed := case when closing = abs(held.quantity) then held.cost
                        else round(held.cost * closing / abs(held.quantity), 12) end;
    gained      := trim_scale((-direction * closing * price - cost_closed) * held.multiplier);
    fee_closing := case when closing = record_execution.quantity then fee
                        else round(fee * closing / record_execution.quantity, held.decimals) end;
    trade       := held.trade_id;
  end if;

  opening    := record_execution.quantity - closing;
  next_trade := case when opening > 0 then case when closing > 0 then new_id() else coalesce(held.trade_id, new_id()) end
                     when closing < abs(held.quantity) then held.trade_id end;

  details := jsonb_strip_nulls(jsonb_build_object(
    'order_id',     target.order_id,
    'fill_id',      record_execution.fill_id,
    'symbol',       target.symbol,
    'strategy',     nullif(target.strategy, ''),
    'side',         target.side,
    'quantity',     plain(record_execution.quantity),
    'price',        plain(price),
    'multiplier',   plain(held.multiplier),
    'currency',     target.currency,
    'fee',          plain(fee),
    'realized_pnl', plain(gained),
    'closes',       nullif(plain(closing), '0'),
    'trade_id',     trade,
    'next_trade_id', next_trade,
    'price_source', price_source,
    'quote_number', quote_number::text,
    'executed_at',  to_char(executed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')));

  with parts as (
    select p.*, row_number() over (order by p.place) as part
    from (values (1, closing, fee_closing, gained, trade), (2, opening, fee - fee_closing, 0, next_trade))
      as p (place, quantity, fee, gained, trade_id)
    where p.quantity > 0
  ),
  moves as (
    select p.part, m.kind, m.amount, row_number() over (order by p.part, m.kind desc) as place
    from parts as p
    cross join lateral (values ('settlement', trim_scale(-direction * p.quantity * price * held.multiplier)), ('fee', -p.fee))
      as m (kind, amount)
    where m.kind = 'settlement' or m.amount <> 0
  ),
  was as (
    select p.execution_seq, p.ledger_seq, p.audit_seq, p.audit_head, clock_timestamp() as at
    from portfolios as p
    where (p.username, p.portfolio_id) = (target.username, target.portfolio_id)
  ),
  counted as (
    update portfolios as p
    set execution_seq = was.execution_seq + (select count(*) from parts),
        ledger_seq    = was.ledger_seq + (select count(*) from moves),
        audit_seq     = was.audit_seq + 1,
        audit_head    = checksum_of(p.username, p.portfolio_id, was.audit_seq + 1, 'order_filled', 'venue', was.at, details, was.audit_head)
    from was
    where (p.username, p.portfolio_id) = (target.username, target.portfolio_id)
    returning was.*, p.audit_head as head
  ),
  facts as (
    insert into executions (
      username, portfolio_id, seq, order_id, fill_id, part, trade_id, symbol, strategy, side, quantity, price, multiplier,
      currency, fee, fee_currency, fee_components, slippage, realized_pnl, liquidity, price_source, quote_number, model,
      executed_at)
    select target.username, target.portfolio_id, c.execution_seq + p.part, target.order_id, record_execution.fill_id, p.part,
           p.trade_id, target.symbol, target.strategy, target.side, p.quantity, price, held.multiplier, target.currency,
           p.fee, target.currency, record_execution.fee_components, record_execution.slippage, p.gained,
           record_execution.liquidity, record_execution.price_source, record_execution.quote_number,
           record_execution.model, record_execution.executed_at
    from counted as c, parts as p
  ),
  entries as (
    insert into ledger_entries (username, portfolio_id, seq, kind, currency, amount, execution_seq, occurred_at)
    select target.username, target.portfolio_id, c.ledger_seq + m.place, m.kind, target.currency, m.amount,
           c.execution_seq + m.part, record_execution.executed_at
    from counted as c, moves as m
  ),
  money as (
    insert into balances as b (username, portfolio_id, currency, amount)
    select target.username, target.portfolio_id, target.currency, sum(m.amount)
    from moves as m
    on conflict on constraint balances_pkey do update
    set amount = b.amount + excluded.amount,
        held   = b.held - held.held_amount
  ),
  event as (
    insert into audit_log (username, portfolio_id, seq, operation, actor, details, checksum, previous_checksum, occurred_at)
    select target.username, target.portfolio_id, c.audit_seq + 1, 'order_filled', 'venue', details, c.head, c.audit_head, c.at
    from counted as c
  ),
  holding as (
    insert into positions as s (username, portfolio_id, symbol, strategy, trade_id, quantity, cost, currency, multiplier,
                                realized_pnl, fees, opened_at, updated_at)
    values (target.username, target.portfolio_id, target.symbol, target.strategy, next_trade,
            trim_scale(held.quantity + direction * record_execution.quantity),
            trim_scale(held.cost - cost_closed + direction * opening * price), target.currency, held.multiplier,
            gained, fee, record_execution.executed_at, record_execution.executed_at)
    on conflict on constraint positions_pkey do update
    set trade_id     = excluded.trade_id,
        quantity     = excluded.quantity,
        cost         = excluded.cost,
        realized_pnl = trim_scale(s.realized_pnl + excluded.realized_pnl),
        fees         = trim_scale(s.fees + excluded.fees),
        opened_at    = case when excluded.trade_id = s.trade_id then s.opened_at
                            when excluded.trade_id is not null then excluded.opened_at end,
        updated_at   = excluded.updated_at
  )
  update orders as o
  set status          = case when o.filled_quantity + record_execution.quantity >= o.quantity then 'FILLED'
                             when o.status in ('PENDING', 'OPEN') then 'PARTIALLY_FILLED'
                             else o.status end,
      filled_quantity = trim_scale(o.filled_quantity + record_execution.quantity),
      filled_value    = trim_scale(o.filled_value + record_execution.quantity * price),
      fees            = o.fees + fee,
      trade_id        = coalesce(o.trade_id, trade, next_trade),
      held_amount     = 0,
      held_quantity   = 0
  where (o.username, o.order_id) = (target.username, target.order_id)
  returning o.* into filled;

  if held.is_shared or filled.status = 'PARTIALLY_FILLED' then
    perform rehold(filled.username, filled.portfolio_id, filled.symbol, filled.strategy);
    select o.* into filled from orders as o where (o.username, o.order_id) = (filled.username, filled.order_id);
  end if;

  return filled;
end
$$;

comment on function record_execution is
  'Record a fill: execution, ledger, balance, position, order and event. The only way by which money and positions move in trading.';
