-- The one door for fills, from either venue: order, execution, ledger entries, balances, position, trade and event,
-- under the portfolio's lock. An order that fills at once is stored here, with its first fill. A fill that crosses
-- zero becomes two executions, since a trade never changes sign. P&L is by average cost, in the order of arrival. Of
-- spot both legs are money; a fee taken in the base currency leaves so much less in the position.

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
    standing        shared_data.standing  default null,
    available       numeric               default null,
    fee_currency    text                  default null)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  had         constant shared_data.standing := coalesce(standing, standing_of(target));
  direction   constant integer := case target.side when 'buy' then 1 else -1 end;
  is_new      constant boolean := target.created_at is null;
  was_held    constant numeric := target.held_amount;
  was_of      constant text    := target.trade_id;
  paid_in     constant text    := coalesce(fee_currency, target.currency);
  base_fee    constant numeric := case when paid_in <> target.currency then fee else 0 end;
  fee_rate    constant numeric := case when paid_in <> target.currency then price end;
  charged     constant numeric := fee * coalesce(fee_rate, 1);
  moved       constant numeric := record_execution.quantity - base_fee;
  at_number   bigint           := greatest(target.effective_number, quote_number);
  closing     numeric := 0;
  opening     numeric;
  cost_closed numeric := 0;
  gained      numeric := 0;
  fee_closing numeric := 0;
  trade       text;
  next_trade  text;
  entered     text;
  best        numeric := 0;
  worst       numeric := 0;
  left_at     numeric;
  was         text;
  is_now      text;
  moves       jsonb;
  next_moves  jsonb;
  ended_by    text;
  profit      numeric := target.take_profit;
  needs_care  boolean;
  actor       constant text := case when is_new then target.username else 'venue' end;
  happened_at constant timestamptz := clock_timestamp();
  details     jsonb;
  checksum    bytea;
  entries     integer := 0;
  amount      numeric;
  charge      numeric;
