-- Makes an order that closes a trade as small as what an exit has left of it; it hasn't left yet, so that it is queued
-- anew.

create function shrink_closing(home portfolios, target orders, sent order_outbox, left_open numeric)
  returns void
  language plpgsql
  set search_path from current
as $$
begin
  update order_outbox as s
  set state   = 'WITHDRAWN',
      message = 'an exit has filled a part of it',
      over_at = clock_timestamp()
  where (s.username, s.client_id) = (sent.username, sent.client_id);

  target.quantity := trim_scale(target.filled_quantity + left_open);
  target := apply_terms(target, 'venue');
  perform send_order(target, home, left_open, sent.effect);
  perform rehold(target.username, target.portfolio_id, target.symbol, target.strategy);
end
$$;

comment on function shrink_closing is 'Make an order that closes a trade as small as what an exit has left of it.';
