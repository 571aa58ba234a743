-- Stores the intent to send a replacement. Returns whether to send it: not where it was given up meanwhile, nor
-- where it would increase exposure and has lost a yes; then the order stays as it was.
-- Raises TB403 the lease is over, TB404 not visible.

create function begin_change(worker text, client_id uuid)
  returns boolean
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  locked record;
  why    text;
begin
  select * into locked from lock_sent(begin_change.worker, begin_change.client_id);

  if (locked.sent).is_unwanted or (locked.sent).change_state is distinct from 'ASKED' then
    return false;
  end if;

  why := lost_yes_of(locked.sent);

  if why is not null then
    perform drop_change(locked.target, locked.sent, why);
    return false;
  end if;

  update order_outbox as s
  set change_state = 'SENT',
      sending_at   = clock_timestamp()
  where (s.username, s.client_id) = ((locked.sent).username, begin_change.client_id);
  return true;
end
$$;

comment on function begin_change is 'Store the intent to send a replacement. For the broker worker''s role.';
select let_only('begin_change', 'twinbook_broker');
