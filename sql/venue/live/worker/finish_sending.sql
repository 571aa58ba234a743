-- Stores what came of sending, or of looking up what may have landed:
-- placed: the broker has it, by this id; refused: it never will; not sent: proven not to have landed, so that it may be
-- sent again; unknown: it may have landed, look it up after a while; held: nobody can tell, a person decides.
-- Raises TB400 unknown outcome, or placed without an id, TB403 the lease is over, TB404 not visible, TB422 nothing is
-- being sent, or the id is another's.

create function finish_sending(
    worker           text,
    client_id        uuid,
    outcome          text,
    message          text      default null,
    broker_order_id  text      default null,
    broker_status    text      default null,
    retry_after      interval  default '0')
  returns void
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  locked  record;
  sent    order_outbox;
  target  orders;
  is_exit boolean;
begin
  select * into locked from lock_sent(finish_sending.worker, finish_sending.client_id);
  sent    := locked.sent;
  target  := locked.target;
  is_exit := target.purpose in ('stop_loss', 'take_profit');

  if sent.state not in ('SENDING', 'HELD') then
    raise exception using
      errcode = 'TB422',
      message = format('%s isn''t being sent: it is %s', sent.client_id, sent.state);
  end if;

  case outcome
    when 'placed' then
      perform expect_own_id(sent, finish_sending.broker_order_id);

      update order_outbox as s
      set state           = 'PLACED',
          broker_order_id = finish_sending.broker_order_id,
          broker_status   = finish_sending.broker_status,
          message         = finish_sending.message,
          placed_at       = clock_timestamp(),
          not_before      = now()
      where (s.username, s.client_id) = (sent.username, sent.client_id);

      perform append_event(sent.username, sent.portfolio_id, 'order_sent', 'venue', jsonb_build_object(
        'order_id', sent.order_id, 'client_id', sent.client_id, 'broker_order_id', finish_sending.broker_order_id));

    when 'refused' then
      update order_outbox as s
      set state   = 'REFUSED',
          message = finish_sending.message,
          over_at = clock_timestamp()
      where (s.username, s.client_id) = (sent.username, sent.client_id);

      if is_exit then
        perform raise_alarm(sent.username, sent.portfolio_id, 'exit_refused', 'HIGH',
          jsonb_build_object('client_id', sent.client_id, 'message', finish_sending.message), sent.order_id);
      elsif target.status in ('PENDING', 'OPEN') then
        perform end_order(target, 'REJECTED', coalesce(finish_sending.message, 'refused by the broker'), 'venue');
      end if;

    when 'not sent' then
      if sent.state = 'HELD' then
        raise exception using
          errcode = 'TB422',
          message = format('%s is held: whether it landed, a person says', sent.client_id),
          hint    = 'resolve_order, by its user.';
      end if;

      update order_outbox as s
      set state      = 'QUEUED',
          message    = finish_sending.message,
          not_before = now() + retry_after
      where (s.username, s.client_id) = (sent.username, sent.client_id);

      if sent.is_unwanted then
        update order_outbox as s
        set state   = 'WITHDRAWN',
            over_at = clock_timestamp()
        where (s.username, s.client_id) = (sent.username, sent.client_id);

        if not is_exit and target.status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED') then
          perform end_order(target, 'CANCELED', 'it never reached the broker', 'venue');
        end if;
      end if;

    when 'unknown' then
      update order_outbox as s
      set message    = finish_sending.message,
          not_before = now() + retry_after
      where (s.username, s.client_id) = (sent.username, sent.client_id);

    when 'held' then
      update order_outbox as s
      set state      = 'HELD',
          message    = finish_sending.message,
          not_before = now() + retry_after
      where (s.username, s.client_id) = (sent.username, sent.client_id);

      if sent.state <> 'HELD' then
        perform raise_alarm(sent.username, sent.portfolio_id, 'order_held', 'CRITICAL',
          jsonb_build_object('client_id', sent.client_id, 'message', finish_sending.message), sent.order_id);
      end if;

    else
      raise exception using
        errcode = 'TB400',
        message = format('%s is no outcome of sending', outcome),
        hint    = 'placed, refused, not sent, unknown or held.';
  end case;
end
$$;

comment on function finish_sending is 'Store what came of sending. For the broker worker''s role.';
select let_only('finish_sending', 'twinbook_broker');
