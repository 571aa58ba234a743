create trigger settings_are_never_removed
  before delete or truncate on identity.settings
  for each statement
  execute function shared_data.refuse_change('settings stay with their user');

create trigger risk_limits_are_never_removed
  before delete or truncate on identity.risk_limits
  for each statement
  execute function shared_data.refuse_change('a limit is lifted by setting it to null');
