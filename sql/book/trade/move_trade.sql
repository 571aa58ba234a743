-- Brings a trade to the status that its orders now give it, where no fill did: it waits, it is being closed, or it is
-- over without a fill. Returns its moves for the event that tells why; null where it stays.

create function move_trade(target orders, reason text default null, ended_at timestamptz default null)
  returns jsonb
  language plpgsql
  set search_path from current
as $$
declare
  trade  trades;
  is_now text;
begin
  select t.* into trade from trades as t where (t.username, t.trade_id) = (target.username, target.trade_id);

  if trade.closed_at is not null or not found then
    return null;
  end if;

  is_now := status_after(target, trade.trade_id, trade.direction, trade.status, trade.entry_quantity > 0,
                         trade.open_quantity);
  if is_now = trade.status then
    return null;
  end if;

  update trades as t
  set status      = is_now,
      closed_at   = case is_now when 'CANCELED' then coalesce(ended_at, business_time(target.feed_owner, target.feed)) end,
      exit_reason = case is_now when 'CANCELED' then coalesce(reason, 'canceled') end
  where (t.username, t.trade_id) = (target.username, target.trade_id);

  return moves_between(trade.status, is_now);
end
$$;

comment on function move_trade is 'Bring a trade to the status that its orders give it.';
