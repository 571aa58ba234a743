-- Ends a trade at a price that isn't the venue's: at its mark when its portfolio is reset, at its intrinsic value
-- when its option expires; without a fee. At no price at all it has expired worthless.

create function settle_trade(home portfolios, trade trades, price numeric, price_source text, reason text)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  wanted orders;
begin
  wanted.username         := trade.username;
  wanted.order_id         := new_id();
  wanted.portfolio_id     := trade.portfolio_id;
  wanted.session          := home.session;
  wanted.trade_id         := trade.trade_id;
  wanted.symbol           := trade.symbol;
  wanted.strategy         := trade.strategy;
  wanted.side             := case trade.direction when 'long' then 'sell' else 'buy' end;
  wanted.order_type       := 'market';
  wanted.works_as         := 'market';
  wanted.time_in_force    := 'GTC';
  wanted.purpose          := 'close';
  wanted.reason           := settle_trade.reason;
  wanted.quantity         := trade.open_quantity;
  wanted.currency         := trade.currency;
  wanted.base_currency    := (select i.base_currency from shared_data.instruments as i where i.symbol = trade.symbol);
  wanted.hold_currency    := wanted.currency;
  wanted.status           := 'PENDING';
  wanted.version          := 1;
  wanted.context          := '{}';
  wanted.filled_quantity  := 0;
  wanted.filled_value     := 0;
  wanted.fees             := 0;
  wanted.held_amount      := 0;
  wanted.hold_unit        := 0;
  wanted.hold_fee         := 0;
  wanted.feed_owner       := home.feed_owner;
  wanted.feed             := home.feed;
  wanted.placed_at        := business_time(home.feed_owner, home.feed);

  select p.order_seq + 1, f.newest_number into wanted.order_number, wanted.effective_number
  from portfolios as p
  join shared_data.feeds as f on (f.username, f.name) = (p.feed_owner, p.feed)
  where (p.username, p.portfolio_id) = (trade.username, trade.portfolio_id);

  return record_execution(wanted,
    fill_id      => wanted.order_number || ':' || settle_trade.price_source,
    quantity     => wanted.quantity,
    price        => settle_trade.price,
    executed_at  => wanted.placed_at,
    price_source => settle_trade.price_source,
    model        => jsonb_build_object('price', settle_trade.reason));
end
$$;

comment on function settle_trade is 'End a trade at a price that isn''t the venue''s: its mark, or its value at expiry.';
