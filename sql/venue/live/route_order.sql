-- The live venue: an order goes to its portfolio's broker, by the outbox, and stays PENDING until the broker shows it.
-- Where there is no broker it is refused, and kept with the reason.

create function route_order(target orders, home portfolios, market shared_data.market, standing shared_data.standing)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  stored orders;
begin
  if home.broker = 'none' then
    target.status        := 'REJECTED';
    target.reject_reason := 'live trading isn''t enabled: the portfolio has no broker';
    return store_order(target);
  end if;

  stored := store_order(target);
  perform send_order(stored, home, stored.quantity,
                     case when increase_of(target, standing) > 0 then 'open' else 'close' end);
  -- What it holds may be nothing that the book knows of: whether it is there, the broker says.
  insert into balances (username, portfolio_id, currency, amount)
  values (stored.username, stored.portfolio_id, stored.hold_currency, 0)
  on conflict do nothing;

  perform rehold(stored.username, stored.portfolio_id, stored.symbol, stored.strategy);

  select o.* into stored from orders as o where (o.username, o.order_id) = (stored.username, stored.order_id);
  return stored;
end
$$;

comment on function route_order is 'Hand an order to the broker by the outbox; refused where there is none.';
