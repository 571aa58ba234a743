create trigger fees_are_final
  before update or delete on shared_data.fees
  for each row
  execute function shared_data.refuse_change('a fee changes by a new row with a later day');

create trigger fees_are_never_removed
  before truncate on shared_data.fees
  for each statement
  execute function shared_data.refuse_change('fees that were charged stay explained');
