-- Brings the trades of a symbol, and the positions that they are in, into a corporate action's terms. Cost, money and
-- profit stay as they are; excursions are reckoned up to it in the old terms.

create function adjust_trades(home portfolios, action shared_data.corporate_actions)
  returns void
  language plpgsql
  set search_path from current
as $$
declare
  held   record;
  trade  trades;
  terms  constant shared_data.instruments := (
    select i from shared_data.instruments as i where i.symbol = action.symbol);
  factor constant numeric := coalesce(action.new_units / action.old_units, 1);
  ratio  constant numeric := coalesce(action.old_units / action.new_units, 1);
begin
  for held in
    select t.username, t.trade_id, t.strategy, s.quantity, s.cost, s.currency, s.multiplier,
           s.opened_at, sign(s.quantity) * round(abs(s.quantity) * factor / terms.lot) * terms.lot as kept,
           t.entry_quantity, t.exit_quantity, trim_scale(round(t.exit_quantity * factor, 12)) as exited, x.best, x.worst
    from trades as t
    left join positions as s
      on (s.username, s.portfolio_id, s.symbol, s.strategy) = (t.username, t.portfolio_id, t.symbol, t.strategy)
      and s.trade_id = t.trade_id
    left join lateral excursion_of(home.feed_owner, home.feed, t.symbol, t.extremes_number, action.quote_number,
                                   s.quantity, s.cost, s.multiplier) as x on s.quantity <> 0
    where (t.username, t.portfolio_id, t.symbol) = (home.username, home.portfolio_id, action.symbol)
      and t.closed_at is null
    order by t.strategy, t.trade_id
  loop
    update trades as t
    set symbol          = coalesce(action.new_symbol, t.symbol),
        entry_quantity  = trim_scale(case when held.quantity is null then t.entry_quantity
                                          else held.exited + abs(held.kept) end),
        exit_quantity   = held.exited,
        (stop_loss, take_profit) = (
          select b.stop_loss, b.take_profit
          from adjusted_bracket(case t.direction when 'long' then 'buy' else 'sell' end, ratio, terms.tick,
                                t.stop_loss, t.take_profit) as b),
        first_stop_loss = adjusted_price(t.first_stop_loss, ratio, terms.tick),
        mfe             = greatest(t.mfe, held.best),
        mae             = least(t.mae, held.worst),
        extremes_number = greatest(t.extremes_number, case when held.quantity <> 0 then action.quote_number end),
        action_number   = action.number
    where (t.username, t.trade_id) = (held.username, held.trade_id)
    returning t.* into trade;

    perform append_event(home.username, home.portfolio_id, 'trade_adjusted_by_action', 'venue', jsonb_strip_nulls(
      jsonb_build_object(
        'trade_id', trade.trade_id, 'action_number', action.number::text, 'symbol', trade.symbol,
        'from_symbol', nullif(action.symbol, trade.symbol), 'strategy', nullif(trade.strategy, ''),
        'entry_quantity', plain(trade.entry_quantity), 'exit_quantity', plain(trade.exit_quantity),
        'entered', plain(trade.entry_quantity - held.entry_quantity),
        'exited', plain(trade.exit_quantity - held.exit_quantity),
        'quantity', plain(held.kept), 'was', plain(held.quantity), 'cost', plain(held.cost),
        'stop_loss', plain(trade.stop_loss), 'take_profit', plain(trade.take_profit),
        'opened_at', moment(held.opened_at), 'effective_at', moment(action.effective_at))));
    continue when held.quantity is null;

    if action.kind = 'split' then
      update positions as s
      set quantity   = trim_scale(held.kept),
          updated_at = action.effective_at
      where (s.username, s.portfolio_id, s.symbol, s.strategy) =
            (home.username, home.portfolio_id, action.symbol, held.strategy);
    else
      update positions as s
      set quantity   = 0,
          cost       = 0,
          trade_id   = null,
          opened_at  = null,
          updated_at = action.effective_at
      where (s.username, s.portfolio_id, s.symbol, s.strategy) =
            (home.username, home.portfolio_id, action.symbol, held.strategy);

      insert into positions (username, portfolio_id, symbol, strategy, trade_id, quantity, cost, currency, multiplier,
                             opened_at, updated_at)
      values (home.username, home.portfolio_id, action.new_symbol, held.strategy, held.trade_id, held.quantity,
              held.cost, held.currency, held.multiplier, held.opened_at, action.effective_at)
      on conflict on constraint positions_pkey do update
      set (trade_id, quantity, cost, opened_at, updated_at) =
          (excluded.trade_id, excluded.quantity, excluded.cost, excluded.opened_at, excluded.updated_at);
    end if;

    insert into position_adjustments (username, portfolio_id, action_number, symbol, strategy, trade_id,
                                      quantity_delta, cost_delta, entered_delta, exited_delta, adjusted_at)
    select home.username, home.portfolio_id, action.number, d.symbol, held.strategy, held.trade_id,
           trim_scale(d.quantity), trim_scale(d.cost), trim_scale(d.entered), trim_scale(d.exited), action.effective_at
    from (values
      (action.symbol, case action.kind when 'split' then held.kept else 0 end - held.quantity,
       case action.kind when 'split' then 0 else -held.cost end, trade.entry_quantity - held.entry_quantity,
       held.exited - held.exit_quantity),
      (action.new_symbol, held.quantity, held.cost, 0, 0)
    ) as d (symbol, quantity, cost, entered, exited)
    where d.symbol is not null;

    if action.kind = 'split' then
      perform tend_exits(trade, action.quote_number, action.effective_at);
    end if;
  end loop;
end
$$;

comment on function adjust_trades is 'Bring the trades of a symbol into a corporate action''s terms.';
