-- Trigger: a trade's status moves only as trade_transitions says. Raises TB002.

create function allow_trade_move()
  returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  if not exists (select from trade_transitions as t where (t.from_status, t.to_status) = (old.status, new.status)) then
    raise exception using
      errcode = 'TB002',
      message = format('trade %s can''t go from %s to %s', old.trade_id, old.status, new.status),
      hint    = 'select * from trade_transitions;';
  end if;
  return new;
end
$$;

comment on function allow_trade_move is 'Trigger: refuse a move that trade_transitions doesn''t have. Raises TB002.';
