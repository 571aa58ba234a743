-- Places an exit of a trade, of all that is open of it: it rests for the quotes after one, until canceled, and holds
-- nothing against its user's own reducing orders. A take profit that a fill has already gone beyond meets the next
-- quote; any other waits for the market to come to its price.

create function place_exit(
    trade        trades,
    purpose      text,
    price        numeric,
    from_number  bigint,
    placed_at    timestamptz,
    fill_price   numeric)
  returns void
  language plpgsql
  set search_path from current
as $$
declare
  home   constant portfolios := (
    select p from portfolios as p where (p.username, p.portfolio_id) = (trade.username, trade.portfolio_id));
  placed orders := marked_order(home, trade.symbol, trade.strategy,
    case trade.direction when 'long' then 'sell' else 'buy' end, trade.open_quantity, purpose, null, trade.trade_id);
  stored orders;
begin
  placed.order_type       := case purpose when 'stop_loss' then 'stop' else 'limit' end;
  placed.works_as         := placed.order_type;
  placed.stop_price       := case purpose when 'stop_loss' then price end;
  placed.limit_price      := case purpose when 'take_profit' then price end;
  placed.effective_number := from_number;
  placed.placed_at        := place_exit.placed_at;

  stored := store_order(placed);
  stored.is_resting := purpose = 'take_profit' and (case trade.direction when 'long' then fill_price >= price
                                                                         else fill_price <= price end) is not true;
  perform rest_order(stored);
end
$$;

comment on function place_exit is 'Place a stop loss or a take profit for all that is open of a trade.';
