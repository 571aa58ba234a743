create trigger broker_accounts_are_never_removed
  before delete or truncate on identity.broker_accounts
  for each statement
  execute function shared_data.refuse_change('what was traded at a broker stays explained: make the account inactive');

create trigger broker_accounts_identity_is_final
  before update of username, broker, account, environment, created_at on identity.broker_accounts
  for each row
  when ((old.username, old.broker, old.account, old.environment, old.created_at)
     is distinct from (new.username, new.broker, new.account, new.environment, new.created_at))
  execute function shared_data.refuse_change('an account keeps its user, broker and environment');

create trigger broker_accounts_numbers_only_rise
  before update of nonce, version on identity.broker_accounts
  for each row
  when (new.nonce < old.nonce or new.version < old.version)
  execute function shared_data.refuse_change('a nonce and a version only rise');
