create trigger portfolios_are_never_removed
  before delete or truncate on portfolios
  for each statement
  execute function refuse_change('portfolios are closed, never deleted');

create trigger portfolios_identity_is_final
  before update of username, portfolio_id, base_currency, feed_owner, feed, broker, account, seed, opened_at
  on portfolios
  for each row
  when ((old.username, old.portfolio_id, old.base_currency, old.feed_owner, old.feed, old.broker, old.account, old.seed,
         old.opened_at)
     is distinct from
        (new.username, new.portfolio_id, new.base_currency, new.feed_owner, new.feed, new.broker, new.account, new.seed,
         new.opened_at))
  execute function refuse_change('a portfolio keeps its owner, currency, feed and broker');

create trigger portfolios_count_up_only
  before update on portfolios
  for each row
  when (new.order_seq < old.order_seq or new.execution_seq < old.execution_seq
     or new.ledger_seq < old.ledger_seq or new.audit_seq < old.audit_seq or new.version < old.version)
  execute function refuse_change('numbers that facts were counted by never go back');
