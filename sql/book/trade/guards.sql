create trigger trades_are_removed_only_unfilled
  before delete on trades
  for each row
  when (old.status <> 'CANCELED')
  execute function refuse_change('only a trade that was canceled and never filled can be purged');

create trigger trades_are_never_emptied
  before truncate on trades
  for each statement
  execute function refuse_change('trades are kept; purge_trade removes one that was never filled');

create trigger trades_begin_before_they_end
  before insert on trades
  for each row
  when (new.status not in ('PENDING', 'PARTIALLY_FILLED', 'OPEN'))
  execute function refuse_change('a trade begins PENDING, or with its first fill');

create trigger trades_identity_is_final
  before update of username, trade_id, portfolio_id, session, strategy, direction, asset_class, option_type, strike,
                   expiry, currency, multiplier, trade_context, entry_order_id, idempotency_key, placed_at, created_at
  on trades
  for each row
  when ((old.username, old.trade_id, old.portfolio_id, old.session, old.strategy, old.direction, old.asset_class,
         old.option_type, old.strike, old.expiry, old.currency, old.multiplier, old.trade_context, old.entry_order_id,
         old.idempotency_key, old.placed_at, old.created_at)
     is distinct from
        (new.username, new.trade_id, new.portfolio_id, new.session, new.strategy, new.direction, new.asset_class,
         new.option_type, new.strike, new.expiry, new.currency, new.multiplier, new.trade_context, new.entry_order_id,
         new.idempotency_key, new.placed_at, new.created_at))
  execute function refuse_change('what a trade is of never changes');

create trigger trades_symbol_changes_by_action
  before update of symbol, action_number on trades
  for each row
  when (new.action_number < old.action_number or (new.symbol <> old.symbol and new.action_number = old.action_number))
  execute function refuse_change('a symbol changes by a corporate action only');

create trigger trades_profit_comes_from_fills
  before update of realized_pnl, entry_value, exit_value, fees, slippage on trades
  for each row
  when ((old.realized_pnl, old.entry_value, old.exit_value, old.fees, old.slippage) is distinct from
        (new.realized_pnl, new.entry_value, new.exit_value, new.fees, new.slippage)
        and (new.entry_quantity, new.exit_quantity) = (old.entry_quantity, old.exit_quantity))
  execute function refuse_change('a trade''s money changes with its fills only');

create trigger trades_bracket_is_their_users
  before update of stop_loss, take_profit on trades
  for each row
  when ((old.stop_loss, old.take_profit) is distinct from (new.stop_loss, new.take_profit)
        and new.version = old.version and new.entry_quantity = old.entry_quantity
        and new.action_number = old.action_number)
  execute function refuse_change('a bracket changes by adjust_trade, or with what is entered');

create trigger trades_ended_are_final
  before update on trades
  for each row
  when (old.closed_at is not null)
  execute function refuse_change('a trade that has ended stays as it was');

create trigger trades_count_edits_up
  before update of version on trades
  for each row
  when (new.version < old.version)
  execute function refuse_change('versions count up');

create trigger trades_moves_are_allowed
  before update of status on trades
  for each row
  when (new.status <> old.status)
  execute function allow_trade_move();

create trigger trade_transitions_are_rules
  before update or delete or truncate on trade_transitions
  for each statement
  execute function refuse_change('the moves of a trade are rules, not data');
