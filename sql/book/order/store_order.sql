-- Stores a new order with its event: one that is refused, or that will rest. An order that fills at once is stored by
-- record_execution, together with its fill.

create function store_order(wanted orders)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  stored constant orders := insert_order(wanted);
begin
  update portfolios as p
  set order_seq = stored.order_number
  where (p.username, p.portfolio_id) = (stored.username, stored.portfolio_id);

  perform append_event(stored.username, stored.portfolio_id,
                       case stored.status when 'REJECTED' then 'order_rejected' else 'order_placed' end,
                       stored.username, order_details(stored));
  return stored;
end
$$;

comment on function store_order is 'Store a new order with its event.';
