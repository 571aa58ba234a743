-- What a quote still has for an order at a price, in lots: a part of the size of the side that it meets, or of the
-- volume where the last price fills it, less what this portfolio has taken from it. Null where nothing limits it. An
-- order never fills twice at one quote.

create function offered_at(home portfolios, target orders, market shared_data.market, price numeric)
  returns numeric
  language plpgsql
  set search_path from current
as $$
declare
  size  constant numeric := case
    when target.side = 'buy'  and market.ask <= price then market.ask_size
    when target.side = 'sell' and market.bid >= price then market.bid_size
    else market.volume end;
  taken numeric;
begin
  if target.filled_quantity > 0 then
    if exists (select from executions as e
               where (e.username, e.order_id, e.quote_number) = (target.username, target.order_id, market.number)) then
      return 0;
    end if;
  end if;

  if not home.partial_fills or market.source <> 'quote' or size is null then
    return null;
  end if;

  taken := (
    select coalesce(sum(e.quantity), 0)
    from executions as e
    where (e.username, e.portfolio_id, e.symbol, e.quote_number) =
          (home.username, home.portfolio_id, target.symbol, market.number)
      and e.side = target.side
      and e.available is not null);

  return greatest(floor((size * home.max_participation / 100 - taken) / market.lot) * market.lot, 0);
end
$$;

comment on function offered_at is 'What a quote still has for an order at a price; null where nothing limits it.';
