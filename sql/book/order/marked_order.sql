-- An order that fills at a price which isn't the venue's, such as a mark: complete but for its fill, numbered next in
-- its portfolio, dated by the feed.

create function marked_order(
    home      portfolios,
    symbol    text,
    strategy  text,
    side      text,
    quantity  numeric,
    purpose   text,
    reason    text,
    trade_id  text  default null)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  wanted orders;
begin
  wanted.username        := home.username;
  wanted.order_id        := new_id();
  wanted.portfolio_id    := home.portfolio_id;
  wanted.session         := home.session;
  wanted.trade_id        := marked_order.trade_id;
  wanted.symbol          := marked_order.symbol;
  wanted.strategy        := marked_order.strategy;
  wanted.side            := marked_order.side;
  wanted.order_type      := 'market';
  wanted.works_as        := 'market';
  wanted.time_in_force   := 'GTC';
  wanted.purpose         := marked_order.purpose;
  wanted.reason          := marked_order.reason;
  wanted.quantity        := marked_order.quantity;
  wanted.status          := 'PENDING';
  wanted.version         := 1;
  wanted.context         := '{}';
  wanted.filled_quantity := 0;
  wanted.filled_value    := 0;
  wanted.fees            := 0;
  wanted.held_amount     := 0;
  wanted.hold_unit       := 0;
  wanted.hold_fee        := 0;
  wanted.feed_owner      := home.feed_owner;
  wanted.feed            := home.feed;
  wanted.placed_at       := business_time(home.feed_owner, home.feed);

  select i.currency, i.base_currency,
         case marked_order.side when 'sell' then coalesce(i.base_currency, i.currency) else i.currency end
  into wanted.currency, wanted.base_currency, wanted.hold_currency
  from shared_data.instruments as i
  where i.symbol = marked_order.symbol;

  select p.order_seq + 1, f.newest_number into wanted.order_number, wanted.effective_number
  from portfolios as p
  join shared_data.feeds as f on (f.username, f.name) = (p.feed_owner, p.feed)
  where (p.username, p.portfolio_id) = (home.username, home.portfolio_id);

  return wanted;
end
$$;

comment on function marked_order is 'An order that fills at a price which isn''t the venue''s, complete but for its fill.';
