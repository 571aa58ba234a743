create trigger audit_log_rows_are_facts
  before update or delete or truncate on audit_log
  for each statement
  execute function refuse_change('what was done was done');
