-- The live venue: an order goes to a broker. While no portfolio has one, every order is refused, and kept with the reason.

create function route_order(target orders, home portfolios, market shared_data.market, standing shared_data.standing)
  returns orders
  language plpgsql
  set search_path from current
as $$
begin
  target.status        := 'REJECTED';
  target.reject_reason := 'live trading isn''t enabled: the portfolio has no broker';
  return store_order(target);
end
$$;

comment on function route_order is 'Hand an order to the broker; refused while there is none.';
