-- A stop is triggered: from this quote on it is a market or limit order.

create function trigger_order(target orders, market shared_data.market)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  triggered orders;
  moves     jsonb;
begin
  update orders as o
  set works_as         = case o.order_type when 'stop' then 'market' else 'limit' end,
      triggered_at     = market.quoted_at,
      effective_number = market.number
  where (o.username, o.order_id) = (target.username, target.order_id)
  returning o.* into triggered;

  moves := move_trade(triggered);

  perform append_event(triggered.username, triggered.portfolio_id, 'order_triggered', 'venue', jsonb_strip_nulls(
    jsonb_build_object('order_id', triggered.order_id, 'quote_number', market.number::text,
                       'trade_id', triggered.trade_id, 'moves', moves)));

  return triggered;
end
$$;

comment on function trigger_order is 'Turn a stop into the market or limit order that it waited to be.';