begin
  -- A fill that names no quote, as a broker's, is at the feed's newest.
  if quote_number is null and not is_new then
    select greatest(at_number, f.newest_number) into at_number
    from shared_data.feeds as f
    where (f.username, f.name) = (target.feed_owner, target.feed);
  end if;

  if sign(had.quantity) = -direction then
    closing     := least(moved, abs(had.quantity));
    cost_closed := case when closing = abs(had.quantity) then had.cost
                        else trunc(round(had.cost * closing, 24) / abs(had.quantity), 12) end;
    gained      := trim_scale((-direction * closing * price - cost_closed) * had.multiplier);
    trade       := had.trade_id;

    if closing = moved then
      fee_closing := charged;
    elsif fee_rate is null then
      select trim_scale(round(fee * closing / moved, c.decimals)) into fee_closing
      from shared_data.currencies as c
      where c.currency = target.currency;
    end if;
  end if;

  opening    := moved - closing;
  entered    := case when opening > 0 then coalesce(case when closing = 0 then had.trade_id end, had.pending_trade_id,
                                                    new_id()) end;
  next_trade := case when opening > 0 then entered when closing < abs(had.quantity) then had.trade_id end;

  target.trade_id        := coalesce(entered, trade);
  target.filled_quantity := trim_scale(target.filled_quantity + record_execution.quantity);
  target.filled_value    := trim_scale(target.filled_value + record_execution.quantity * price);
  target.fees            := trim_scale(target.fees + charged);
  target.held_amount     := 0;
  target.held_quantity   := 0;
  target.status          := case when target.filled_quantity >= target.quantity then 'FILLED'
                                 when target.status in ('PENDING', 'OPEN') then 'PARTIALLY_FILLED'
                                 else target.status end;
  needs_care             := not is_new or had.is_shared or target.status <> 'FILLED' or target.purpose <> 'trade'
                            or num_nonnulls(target.stop_loss, target.take_profit) > 0;

  if is_new then
    target := insert_order(target);
  else
    update orders as o
    set (trade_id, filled_quantity, filled_value, fees, status, held_amount, held_quantity) =
        (target.trade_id, target.filled_quantity, target.filled_value, target.fees, target.status, 0, 0)
    where (o.username, o.order_id) = (target.username, target.order_id)
    returning o.* into target;
  end if;

  if had.quantity <> 0 and at_number > had.extremes_number then
    select x.best, x.worst into best, worst
    from excursion_of(target.feed_owner, target.feed, target.symbol, had.extremes_number, at_number, had.quantity,
                      had.cost, had.multiplier) as x;
  end if;

  if closing > 0 then
    left_at := trim_scale((had.quantity * price - had.cost) * had.multiplier);
    best    := greatest(best, left_at);
    worst   := least(worst, left_at);
    is_now := case when closing = abs(had.quantity) then case when price > 0 then 'CLOSED' else 'EXPIRED' end
                   when needs_care then status_after(target, trade, case direction when 1 then 'short' else 'long' end,
                                                     had.trade_status, true, abs(had.quantity) - closing)
                   else 'OPEN' end;
    moves  := moves_between(had.trade_status, is_now, by_a_fill => true);
    ended_by := case when is_now in ('CLOSED', 'EXPIRED')
                     then coalesce(target.reason, case target.purpose when 'trade' then 'order' else target.purpose end) end;

    if jsonb_array_length(moves) > 2 then
      update trades as t set status = moves ->> 1 where (t.username, t.trade_id) = (target.username, trade);
    end if;

    perform reduce_trade(target, trade, is_now, closing, price, fee_closing,
                         closing * record_execution.slippage * had.multiplier, gained, best, worst, at_number,
                         record_execution.executed_at, ended_by);
  end if;

  if opening > 0 then
    was    := case entered when had.trade_id then had.trade_status when had.pending_trade_id then 'PENDING' end;
    is_now := case when needs_care then status_after(target, entered, case direction when 1 then 'long' else 'short' end,
                                                     was, true, opening + abs(had.quantity) - closing)
                   else 'OPEN' end;
    next_moves := moves_between(was, is_now, by_a_fill => true);

    perform enter_trade(target, entered, was, is_now, opening, price, charged - fee_closing,
                        opening * record_execution.slippage * had.multiplier, best, worst, at_number,
                        record_execution.executed_at);

    -- A stop loss that clashes with the trade's take profit takes that back: the event tells what stands.
    if was is not null and num_nonnulls(target.stop_loss, target.take_profit) > 0 then
      select t.take_profit into profit
      from trades as t
      where (t.username, t.trade_id) = (target.username, entered);
    end if;
  end if;

  -- One execution, or two where the fill crosses zero; each settles, and pays its share of the fee.
  for part in 1 .. (closing > 0)::integer + (opening > 0)::integer loop
    amount := case when closing = 0 or opening = 0 then record_execution.quantity
                   when part = 1 then closing else record_execution.quantity - closing end;
    charge := case when closing = 0 or opening = 0 then fee
                   when part = 1 then fee_closing else fee - fee_closing end;

    insert into executions (
      username, portfolio_id, seq, order_id, fill_id, part, trade_id, symbol, strategy, side, quantity, price,
      multiplier, currency, fee, fee_currency, rate, fee_components, slippage, realized_pnl, liquidity, price_source,
      quote_number, model, executed_at, available)
    values (
      target.username, target.portfolio_id, had.execution_seq + part, target.order_id, record_execution.fill_id, part,
      case when part = 1 and closing > 0 then trade else entered end, target.symbol, target.strategy, target.side,
      amount, price, had.multiplier, target.currency, charge, paid_in, fee_rate, record_execution.fee_components,
      record_execution.slippage, case when part = 1 then gained else 0 end, record_execution.liquidity,
      record_execution.price_source, record_execution.quote_number, record_execution.model,
      record_execution.executed_at, record_execution.available);

    if price > 0 then
      entries := entries + 1;
      insert into ledger_entries (username, portfolio_id, seq, kind, currency, amount, execution_seq, occurred_at,
                                  session)
      values (target.username, target.portfolio_id, had.ledger_seq + entries, 'settlement', target.currency,
              trim_scale(-direction * amount * price * had.multiplier), had.execution_seq + part,
              record_execution.executed_at, target.session);
    end if;

    if target.base_currency is not null then
      entries := entries + 1;
      insert into ledger_entries (username, portfolio_id, seq, kind, currency, amount, execution_seq, occurred_at,
                                  session)
      values (target.username, target.portfolio_id, had.ledger_seq + entries, 'settlement', target.base_currency,
              direction * amount, had.execution_seq + part, record_execution.executed_at, target.session);
    end if;

    if charge <> 0 then
      entries := entries + 1;
      insert into ledger_entries (username, portfolio_id, seq, kind, currency, amount, execution_seq, occurred_at,
                                  session)
      values (target.username, target.portfolio_id, had.ledger_seq + entries, 'fee', paid_in, -charge,
              had.execution_seq + part, record_execution.executed_at, target.session);
    end if;
  end loop;

  amount := trim_scale(-direction * record_execution.quantity * price * had.multiplier - (fee - base_fee));

  if had.has_balance then
    update balances as b
    set amount = trim_scale(b.amount + record_execution_amount.value),
        held   = trim_scale(b.held - case target.hold_currency when target.currency then was_held else 0 end)
    from (values (amount)) as record_execution_amount (value)
    where (b.username, b.portfolio_id, b.currency) = (target.username, target.portfolio_id, target.currency);
  else
    insert into balances (username, portfolio_id, currency, amount)
    values (target.username, target.portfolio_id, target.currency, amount);
  end if;

  if target.base_currency is not null then
    insert into balances as b (username, portfolio_id, currency, amount)
    values (target.username, target.portfolio_id, target.base_currency, direction * moved)
    on conflict on constraint balances_pkey do update
    set amount = trim_scale(b.amount + excluded.amount),
        held   = trim_scale(b.held - case target.hold_currency when target.base_currency then was_held else 0 end);
  end if;

  if had.has_position then
    update positions as s
    set trade_id     = next_trade,
        quantity     = trim_scale(had.quantity + direction * moved),
        cost         = trim_scale(had.cost - cost_closed + direction * opening * price),
        realized_pnl = trim_scale(s.realized_pnl + gained),
        fees         = trim_scale(s.fees + charged),
        opened_at    = case when next_trade = s.trade_id then s.opened_at
                            when next_trade is not null then record_execution.executed_at end,
        updated_at   = record_execution.executed_at
    where (s.username, s.portfolio_id, s.symbol, s.strategy) =
          (target.username, target.portfolio_id, target.symbol, target.strategy);
  else
    insert into positions (username, portfolio_id, symbol, strategy, trade_id, quantity, cost, currency, multiplier,
                           realized_pnl, fees, opened_at, updated_at)
    values (target.username, target.portfolio_id, target.symbol, target.strategy, next_trade,
            trim_scale(direction * moved), trim_scale(direction * moved * price), target.currency, had.multiplier,
            gained, charged, record_execution.executed_at, record_execution.executed_at);
  end if;

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
    'base_currency', target.base_currency,
    'fee',           plain(fee),
    'fee_currency',  nullif(paid_in, target.currency),
    'slippage',      nullif(plain(record_execution.slippage), '0'),
    'realized_pnl',  plain(gained),
    'closes',        nullif(plain(closing), '0'),
    'closes_cost',   case when closing > 0 then plain(cost_closed) end,
    'closes_fee',    case when closing > 0 and opening > 0 then plain(fee_closing) end,
    'exit_reason',   ended_by,
    'stop_loss',     case when opening > 0 then plain(target.stop_loss) end,
    'take_profit',   case when opening > 0 then plain(profit) end,
    'takes_back',    case when opening > 0 and was is not null and target.stop_loss is not null and profit is null
                          then 'take_profit' end,
    'trade_id',      coalesce(trade, entered),
    'moves',         coalesce(moves, case when trade is null then next_moves end),
    'next_trade_id', case when trade is not null then entered end,
    'next_moves',    case when trade is not null then next_moves end,
    'price_source',  price_source,
    'quote_number',  quote_number::text,
    'executed_at',   moment(executed_at)))
    || case when is_new                        then jsonb_build_object('order', order_details(target))
            when opening > 0 and was is null   then jsonb_build_object('begun_by', order_details(target))
            else '{}' end;
  checksum := checksum_of(target.username, target.portfolio_id, had.audit_seq + 1, 'order_filled', actor, happened_at,
                          details, had.audit_head);

  insert into audit_log (username, portfolio_id, seq, operation, actor, details, checksum, previous_checksum,
                         occurred_at)
  values (target.username, target.portfolio_id, had.audit_seq + 1, 'order_filled', actor, details, checksum,
          had.audit_head, happened_at);

  update portfolios as p
  set order_seq     = greatest(p.order_seq, target.order_number),
      execution_seq = had.execution_seq + (closing > 0)::integer + (opening > 0)::integer,
      ledger_seq    = had.ledger_seq + entries,
      audit_seq     = had.audit_seq + 1,
      audit_head    = checksum
  where (p.username, p.portfolio_id) = (target.username, target.portfolio_id);

  if needs_care then
    perform tend_trades(target, was_of, array[trade, entered], record_execution.executed_at, price);
    perform rehold(target.username, target.portfolio_id, target.symbol, target.strategy);
    select o.* into target from orders as o where (o.username, o.order_id) = (target.username, target.order_id);
  end if;

  return target;
end
$$;

comment on function record_execution is
  'Record a fill: order, execution, ledger, balance, position, trade and event. The only way by which trading moves '
  'money.';
