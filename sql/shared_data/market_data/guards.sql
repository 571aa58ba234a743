create trigger market_data_is_final
  before update or delete on shared_data.market_data
  for each row
  execute function shared_data.refuse_change('price history is what fills are explained by');

create trigger market_data_is_never_removed
  before truncate on shared_data.market_data
  for each statement
  execute function shared_data.refuse_change('price history is what fills are explained by');
