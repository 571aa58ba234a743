create trigger corporate_actions_are_facts
  before update or delete on shared_data.corporate_actions
  for each row
  execute function shared_data.refuse_change('what was adjusted by it stays explained');

create trigger corporate_actions_are_never_emptied
  before truncate on shared_data.corporate_actions
  for each statement
  execute function shared_data.refuse_change('what was adjusted by it stays explained');
