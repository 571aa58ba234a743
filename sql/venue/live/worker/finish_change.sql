-- Stores what came of sending a replacement: taken, refused, or not sent. That it was taken doesn't mean that it took
-- effect, nor that the id given stays: reading shows both.
-- Raises TB400 unknown outcome, TB403 the lease is over, TB404 not visible.

create function finish_change(
    worker     text,
    client_id  uuid,
    outcome    text,
    message    text  default null)
  returns void
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  locked record;
begin
  select * into locked from lock_sent(finish_change.worker, finish_change.client_id);

  if (locked.sent).change_state is distinct from 'SENT' then
    return;
  end if;

  case outcome
    when 'taken' then
      update order_outbox as s
      set not_before = now()
      where (s.username, s.client_id) = ((locked.sent).username, finish_change.client_id);
    when 'refused' then
      perform drop_change(locked.target, locked.sent, coalesce(finish_change.message, 'refused by the broker'));
    when 'not sent' then
      update order_outbox as s
      set change_state = 'ASKED',
          message      = finish_change.message,
          not_before   = now() + interval '2 seconds'
      where (s.username, s.client_id) = ((locked.sent).username, finish_change.client_id);
    else
      raise exception using
        errcode = 'TB400',
        message = format('%s is no outcome of a replacement', outcome),
        hint    = 'taken, refused or not sent; of one that may have been taken, reading tells.';
  end case;
end
$$;

comment on function finish_change is 'Store what came of sending a replacement. For the broker worker''s role.';
select let_only('finish_change', 'twinbook_broker');
