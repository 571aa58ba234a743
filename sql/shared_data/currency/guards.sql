create trigger currencies_are_never_removed
  before delete or truncate on shared_data.currencies
  for each statement
  execute function shared_data.refuse_change('money in a currency outlives the wish to drop it');
