create trigger instruments_are_never_removed
  before delete or truncate on shared_data.instruments
  for each statement
  execute function shared_data.refuse_change('orders and positions name their instrument for ever');

create trigger instruments_terms_are_final
  before update on shared_data.instruments
  for each row
  execute function shared_data.refuse_change('an instrument''s terms are final; splits and symbol changes are events');
