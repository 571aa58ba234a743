create trigger seals_are_facts
  before update or delete or truncate on oversight.seals
  for each statement
  execute function shared_data.refuse_change('what was sealed was sealed');

create trigger sealed_heads_are_facts
  before update or delete or truncate on oversight.sealed_heads
  for each statement
  execute function shared_data.refuse_change('what was sealed was sealed');
