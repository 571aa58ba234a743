-- Brings a trade's exits in line with what is open of it and with its bracket: placed as it is entered, resized with
-- each fill, repriced when its user adjusts it, canceled when nothing is left to exit.

create function tend_exits(
    trade        trades,
    from_number  bigint,
    happened_at  timestamptz,
    fill_price   numeric  default null)
  returns void
  language plpgsql
  set search_path from current
as $$
declare
  leg    record;
  placed orders;
begin
  for leg in
    select * from (values ('stop_loss', trade.stop_loss), ('take_profit', trade.take_profit)) as l (purpose, price)
  loop
    select o.* into placed
    from orders as o
    where o.username = trade.username
      and (o.portfolio_id, o.symbol, o.strategy) = (trade.portfolio_id, trade.symbol, trade.strategy)
      and o.status in ('OPEN', 'PARTIALLY_FILLED')
      and (o.trade_id, o.purpose) = (trade.trade_id, leg.purpose);

    if found and (leg.price is null or trade.open_quantity = 0) then
      perform end_order(placed, 'CANCELED', case when leg.price is null then 'taken back'
                                                 else 'its trade has ended' end, 'venue', happened_at);
    elsif found then
      perform fit_exit(placed, trade.open_quantity, leg.price, from_number);
    elsif leg.price is not null and trade.open_quantity > 0 then
      perform place_exit(trade, leg.purpose, leg.price, from_number, happened_at, fill_price);
    end if;
  end loop;
end
$$;

comment on function tend_exits is 'Bring a trade''s exits in line with what is open of it and with its bracket.';
