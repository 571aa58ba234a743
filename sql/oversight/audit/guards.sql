create trigger audit_log_rows_are_facts
  before update or delete or truncate on oversight.audit_log
  for each statement
  execute function shared_data.refuse_change('what was done was done');

create trigger audit_heads_are_never_removed
  before delete or truncate on oversight.audit_heads
  for each statement
  execute function shared_data.refuse_change('a chain keeps its end');

create trigger audit_heads_count_up_only
  before update on oversight.audit_heads
  for each row
  when (new.username <> old.username or new.seq <= old.seq)
  execute function shared_data.refuse_change('a chain only grows');
