-- The live venue: an order goes to a broker. While no portfolio has one, every order is refused, and kept with
-- the reason. Raises TB422 for one that is being replaced.

create function route_order(target orders, home portfolios, market shared_data.market, standing shared_data.standing)
  returns orders
  language plpgsql
  set search_path from current
as $$
begin
  if target.created_at is not null then
    raise exception using
      errcode = 'TB422',
      message = format('order %s stays as it was: live trading isn''t enabled', target.order_id),
      hint    = 'The portfolio has no broker.';
  end if;

  target.status        := 'REJECTED';
  target.reject_reason := 'live trading isn''t enabled: the portfolio has no broker';
  return store_order(target);
end
$$;

comment on function route_order is 'Hand an order to the broker; refused while there is none.';
