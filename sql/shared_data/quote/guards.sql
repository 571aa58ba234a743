create trigger quotes_are_never_removed
  before delete or truncate on shared_data.quotes
  for each statement
  execute function shared_data.refuse_change('a price that was known stays known');

create trigger quotes_only_move_on
  before update on shared_data.quotes
  for each row
  when (new.number <= old.number or new.quoted_at < old.quoted_at)
  execute function shared_data.refuse_change('an older quote never moves the latest back');
