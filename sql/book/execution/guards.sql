create trigger executions_are_facts
  before update or delete or truncate on executions
  for each statement
  execute function refuse_change('a fill happened; a bust is a reversing execution');
