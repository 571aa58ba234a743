-- Trigger: a state moves only as outbox_transitions says. Raises TB002.

create function allow_outbox_move()
  returns trigger
  language plpgsql
  set search_path from current
as $$
begin
  if not exists (select from outbox_transitions as t where (t.from_state, t.to_state) = (old.state, new.state)) then
    raise exception using
      errcode = 'TB002',
      message = format('what is sent as %s can''t go from %s to %s', old.client_id, old.state, new.state),
      hint    = 'select * from outbox_transitions;';
  end if;
  return new;
end
$$;

comment on function allow_outbox_move is 'Trigger: refuse a move that outbox_transitions doesn''t have. Raises TB002.';
