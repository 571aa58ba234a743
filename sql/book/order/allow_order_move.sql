-- Trigger: a status moves only as order_transitions says. Raises TB002.

create function allow_order_move()
  returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  if not exists (select from order_transitions as t where (t.from_status, t.to_status) = (old.status, new.status)) then
    raise exception using
      errcode = 'TB002',
      message = format('order %s can''t go from %s to %s', old.order_id, old.status, new.status),
      hint    = 'select * from order_transitions;';
  end if;
  return new;
end
$$;

comment on function allow_order_move is 'Trigger: refuse a move that order_transitions doesn''t have. Raises TB002.';
