-- The one door for fills, from either venue: order, execution, ledger entries, balance, position and events, under the
-- portfolio's lock. An order that fills at once is stored here, with its first fill. A fill that crosses
-- zero becomes two executions, since a trade never changes sign. P&L is by average cost, in the order of arrival.

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
  had         record;
  closing     numeric := 0;
  opening     numeric;
  cost_closed numeric := 0;
  gained      numeric := 0;
  fee_closing numeric := 0;
  trade       text;
  next_trade  text;
  moved       numeric;
  quantities  numeric[];
  charges     numeric[];
  gains       numeric[];
  trades      text[];
  kinds       text[]    := '{}';
  amounts     numeric[] := '{}';
  parts       integer[] := '{}';
  placed      audit_log;
  happened    audit_log;
begin
  -- What is there: the portfolio's numbers, the position, what the order holds, and whether others share the position.
  select p.execution_seq, p.ledger_seq, p.audit_seq, p.audit_head, i.multiplier, c.decimals, o.order_id is null as is_new,
         coalesce(o.held_amount, 0) as held_amount,
         coalesce(o.filled_quantity, 0) as filled_quantity, coalesce(o.filled_value, 0) as filled_value, coalesce(o.fees, 0) as fees,
         coalesce(s.quantity, 0) as quantity, coalesce(s.cost, 0) as cost, s.trade_id,
         exists (select from orders as other
                 where other.username = target.username
                   and other.status in ('OPEN', 'PARTIALLY_FILLED')
                   and (other.portfolio_id, other.symbol, other.strategy) = (target.portfolio_id, target.symbol, target.strategy)
                   and other.order_id <> target.order_id) as is_shared
  into had
  from portfolios as p
  join shared_data.instruments as i on i.symbol = target.symbol
  join shared_data.currencies as c on c.currency = i.currency
  left join orders as o on (o.username, o.order_id) = (target.username, target.order_id)
  left join positions as s
    on (s.username, s.portfolio_id, s.symbol, s.strategy) =
       (target.username, target.portfolio_id, target.symbol, target.strategy)
  where (p.username, p.portfolio_id) = (target.username, target.portfolio_id);

  if sign(had.quantity) = -direction then
    closing     := least(record_execution.quantity, abs(had.quantity));
    cost_closed := case when closing = abs(had.quantity) then had.cost
                        else round(had.cost * closing / abs(had.quantity), 12) end;
    gained      := trim_scale((-direction * closing * price - cost_closed) * had.multiplier);
    fee_closing := case when closing = record_execution.quantity then fee
                        else round(fee * closing / record_execution.quantity, had.decimals) end;
    trade       := had.trade_id;
  end if;

  opening    := record_execution.quantity - closing;
  next_trade := case when opening > 0 then case when closing > 0 then new_id() else coalesce(had.trade_id, new_id()) end
                     when closing < abs(had.quantity) then had.trade_id end;

  -- One execution, or two where it crosses zero.
  if closing > 0 and opening > 0 then
    quantities := array[closing, opening];
    charges    := array[fee_closing, fee - fee_closing];
    gains      := array[gained, 0];
    trades     := array[trade, next_trade];
  else
    quantities := array[record_execution.quantity];
    charges    := array[fee];
    gains      := array[gained];
    trades     := array[coalesce(trade, next_trade)];
  end if;

  -- The money that each moves: settlement, and a fee where there is one.
  for part in 1 .. cardinality(quantities) loop
    kinds   := kinds   || 'settlement'::text;
    amounts := amounts || trim_scale(-direction * quantities[part] * price * had.multiplier);
    parts   := parts   || part;

    if charges[part] <> 0 then
      kinds   := kinds   || 'fee'::text;
      amounts := amounts || -charges[part];
      parts   := parts   || part;
    end if;
  end loop;

  moved := trim_scale(-direction * record_execution.quantity * price * had.multiplier - fee);

  -- The events, chained.
  happened.seq               := had.audit_seq;
  happened.checksum          := had.audit_head;
  if had.is_new then
    placed   := next_event(target, happened, 'order_placed', target.username, order_details(target));
    happened := placed;
  end if;
  happened := next_event(target, happened, 'order_filled', 'venue', jsonb_strip_nulls(jsonb_build_object(
    'order_id',      target.order_id,
    'fill_id',       record_execution.fill_id,
    'symbol',        target.symbol,
    'strategy',      nullif(target.strategy, ''),
    'side',          target.side,
    'quantity',      plain(record_execution.quantity),
    'price',         plain(price),
    'multiplier',    plain(had.multiplier),
    'currency',      target.currency,
    'fee',           plain(fee),
    'realized_pnl',  plain(gained),
    'closes',        nullif(plain(closing), '0'),
    'trade_id',      trade,
    'next_trade_id', next_trade,
    'price_source',  price_source,
    'quote_number',  quote_number::text,
    'executed_at',   to_char(executed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))));

  update portfolios as p
  set order_seq     = greatest(p.order_seq, target.order_number),
      execution_seq = had.execution_seq + cardinality(quantities),
      ledger_seq    = had.ledger_seq + cardinality(amounts),
      audit_seq     = happened.seq,
      audit_head    = happened.checksum
  where (p.username, p.portfolio_id) = (target.username, target.portfolio_id);

  insert into audit_log (username, portfolio_id, seq, operation, actor, details, checksum, previous_checksum, occurred_at)
  select e.username, e.portfolio_id, e.seq, e.operation, e.actor, e.details, e.checksum, e.previous_checksum, e.occurred_at
  from unnest(array[placed, happened]) as e
  where e.seq is not null;

  target.trade_id        := coalesce(target.trade_id, trades[1]);
  target.filled_quantity := trim_scale(had.filled_quantity + record_execution.quantity);
  target.filled_value    := trim_scale(had.filled_value + record_execution.quantity * price);
  target.fees            := trim_scale(had.fees + fee);
  target.status          := case when target.filled_quantity >= target.quantity then 'FILLED'
                                 when target.status in ('PENDING', 'OPEN') then 'PARTIALLY_FILLED'
                                 else target.status end;

  if had.is_new then
    target := insert_order(target);
  else
    update orders as o
    set (trade_id, filled_quantity, filled_value, fees, status, held_amount, held_quantity) =
        (target.trade_id, target.filled_quantity, target.filled_value, target.fees, target.status, 0, 0)
    where (o.username, o.order_id) = (target.username, target.order_id)
    returning o.* into target;
  end if;

  insert into executions (
    username, portfolio_id, seq, order_id, fill_id, part, trade_id, symbol, strategy, side, quantity, price, multiplier,
    currency, fee, fee_currency, fee_components, slippage, realized_pnl, liquidity, price_source, quote_number, model,
    executed_at)
  select
    target.username, target.portfolio_id, had.execution_seq + p.part, target.order_id, record_execution.fill_id, p.part,
    p.trade_id, target.symbol, target.strategy, target.side, p.quantity, price, had.multiplier, target.currency, p.fee,
    target.currency, record_execution.fee_components, record_execution.slippage, p.gained, record_execution.liquidity,
    record_execution.price_source, record_execution.quote_number, record_execution.model, record_execution.executed_at
  from unnest(quantities, charges, gains, trades) with ordinality as p (quantity, fee, gained, trade_id, part);

  insert into ledger_entries (username, portfolio_id, seq, kind, currency, amount, execution_seq, occurred_at)
  select target.username, target.portfolio_id, had.ledger_seq + m.place, m.kind, target.currency, m.amount,
         had.execution_seq + m.part, record_execution.executed_at
  from unnest(kinds, amounts, parts) with ordinality as m (kind, amount, part, place);

  insert into balances as b (username, portfolio_id, currency, amount)
  values (target.username, target.portfolio_id, target.currency, moved)
  on conflict on constraint balances_pkey do update
  set amount = b.amount + excluded.amount,
      held   = b.held - had.held_amount;

  insert into positions as s (username, portfolio_id, symbol, strategy, trade_id, quantity, cost, currency, multiplier,
                              realized_pnl, fees, opened_at, updated_at)
  values (target.username, target.portfolio_id, target.symbol, target.strategy, next_trade,
          trim_scale(had.quantity + direction * record_execution.quantity),
          trim_scale(had.cost - cost_closed + direction * opening * price), target.currency, had.multiplier,
          gained, fee, record_execution.executed_at, record_execution.executed_at)
  on conflict on constraint positions_pkey do update
  set trade_id     = excluded.trade_id,
      quantity     = excluded.quantity,
      cost         = excluded.cost,
      realized_pnl = trim_scale(s.realized_pnl + excluded.realized_pnl),
      fees         = trim_scale(s.fees + excluded.fees),
      opened_at    = case when excluded.trade_id = s.trade_id then s.opened_at
                          when excluded.trade_id is not null then excluded.opened_at end,
      updated_at   = excluded.updated_at;

  if had.is_shared or target.status = 'PARTIALLY_FILLED' then
    perform rehold(target.username, target.portfolio_id, target.symbol, target.strategy);
    select o.* into target from orders as o where (o.username, o.order_id) = (target.username, target.order_id);
  end if;

  return target;
end
$$;

comment on function record_execution is
  'Record a fill: order, execution, ledger, balance, position and events. The only way by which money and positions move in trading.';
