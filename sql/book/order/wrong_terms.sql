-- Why an order's terms make no sense for its instrument, or null. Its quantity is in lots; but what fees have left
-- below a lot can be got rid of, by an order that takes exactly what is left.

create function wrong_terms(target orders, market shared_data.market, standing shared_data.standing)
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
    when target.quantity % market.lot <> 0 and target.purpose = 'trade'
      and target.quantity - target.filled_quantity <>
          case target.side when 'sell' then standing.quantity else -standing.quantity end - standing.taken
      then format('quantity is a multiple of %s, or all that is left of the position', plain(market.lot))
    when target.limit_price % market.tick <> 0 or target.stop_price % market.tick <> 0
      then format('prices are multiples of %s', plain(market.tick))
    when market.asset_class = 'index'
      then format('%s is an index, which has a price but can''t be traded', market.symbol)
    when target.stop_loss % market.tick <> 0 or target.take_profit % market.tick <> 0
      then format('stop_loss and take_profit are multiples of %s', plain(market.tick))
    when case target.side
           when 'buy' then target.stop_loss >= coalesce(target.limit_price, target.stop_price, target.take_profit)
                        or target.take_profit <= coalesce(target.limit_price, target.stop_price)
                        or target.stop_loss >= target.take_profit
           else target.stop_loss <= coalesce(target.limit_price, target.stop_price, target.take_profit)
             or target.take_profit >= coalesce(target.limit_price, target.stop_price)
             or target.stop_loss <= target.take_profit end
      then format('a %s has its stop loss %s and its take profit %s the price that it enters at', target.side,
                  case target.side when 'buy' then 'below' else 'above' end,
                  case target.side when 'buy' then 'above' else 'below' end)
  end;
end
$$;

comment on function wrong_terms is 'Why an order''s terms make no sense, or null.';
