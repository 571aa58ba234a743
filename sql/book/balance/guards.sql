create trigger balances_are_never_removed
  before delete or truncate on balances
  for each statement
  execute function refuse_change('a balance of nothing is a balance');

create trigger balances_identity_is_final
  before update of username, portfolio_id, currency on balances
  for each row
  when ((old.username, old.portfolio_id, old.currency) is distinct from (new.username, new.portfolio_id, new.currency))
  execute function refuse_change('a balance keeps its portfolio and currency');
