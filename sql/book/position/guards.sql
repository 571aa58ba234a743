create trigger positions_are_never_removed
  before delete or truncate on positions
  for each statement
  execute function refuse_change('a flat position keeps what was realized');

create trigger positions_identity_is_final
  before update of username, portfolio_id, symbol, strategy, currency, multiplier on positions
  for each row
  when ((old.username, old.portfolio_id, old.symbol, old.strategy, old.currency, old.multiplier) is distinct from
        (new.username, new.portfolio_id, new.symbol, new.strategy, new.currency, new.multiplier))
  execute function refuse_change('a position keeps its portfolio, symbol and strategy');
