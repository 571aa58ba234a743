-- The status that a trade has with so much open of it, and its orders as they stand. Nothing entered, nothing open of
-- it means that it waits, or is over; once it was entered, scaling in doesn't make it PARTIALLY_FILLED again.

create function status_after(
    target         orders,
    trade_id       text,
    direction      text,
    was            text,
    is_entered     boolean,
    open_quantity  numeric)
  returns text
  language plpgsql
  set search_path from current
as $$
declare
  enters constant text := case direction when 'long' then 'buy' else 'sell' end;
  orders record;
begin
  if is_entered and open_quantity = 0 then
    return 'CLOSED';
  end if;

  select bool_or(o.side = enters) as are_entering,
         bool_or(o.side = enters and o.filled_quantity > 0) as are_partly_in,
         bool_or(o.side <> enters and (o.purpose in ('trade', 'close') or o.filled_quantity > 0
                                       or o.triggered_at is not null)) as are_exiting
  into orders
  from orders as o
  where o.username = target.username
    and (o.portfolio_id, o.symbol, o.strategy) = (target.portfolio_id, target.symbol, target.strategy)
    and o.status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED')
    and o.trade_id = status_after.trade_id;

  return case
    when not is_entered then case when orders.are_entering then 'PENDING' else 'CANCELED' end
    when orders.are_exiting then 'CLOSING'
    when orders.are_partly_in and coalesce(was, 'PENDING') in ('PENDING', 'PARTIALLY_FILLED') then 'PARTIALLY_FILLED'
    else 'OPEN'
  end;
end
$$;

comment on function status_after is 'The status of a trade, from what is open of it and from its orders.';
