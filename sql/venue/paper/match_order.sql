-- Matches one resting order with one quote: triggers it, fills it as far as the quote has it and it can be paid, or
-- leaves it. The order is read as it stands now, since an order before it may have changed what it holds, or ended it.

create function match_order(home portfolios, order_id text, market shared_data.market)
  returns void
  language plpgsql
  set search_path from current
as $$
declare
  target        orders;
  standing      shared_data.standing;
  trigger_price numeric;
  price         numeric;
  offered       numeric;
  fillable      numeric;
  paid          numeric;
begin
  select o.* into target from orders as o where (o.username, o.order_id) = (home.username, match_order.order_id);

  if market.bid > market.ask or market.expires_at <= market.quoted_at or target.status not in ('OPEN', 'PARTIALLY_FILLED') then
    return;
  end if;

  if target.works_as = 'stop' then
    trigger_price := coalesce(case when market.stop_trigger = 'last' then market.last end,
                              case target.side when 'buy' then market.ask else market.bid end);

    if (case target.side when 'buy' then trigger_price >= target.stop_price
                                    else trigger_price <= target.stop_price end) is not true then
      return;
    end if;

    target := trigger_order(target, market);
  end if;

  price := fill_price_of(home, target, market);

  if price is not null then
    standing := standing_of(target);
    offered  := offered_at(home, target, market, price);
    fillable := fillable_of(target, standing, offered);
    paid     := case when fillable > 0 then payable_of(home, target, market, standing, price, fillable) end;
  end if;

  if paid > 0 then
    target := fill_order(home, target, market, standing, price, paid, offered);
  end if;

  if target.status not in ('OPEN', 'PARTIALLY_FILLED') then
    return;
  end if;

  if paid < fillable then
    perform end_order(target, 'CANCELED', case when target.side = 'buy' or home.allow_short or target.base_currency <> ''
                                               then 'insufficient funds at the fill'
                                               else 'short selling is not allowed' end, 'venue', market.quoted_at);
  elsif target.time_in_force in ('IOC', 'FOK') then
    perform end_order(target, 'CANCELED', 'could not be filled at once', 'venue', market.quoted_at);
  elsif target.works_as = 'limit' and not target.is_resting and fillable is distinct from 0 then
    update orders as o set is_resting = true where (o.username, o.order_id) = (target.username, target.order_id);
  end if;
end
$$;

comment on function match_order is 'Match one resting order with one quote.';
