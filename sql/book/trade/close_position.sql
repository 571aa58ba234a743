-- Closes what is open of a trade, or a part of it, in a locked portfolio: what no other closing order has taken yet.
-- With all of it, its waiting orders are canceled first, unless there is no price to close at.
-- Raises TB400 bad quantity, TB422 it is closing already.

create function close_position(home portfolios, trade trades, quantity numeric, reason text)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  wanted  orders;
  waiting orders;
  market  constant shared_data.market := market_at(home, trade.symbol);
  closing constant numeric := (
    select coalesce(sum(o.quantity - o.filled_quantity), 0)
    from orders as o
    where o.username = trade.username
      and (o.portfolio_id, o.symbol, o.strategy) = (trade.portfolio_id, trade.symbol, trade.strategy)
      and o.status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED')
      and (o.trade_id, o.purpose) = (trade.trade_id, 'close'));
begin
  wanted.symbol        := trade.symbol;
  wanted.strategy      := trade.strategy;
  wanted.side          := case trade.direction when 'long' then 'sell' else 'buy' end;
  wanted.order_type    := 'market';
  wanted.time_in_force := 'GTC';
  wanted.purpose       := 'close';
  wanted.trade_id      := trade.trade_id;
  wanted.reason        := close_position.reason;
  wanted.context       := '{}';

  if coalesce(close_position.quantity, 1) <= 0 or close_position.quantity > trade.open_quantity
    or shared_data.too_much(close_position.quantity) then
    raise exception using
      errcode = 'TB400',
      message = format('%s are open of trade %s', plain(trade.open_quantity), trade.trade_id),
      hint    = 'quantity is above zero and no more than that; leave it out to close all of it.';
  end if;

  if closing = trade.open_quantity or close_position.quantity > trade.open_quantity - closing then
    raise exception using
      errcode = 'TB422',
      message = format('of trade %s, %s are being closed already', trade.trade_id, plain(closing)),
      hint    = 'Cancel that order first, or wait for its fill.';
  end if;

  if close_position.quantity % market.lot <> 0 and close_position.quantity <> trade.open_quantity - closing then
    raise exception using
      errcode = 'TB400',
      message = format('a part of trade %s is a multiple of %s', trade.trade_id, plain(market.lot)),
      hint    = 'Leave quantity out to close all of it.';
  end if;

  wanted.quantity := trim_scale(coalesce(close_position.quantity, trade.open_quantity - closing));

  if wanted.quantity = trade.open_quantity and (home.broker <> 'none' or market.source is not null) then
    for waiting in
      select o.*
      from orders as o
      where o.username = trade.username
        and (o.portfolio_id, o.symbol, o.strategy) = (trade.portfolio_id, trade.symbol, trade.strategy)
        and o.status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED')
        and o.pending_action <> 'cancel'
        and (o.trade_id, o.purpose) = (trade.trade_id, 'trade')
      order by o.order_number
    loop
      perform withdraw_order(waiting, 'its trade is being closed', home.username);
    end loop;

    select p.* into home from portfolios as p where (p.username, p.portfolio_id) = (home.username, home.portfolio_id);
  end if;

  return submit_order(home, wanted);
end
$$;

comment on function close_position is 'Close what is open of a trade, or a part of it, with an order that only reduces.';
