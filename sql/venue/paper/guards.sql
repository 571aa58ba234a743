create trigger orders_are_never_overfilled
  before insert or update of filled_quantity, quantity on orders
  for each row
  when (new.filled_quantity > new.quantity)
  execute function refuse_change('on paper nothing fills beyond its quantity');

create trigger portfolios_have_no_broker
  before insert on portfolios
  for each row
  when (new.broker <> 'none')
  execute function refuse_change('a paper portfolio has no broker');
