create trigger data_access_log_rows_are_facts
  before update or delete on shared_data.data_access_log
  for each row
  execute function shared_data.refuse_change('what was read was read');

create trigger data_access_log_is_never_removed
  before truncate on shared_data.data_access_log
  for each statement
  execute function shared_data.refuse_change('what was read was read');
