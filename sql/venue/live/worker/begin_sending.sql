-- Stores the intent to send, before anything is sent: from here on it may have landed. What increases exposure and has
-- lost a yes meanwhile (a halt, the administrator's) is withdrawn instead; what closes more than an exit has left open
-- is sent anew for that much. Returns whether to send it.
-- Raises TB403 the lease is over, TB404 not visible, TB422 it isn't waiting to be sent.

create function begin_sending(worker text, client_id uuid)
  returns boolean
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  locked    record;
  sent      order_outbox;
  why       text;
  left_open numeric;
begin
  select * into locked from lock_sent(begin_sending.worker, begin_sending.client_id);
  sent := locked.sent;

  if sent.state <> 'QUEUED' then
    raise exception using
      errcode = 'TB422',
      message = format('%s isn''t waiting to be sent: it is %s', sent.client_id, sent.state);
  end if;

  if sent.effect = 'open' then
    select case when s.halted_at is not null then 'live trading was halted: ' || s.halted_because
                when not m.is_live_allowed   then 'no administrator allows you to trade live any more'
                when not b.is_active         then 'the account was made inactive' end
    into why
    from oversight.live_switch as s
    cross join identity.modes as m
    join identity.broker_accounts as b using (username)
    where (b.username, b.broker, b.account) = (sent.username, sent.broker, sent.account);
  end if;

  if why is not null then
    perform withdraw_order(locked.target, why, 'venue');
    return false;
  end if;

  select t.open_quantity into left_open
  from trades as t
  where (t.username, t.trade_id) = (sent.username, (locked.target).trade_id)
    and (locked.target).purpose = 'close';

  if sent.quantity > left_open and left_open > 0 then
    perform shrink_closing(locked.home, locked.target, sent, left_open);
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
