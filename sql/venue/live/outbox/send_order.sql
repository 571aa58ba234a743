-- Puts an order, or a part of it, into the outbox, with the order's own transaction.

create function send_order(target orders, home portfolios, quantity numeric, effect text)
  returns void
  language plpgsql
  set search_path from current
as $$
begin
  insert into order_outbox (username, portfolio_id, order_id, broker, account, side, effect, order_type, time_in_force,
                            quantity, limit_price, stop_price)
  values (target.username, target.portfolio_id, target.order_id, home.broker, home.account, target.side,
          send_order.effect, target.order_type, target.time_in_force, send_order.quantity, target.limit_price,
          target.stop_price);
end
$$;

comment on function send_order is 'Put an order, or a part of it, into the outbox.';
