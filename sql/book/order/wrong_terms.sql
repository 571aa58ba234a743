-- Why an order's terms make no sense for its instrument, whatever the state of the world, or null.

create function wrong_terms(target orders, market shared_data.market)
  returns text
  language plpgsql immutable
  set search_path from current
as $$
begin
  return case
    when target.time_in_force in ('IOC', 'FOK') and target.order_type in ('stop', 'stop_limit')
      then 'a stop waits, so it can''t be IOC or FOK'
    when (target.order_type in ('limit', 'stop_limit')) <> (target.limit_price is not null)
      then 'limit_price goes with limit and stop_limit orders, and only with them'
    when (target.order_type in ('stop', 'stop_limit')) <> (target.stop_price is not null)
      then 'stop_price goes with stop and stop_limit orders, and only with them'
    when target.quantity % market.lot <> 0
      then format('quantity is a multiple of %s', plain(market.lot))
    when target.limit_price % market.tick <> 0 or target.stop_price % market.tick <> 0
      then format('prices are multiples of %s', plain(market.tick))
    when market.asset_class not in ('equity', 'etf')
      then format('%s, of class %s, can''t be traded yet', market.symbol, market.asset_class)
  end;
end
$$;

comment on function wrong_terms is 'Why an order''s terms make no sense, or null.';
