-- A stored order that waits begins its trade with it, or may move the one that it belongs to. Returns the moves.

create function join_trade(target orders)
  returns jsonb
  language plpgsql
  set search_path from current
as $$
begin
  if exists (select from trades as t where (t.username, t.trade_id) = (target.username, target.trade_id)) then
    return move_trade(target);
  end if;

  perform enter_trade(target, target.trade_id, null, 'PENDING');
  return moves_between(null, 'PENDING');
end
$$;

comment on function join_trade is 'Let a waiting order begin its trade, or move the one that it belongs to.';
