-- Writes what an order enters: begins the trade, waiting or with a first fill, or adds a fill to it. What the order
-- says of a bracket counts from that fill on; what it doesn't say stays. Where the trade was given another meanwhile,
-- so that the two would clash, the stop loss stands and the take profit beyond it is taken back.

create function enter_trade(
    target        orders,
    trade_id      text,
    was           text,
    status        text,
    quantity      numeric      default 0,
    price         numeric      default 0,
    fee           numeric      default 0,
    slippage      numeric      default 0,
    best          numeric      default 0,
    worst         numeric      default 0,
    quote_number  bigint       default null,
    filled_at     timestamptz  default null)
  returns void
  language plpgsql
  set search_path from current
as $$
begin
  if was is null then
    insert into trades (
      username, trade_id, portfolio_id, session, symbol, strategy, direction, status, asset_class, underlying,
      option_type, strike, expiry, currency, multiplier, entry_quantity, entry_value, stop_loss, take_profit,
      first_stop_loss, fees, slippage, extremes_number, trade_context, entry_order_id, idempotency_key, placed_at,
      opened_at)
    select target.username, enter_trade.trade_id, target.portfolio_id, target.session, target.symbol, target.strategy,
           case target.side when 'buy' then 'long' else 'short' end, enter_trade.status, i.asset_class, i.underlying,
           i.option_type, i.strike, i.expiry, i.currency, i.multiplier, enter_trade.quantity,
           enter_trade.quantity * price, target.stop_loss, target.take_profit, target.stop_loss, fee,
           enter_trade.slippage, enter_trade.quote_number, target.context, target.order_id, target.idempotency_key,
           target.placed_at, filled_at
    from shared_data.instruments as i
    where i.symbol = target.symbol;
  else
    update trades as t
    set status          = enter_trade.status,
        entry_quantity  = trim_scale(t.entry_quantity + enter_trade.quantity),
        entry_value     = trim_scale(t.entry_value + enter_trade.quantity * price),
        fees            = trim_scale(t.fees + fee),
        slippage        = trim_scale(t.slippage + enter_trade.slippage),
        stop_loss       = coalesce(target.stop_loss, t.stop_loss),
        take_profit     = (
          select given.price
          from (values (1, target.take_profit), (2, t.take_profit)) as given (place, price),
               lateral (select coalesce(target.stop_loss, t.stop_loss)) as stands (stop_loss)
          where given.price is not null
            and (case t.direction when 'long' then given.price > stands.stop_loss
                                  else given.price < stands.stop_loss end) is not false
          order by given.place
          limit 1),
        first_stop_loss = coalesce(t.first_stop_loss, target.stop_loss, t.stop_loss),
        mfe             = greatest(t.mfe, best),
        mae             = least(t.mae, worst),
        extremes_number = greatest(t.extremes_number, enter_trade.quote_number),
        opened_at       = coalesce(t.opened_at, filled_at)
    where (t.username, t.trade_id) = (target.username, enter_trade.trade_id);
  end if;
end
$$;

comment on function enter_trade is 'Begin a trade, or add to it what an order entered.';
