-- Writes what an order took out of a trade, and with all of it taken out, its end.

create function reduce_trade(
    target        orders,
    trade_id      text,
    status        text,
    quantity      numeric,
    price         numeric,
    fee           numeric,
    slippage      numeric,
    gained        numeric,
    best          numeric,
    worst         numeric,
    quote_number  bigint,
    filled_at     timestamptz,
    ended_by      text)
  returns void
  language plpgsql
  set search_path from current
as $$
begin
  update trades as t
  set status          = reduce_trade.status,
      exit_quantity   = trim_scale(t.exit_quantity + reduce_trade.quantity),
      exit_value      = trim_scale(t.exit_value + reduce_trade.quantity * price),
      fees            = trim_scale(t.fees + fee),
      slippage        = trim_scale(t.slippage + reduce_trade.slippage),
      realized_pnl    = trim_scale(t.realized_pnl + gained),
      mfe             = greatest(t.mfe, best),
      mae             = least(t.mae, worst),
      extremes_number = greatest(t.extremes_number, reduce_trade.quote_number),
      closed_at       = case when reduce_trade.status in ('CLOSED', 'EXPIRED') then filled_at end,
      exit_reason     = reduce_trade.ended_by
  where (t.username, t.trade_id) = (target.username, reduce_trade.trade_id);
end
$$;

comment on function reduce_trade is 'Take out of a trade what an order reduced, and end it with the last of it.';
