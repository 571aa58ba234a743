-- Whether a trade's take profit is to stand at the broker, and not its stop loss: there is no stop, or the market has
-- come to its price; once it stands there, until the market has gone back half of the way to the stop.

create function is_profit_due(home portfolios, trade trades)
  returns boolean
  language plpgsql
  set search_path from current
as $$
declare
  market    shared_data.market;
  price     numeric;
  is_there  constant boolean := exists (
    select from order_outbox as s
    join orders as x using (username, order_id)
    where (x.username, x.trade_id, x.purpose) = (trade.username, trade.trade_id, 'take_profit')
      and s.state in ('QUEUED', 'SENDING', 'PLACED', 'WORKING') and not s.is_unwanted);
  threshold constant numeric := case when is_there then (trade.take_profit + trade.stop_loss) / 2
                                     else trade.take_profit end;
begin
  if trade.take_profit is null or trade.stop_loss is null then
    return trade.take_profit is not null;
  end if;

  market := market_at(home, trade.symbol);
  price  := case trade.direction when 'long' then coalesce(market.bid, market.last)
                                 else coalesce(market.ask, market.last) end;

  return case when market.source is distinct from 'quote' or price is null then is_there
              when trade.direction = 'long' then price >= threshold
              else price <= threshold end;
end
$$;

comment on function is_profit_due is 'Whether a trade''s take profit is to stand at the broker, and not its stop loss.';
