-- Matches one resting order with one quote: expires it, triggers it, fills it, or leaves it.

create function match_order(home portfolios, target orders, market shared_data.market)
  returns void
  language plpgsql
  set search_path from current
as $$
declare
  trigger_price numeric;
  price         numeric;
begin
  if target.expires_at <= market.quoted_at then
    perform end_order(target, 'EXPIRED', 'end of day', 'venue');
    return;
  end if;

  if market.bid > market.ask then
    return;
  end if;

  if target.works_as = 'stop' then
    trigger_price := coalesce(case when market.stop_trigger = 'last' then market.last end,
                              case target.side when 'buy' then market.ask else market.bid end);

    if (case target.side when 'buy' then trigger_price >= target.stop_price else trigger_price <= target.stop_price end) is not true then
      return;
    end if;

    target := trigger_order(target, market);
  end if;

  price := fill_price_of(home, target, market);

  if price is null and target.time_in_force in ('IOC', 'FOK') then
    perform end_order(target, 'CANCELED', 'could not be filled at once', 'venue');
  elsif price is null and target.works_as = 'limit' and not target.is_resting then
    update orders as o set is_resting = true where (o.username, o.order_id) = (target.username, target.order_id);
  elsif price is not null and lacks_funds(home, target, market, price) then
    perform end_order(target, 'CANCELED', 'insufficient funds at the fill', 'venue');
  elsif price is not null then
    perform fill_order(home, target, market, price);
  end if;
end
$$;

comment on function match_order is 'Match one resting order with one quote.';
