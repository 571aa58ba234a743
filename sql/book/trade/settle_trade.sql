-- Ends a trade at a price that isn't the venue's: at its mark when its portfolio is reset, at its intrinsic value when
-- its option expires; without a fee. At no price at all it has expired worthless.

create function settle_trade(
    home          portfolios,
    trade         trades,
    price         numeric,
    price_source  text,
    reason        text,
    happened_at   timestamptz  default null)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  wanted orders := marked_order(home, trade.symbol, trade.strategy,
    case trade.direction when 'long' then 'sell' else 'buy' end, trade.open_quantity, 'close', settle_trade.reason,
    trade.trade_id);
begin
  wanted.placed_at := coalesce(happened_at, wanted.placed_at);

  return record_execution(wanted,
    fill_id      => wanted.order_number || ':' || settle_trade.price_source,
    quantity     => wanted.quantity,
    price        => settle_trade.price,
    executed_at  => wanted.placed_at,
    price_source => settle_trade.price_source,
    model        => jsonb_build_object('price', settle_trade.reason));
end
$$;

comment on function settle_trade is
  'End a trade at a price that isn''t the venue''s: its mark, or its value at expiry.';
