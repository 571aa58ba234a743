-- Stores a new order with its event: one that is refused, or that will rest, with the trade that it waits for. An order
-- that fills at once is stored by record_execution, together with its fill.

create function store_order(wanted orders)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  stored orders;
  moves  jsonb;
begin
  if wanted.status <> 'REJECTED' and wanted.trade_id is null then
    wanted.trade_id := trade_for(wanted);
  end if;

  stored := insert_order(wanted);

  if stored.status <> 'REJECTED' then
    moves := join_trade(stored);
  end if;

  update portfolios as p
  set order_seq = stored.order_number
  where (p.username, p.portfolio_id) = (stored.username, stored.portfolio_id);

  perform append_event(stored.username, stored.portfolio_id,
                       case stored.status when 'REJECTED' then 'order_rejected' else 'order_placed' end,
                       case when stored.purpose in ('stop_loss', 'take_profit') then 'venue' else stored.username end,
                       order_details(stored) || jsonb_strip_nulls(jsonb_build_object('moves', moves)));
  return stored;
end
$$;

comment on function store_order is 'Store a new order with its event.';
