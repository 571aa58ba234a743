-- The one door for fills, from either venue: order, execution, ledger entries, balance, position and event, under the
-- portfolio's lock. An order that fills at once is stored here, with its first fill. A fill that crosses zero becomes
-- two executions, since a trade never changes sign. P&L is by average cost, in the order of arrival.

create function record_execution(
    target          orders,
    fill_id         text,
    quantity        numeric,
    price           numeric,
    executed_at     timestamptz,
    price_source    text,
    fee             numeric               default 0,
    fee_components  jsonb                 default null,
    slippage        numeric               default 0,
    liquidity       text                  default null,
    quote_number    bigint                default null,
    model           jsonb                 default null,
    standing        shared_data.standing  default null)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  had         constant shared_data.standing := coalesce(standing, standing_of(target));
  direction   constant integer := case target.side when 'buy' then 1 else -1 end;
  is_new      constant boolean := target.created_at is null;
  was_held    constant numeric := target.held_amount;
  closing     numeric := 0;
  opening     numeric;
  cost_closed numeric := 0;
  gained      numeric := 0;
  fee_closing numeric := 0;
  trade       text;
  next_trade  text;
  actor       constant text := case when is_new then target.username else 'venue' end;
  happened_at constant timestamptz := clock_timestamp();
  details     jsonb;
  checksum    bytea;
  entries     integer := 0;
  amount      numeric;
  charge      numeric;
