-- Settles a replacement that was sent: it took effect once the broker shows the new terms, or another order in the
-- old one's place; it came to nothing once the order is over without them, or still shows the old ones a minute later.
-- Where as much as the new quantity has filled
-- already, the order keeps its own, and ends short of it.

create function settle_change(
    home         portfolios,
    target       orders,
    sent         order_outbox,
    quantity     numeric,
    limit_price  numeric,
    stop_price   numeric,
    is_over      boolean,
    is_another   boolean)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  was_taken constant boolean := is_another
    or coalesce(settle_change.quantity, sent.quantity) = coalesce(sent.new_quantity, sent.quantity)
    and coalesce(settle_change.limit_price, sent.limit_price)
        is not distinct from coalesce(sent.new_limit_price, sent.limit_price)
    and coalesce(settle_change.stop_price, sent.stop_price)
        is not distinct from coalesce(sent.new_stop_price, sent.stop_price);
begin
  if not was_taken and not is_over and sent.sending_at > clock_timestamp() - interval '1 minute' then
    return target;
  end if;

  if not was_taken then
    return drop_change(target, sent, 'the broker kept the old terms');
  end if;

  update order_outbox as s
  set quantity    = coalesce(s.new_quantity, s.quantity),
      limit_price = coalesce(s.new_limit_price, s.limit_price),
      stop_price  = coalesce(s.new_stop_price, s.stop_price),
      (change_state, new_quantity, new_limit_price, new_stop_price) = (null, null, null, null)
  where (s.username, s.client_id) = (sent.username, sent.client_id);

  target.quantity    := case when sent.new_quantity > target.filled_quantity then sent.new_quantity
                             else target.quantity end;
  target.limit_price := coalesce(sent.new_limit_price, target.limit_price);
  target.stop_price  := coalesce(sent.new_stop_price, target.stop_price);
  target := apply_terms(set_hold(home, target, market_at(home, target.symbol)));
  perform rehold(target.username, target.portfolio_id, target.symbol, target.strategy);

  select o.* into target from orders as o where (o.username, o.order_id) = (target.username, target.order_id);
  return target;
end
$$;

comment on function settle_change is 'Settle a replacement that was sent, by the terms that the broker shows.';
