-- What follows a fill for the trades that it touched: exits are fitted to what is open; what still waits for a trade
-- that has ended is canceled with it where its bracket or its user's closing ended it, and otherwise goes on to the
-- next trade of its own side; a trade that its last waiting order has left is over.

create function tend_trades(
    filled       orders,
    left_trade   text,
    touched      text[],
    happened_at  timestamptz,
    fill_price   numeric)
  returns void
  language plpgsql
  set search_path from current
as $$
declare
  trade   trades;
  waiting orders;
  moves   jsonb;
begin
  for trade in
    select t.* from trades as t where t.username = filled.username and t.trade_id = any (touched)
    order by t.closed_at nulls last
  loop
    perform tend_exits(trade, greatest(filled.effective_number, trade.extremes_number), happened_at, fill_price);
    continue when trade.closed_at is null;

    for waiting in
      select o.*
      from orders as o
      where o.username = filled.username
        and (o.portfolio_id, o.symbol, o.strategy) = (filled.portfolio_id, filled.symbol, filled.strategy)
        and o.status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED')
        and o.trade_id = trade.trade_id
      order by o.order_number
    loop
      if filled.purpose <> 'trade' or waiting.purpose <> 'trade' then
        perform withdraw_order(waiting, 'its trade has ended', 'venue', happened_at);
      else
        perform carry_order(waiting);
      end if;
    end loop;
  end loop;

  if left_trade is not null and array_position(touched, left_trade) is null then
    waiting := filled;
    waiting.trade_id := left_trade;
    moves := move_trade(waiting, 'its orders went to another trade', happened_at);
    if moves is not null then
      perform append_event(filled.username, filled.portfolio_id, 'trade_canceled', 'venue',
                           jsonb_build_object('trade_id', left_trade, 'moves', moves, 'ended_at', moment(happened_at),
                                              'exit_reason', 'its orders went to another trade'));
    end if;
  end if;
end
$$;

comment on function tend_trades is 'What follows a fill for the trades that it touched, their exits and waiting orders.';
