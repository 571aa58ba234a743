create trigger position_adjustments_are_facts
  before update or delete on position_adjustments
  for each row
  execute function refuse_change('positions are explained by what adjusted them');

create trigger position_adjustments_are_never_emptied
  before truncate on position_adjustments
  for each statement
  execute function refuse_change('positions are explained by what adjusted them');
