-- What closes leaves with no more than is open by now, less what is being closed at the broker already: an exit may
-- have filled since. A smaller piece takes its place, and the rest ends with that; with nothing open it ends at
-- once. A trade's closing isn't kept by its user's own orders that reduce. Returns whether it may leave as it is.

create function fit_closing(target orders, home portfolios, sent order_outbox)
  returns boolean
  language plpgsql
  set search_path from current
as $$
declare
  open constant numeric := coalesce((
    select case target.side when 'sell' then s.quantity else -s.quantity end
    from positions as s
    where (s.username, s.portfolio_id, s.symbol, s.strategy) =
          (target.username, target.portfolio_id, target.symbol, target.strategy)), 0)
    - coalesce((
    select sum(s.quantity - s.filled_quantity)
    from order_outbox as s
    join orders as o using (username, order_id)
    where (o.username, o.portfolio_id, o.symbol, o.strategy, o.side) =
          (target.username, target.portfolio_id, target.symbol, target.strategy, target.side)
      and o.purpose in ('close', target.purpose)
      and s.effect = 'close'
      and not s.is_unwanted
      and s.state in ('SENDING', 'PLACED', 'WORKING', 'HELD')), 0);
begin
  if sent.effect <> 'close' or target.purpose not in ('trade', 'close') or sent.quantity <= open then
    return true;
  end if;

  if open <= 0 then
    perform withdraw_order(target, 'nothing is left to close', 'venue');
    return false;
  end if;

  update order_outbox as s
  set state   = 'WITHDRAWN',
      message = 'less is open by now',
      over_at = clock_timestamp()
  where (s.username, s.client_id) = (sent.username, sent.client_id);

  perform send_order(target, home, trim_scale(open), 'close');
  return false;
end
$$;

comment on function fit_closing is 'Let what closes leave with no more than is open by now; whether it may as it is.';
