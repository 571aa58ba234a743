create trigger live_switch_is_never_removed
  before delete or truncate on oversight.live_switch
  for each statement
  execute function shared_data.refuse_change('there is always one switch');
