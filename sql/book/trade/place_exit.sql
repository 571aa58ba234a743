-- Places an exit of a trade, of all that is open of it: it rests for the quotes after one, until canceled, and holds
-- nothing against its user's own reducing orders. A take profit that a fill has already gone beyond meets the next
-- quote; any other waits for the market to come to its price.

create function place_exit(
    entered      orders,
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
  placed orders;
  stored orders;
begin
  placed.username         := trade.username;
  placed.order_id         := new_id();
  placed.portfolio_id     := trade.portfolio_id;
  placed.trade_id         := trade.trade_id;
  placed.symbol           := trade.symbol;
  placed.strategy         := trade.strategy;
  placed.side             := case trade.direction when 'long' then 'sell' else 'buy' end;
  placed.order_type       := case purpose when 'stop_loss' then 'stop' else 'limit' end;
  placed.works_as         := placed.order_type;
  placed.stop_price       := case purpose when 'stop_loss' then price end;
  placed.limit_price      := case purpose when 'take_profit' then price end;
  placed.time_in_force    := 'GTC';
  placed.purpose          := purpose;
  placed.quantity         := trade.open_quantity;
  placed.currency         := trade.currency;
  placed.base_currency    := entered.base_currency;
  placed.status           := 'PENDING';
  placed.version          := 1;
  placed.context          := '{}';
  placed.filled_quantity  := 0;
  placed.filled_value     := 0;
  placed.fees             := 0;
  placed.hold_unit        := 0;
  placed.hold_fee         := 0;
  placed.feed_owner       := entered.feed_owner;
  placed.feed             := entered.feed;
  placed.effective_number := from_number;
  placed.placed_at        := place_exit.placed_at;
  placed.is_resting       := purpose = 'take_profit' and (case trade.direction when 'long' then fill_price >= price
                                                                               else fill_price <= price end) is not true;

  select p.order_seq + 1, p.session into placed.order_number, placed.session
  from portfolios as p
  where (p.username, p.portfolio_id) = (trade.username, trade.portfolio_id);

  stored := store_order(placed);
  stored.is_resting := placed.is_resting;
  perform rest_order(stored);
end
$$;

comment on function place_exit is 'Place a stop loss or a take profit for all that is open of a trade.';
