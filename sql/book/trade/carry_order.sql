-- An order whose trade has ended without it goes on: to the trade that its position is in now, or to one that waits on
-- its side.

create function carry_order(waiting orders)
  returns void
  language plpgsql
  set search_path from current
as $$
declare
  carried orders;
  moves   jsonb;
  begins  boolean;
begin
  update orders as o
  set trade_id = trade_for(waiting)
  where (o.username, o.order_id) = (waiting.username, waiting.order_id)
  returning o.* into carried;

  moves := join_trade(carried);
  begins := moves is not null and moves ->> 0 is null;
  perform append_event(carried.username, carried.portfolio_id, 'order_carried', 'venue', jsonb_strip_nulls(
    jsonb_build_object('order_id', carried.order_id, 'trade_id', carried.trade_id, 'from_trade_id', waiting.trade_id,
                       'moves', moves,
                       'stop_loss', case when begins then plain(carried.stop_loss) end,
                       'take_profit', case when begins then plain(carried.take_profit) end))
    || case when begins then jsonb_build_object('begun_by', order_details(carried)) else '{}' end);
end
$$;

comment on function carry_order is 'Let an order go on to the next trade, its own having ended without it.';
