-- A part of an exit is not wanted any more: it isn't sent, or is canceled at the broker.

create function give_up(piece order_outbox)
  returns void
  language plpgsql
  set search_path from current
as $$
begin
  update order_outbox as s
  set state       = case s.state when 'QUEUED' then 'WITHDRAWN' else s.state end,
      over_at     = case s.state when 'QUEUED' then clock_timestamp() end,
      is_unwanted = true,
      not_before  = now()
  where (s.username, s.client_id) = (piece.username, piece.client_id);
end
$$;

comment on function give_up is 'A part of an exit is not wanted any more.';
