create trigger modes_are_never_removed
  before delete or truncate on identity.modes
  for each statement
  execute function shared_data.refuse_change('a user always has a mode');