begin
  if sign(had.quantity) = -direction then
    closing     := least(record_execution.quantity, abs(had.quantity));
    cost_closed := case when closing = abs(had.quantity) then had.cost
                        else round(had.cost * closing / abs(had.quantity), 12) end;
    gained      := trim_scale((-direction * closing * price - cost_closed) * had.multiplier);
    fee_closing := case when closing = record_execution.quantity then fee
                        else trim_scale(round(fee * closing / record_execution.quantity, (
                          select c.decimals from shared_data.currencies as c where c.currency = target.currency))) end;
    trade       := had.trade_id;
  end if;

  opening    := record_execution.quantity - closing;
  next_trade := case when opening > 0 then case when closing > 0 then new_id() else coalesce(had.trade_id, new_id()) end
                     when closing < abs(had.quantity) then had.trade_id end;

  target.trade_id        := coalesce(target.trade_id, trade, next_trade);
  target.filled_quantity := trim_scale(target.filled_quantity + record_execution.quantity);
  target.filled_value    := trim_scale(target.filled_value + record_execution.quantity * price);
  target.fees            := trim_scale(target.fees + fee);
  target.held_amount     := 0;
  target.held_quantity   := 0;
  target.status          := case when target.filled_quantity >= target.quantity then 'FILLED'
                                 when target.status in ('PENDING', 'OPEN') then 'PARTIALLY_FILLED'
                                 else target.status end;

  details := jsonb_strip_nulls(jsonb_build_object(
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
    'executed_at',   to_char(executed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')))
    || case when is_new then jsonb_build_object('order', order_details(target)) else '{}' end;
  checksum := checksum_of(target.username, target.portfolio_id, had.audit_seq + 1, 'order_filled', actor, happened_at,
                          details, had.audit_head);

  insert into audit_log (username, portfolio_id, seq, operation, actor, details, checksum, previous_checksum,
                         occurred_at)
  values (target.username, target.portfolio_id, had.audit_seq + 1, 'order_filled', actor, details, checksum,
          had.audit_head, happened_at);

  if is_new then
    target := insert_order(target);
  else
    update orders as o
    set (trade_id, filled_quantity, filled_value, fees, status, held_amount, held_quantity) =
        (target.trade_id, target.filled_quantity, target.filled_value, target.fees, target.status, 0, 0)
    where (o.username, o.order_id) = (target.username, target.order_id)
    returning o.* into target;
  end if;

  -- One execution, or two where the fill crosses zero; each settles, and pays its share of the fee.
  for part in 1 .. (closing > 0)::integer + (opening > 0)::integer loop
    amount := case when part = 1 and closing > 0 then closing     else opening end;
    charge := case when part = 1 and closing > 0 then fee_closing else fee - fee_closing end;

    insert into executions (
      username, portfolio_id, seq, order_id, fill_id, part, trade_id, symbol, strategy, side, quantity, price,
      multiplier, currency, fee, fee_currency, fee_components, slippage, realized_pnl, liquidity, price_source,
      quote_number, model, executed_at)
    values (
      target.username, target.portfolio_id, had.execution_seq + part, target.order_id, record_execution.fill_id, part,
      case when part = 1 and closing > 0 then trade else next_trade end, target.symbol, target.strategy, target.side,
      amount, price, had.multiplier, target.currency, charge, target.currency, record_execution.fee_components,
      record_execution.slippage, case when part = 1 then gained else 0 end, record_execution.liquidity,
      record_execution.price_source, record_execution.quote_number, record_execution.model,
      record_execution.executed_at);

    entries := entries + 1;
    insert into ledger_entries (username, portfolio_id, seq, kind, currency, amount, execution_seq, occurred_at)
    values (target.username, target.portfolio_id, had.ledger_seq + entries, 'settlement', target.currency,
            trim_scale(-direction * amount * price * had.multiplier), had.execution_seq + part,
            record_execution.executed_at);

    if charge <> 0 then
      entries := entries + 1;
      insert into ledger_entries (username, portfolio_id, seq, kind, currency, amount, execution_seq, occurred_at)
      values (target.username, target.portfolio_id, had.ledger_seq + entries, 'fee', target.currency, -charge,
              had.execution_seq + part, record_execution.executed_at);
    end if;
  end loop;

  update portfolios as p
  set order_seq     = greatest(p.order_seq, target.order_number),
      execution_seq = had.execution_seq + (closing > 0)::integer + (opening > 0)::integer,
      ledger_seq    = had.ledger_seq + entries,
      audit_seq     = had.audit_seq + 1,
      audit_head    = checksum
  where (p.username, p.portfolio_id) = (target.username, target.portfolio_id);

  if had.has_balance then
    update balances as b
    set amount = trim_scale(b.amount - direction * record_execution.quantity * price * had.multiplier - fee),
        held   = trim_scale(b.held - was_held)
    where (b.username, b.portfolio_id, b.currency) = (target.username, target.portfolio_id, target.currency);
  else
    insert into balances (username, portfolio_id, currency, amount)
    values (target.username, target.portfolio_id, target.currency,
            trim_scale(-direction * record_execution.quantity * price * had.multiplier - fee));
  end if;

  if had.has_position then
    update positions as s
    set trade_id     = next_trade,
        quantity     = trim_scale(had.quantity + direction * record_execution.quantity),
        cost         = trim_scale(had.cost - cost_closed + direction * opening * price),
        realized_pnl = trim_scale(s.realized_pnl + gained),
        fees         = trim_scale(s.fees + fee),
        opened_at    = case when next_trade = s.trade_id then s.opened_at
                            when next_trade is not null then record_execution.executed_at end,
        updated_at   = record_execution.executed_at
    where (s.username, s.portfolio_id, s.symbol, s.strategy) =
          (target.username, target.portfolio_id, target.symbol, target.strategy);
  else
    insert into positions (username, portfolio_id, symbol, strategy, trade_id, quantity, cost, currency, multiplier,
                           realized_pnl, fees, opened_at, updated_at)
    values (target.username, target.portfolio_id, target.symbol, target.strategy, next_trade,
            trim_scale(direction * record_execution.quantity),
            trim_scale(direction * record_execution.quantity * price), target.currency, had.multiplier, gained, fee,
            record_execution.executed_at, record_execution.executed_at);
  end if;

  if had.is_shared or target.status = 'PARTIALLY_FILLED' then
    perform rehold(target.username, target.portfolio_id, target.symbol, target.strategy);
    select o.* into target from orders as o where (o.username, o.order_id) = (target.username, target.order_id);
  end if;

  return target;
end
$$;

comment on function record_execution is
  'Record a fill: order, execution, ledger, balance, position and event. The only way by which trading moves money.';
