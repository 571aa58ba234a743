-- Stores the intent to send, before anything is sent: from here on it may have landed. What increases exposure and
-- has lost a yes meanwhile (a halt, the administrator's) is withdrawn instead, and what closes more than is open by
-- now makes way for less. Returns whether to send it: not what was taken back meanwhile.
-- Raises TB403 the lease is over, TB404 not visible, TB422 it isn't waiting to be sent.

create function begin_sending(worker text, client_id uuid)
  returns boolean
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  locked record;
  sent   order_outbox;
  why    text;
begin
  select * into locked from lock_sent(begin_sending.worker, begin_sending.client_id);
  sent := locked.sent;

  if sent.state = 'WITHDRAWN' then
    return false;
  end if;

  if sent.state <> 'QUEUED' then
    raise exception using
      errcode = 'TB422',
      message = format('%s isn''t waiting to be sent: it is %s', sent.client_id, sent.state);
  end if;

  why := lost_yes_of(sent);
  if why is not null then
    perform withdraw_order(locked.target, why, 'venue');
    return false;
  end if;

  if not fit_closing(locked.target, locked.home, sent) then
    return false;
  end if;

  update order_outbox as s
  set state      = 'SENDING',
      attempts   = s.attempts + 1,
      sending_at = clock_timestamp()
  where (s.username, s.client_id) = (sent.username, sent.client_id);
  return true;
end
$$;

comment on function begin_sending is
  'Store the intent to send; false where it was withdrawn instead. For the broker worker''s role.';
select let_only('begin_sending', 'twinbook_broker');
