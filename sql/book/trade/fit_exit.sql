-- Fits an exit to what is open of its trade and to its price. A new price counts from the next quote on; one that is
-- triggered already keeps its trigger.

create function fit_exit(placed orders, open_quantity numeric, price numeric, from_number bigint)
  returns void
  language plpgsql
  set search_path from current
as $$
declare
  fitted orders;
begin
  if placed.filled_quantity + open_quantity = placed.quantity
    and (price = coalesce(placed.stop_price, placed.limit_price) or placed.triggered_at is not null) then
    return;
  end if;

  update orders as o
  set quantity         = o.filled_quantity + fit_exit.open_quantity,
      stop_price       = case when o.stop_price is not null and o.triggered_at is null then price else o.stop_price end,
      limit_price      = case when o.limit_price is not null then price end,
      effective_number = case when price = coalesce(o.stop_price, o.limit_price) then o.effective_number
                              else greatest(o.effective_number, from_number) end
  where (o.username, o.order_id) = (placed.username, placed.order_id)
  returning o.* into fitted;

  perform append_event(fitted.username, fitted.portfolio_id, 'exit_fitted', 'venue', order_details(fitted));
  perform await_quotes(fitted);
end
$$;

comment on function fit_exit is 'Fit an exit to what is open of its trade, and to its price.';
