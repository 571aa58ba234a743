-- An administrator says what he found out about an event: once, and for ever.
-- Raises TB400 nothing was said, TB403 not an administrator, TB404 no such event, TB422 acknowledged already.

create function oversight.acknowledge_security_event(event_id uuid, finding text)
  returns oversight.security_events
  language plpgsql
  security definer
  set search_path = oversight, pg_temp
as $$
declare
  administrator constant text := identity.require_administrator();
  seen security_events;
begin
  if coalesce(btrim(finding), '') = '' then
    raise exception using
      errcode = 'TB400',
      message = 'an acknowledgement says what was found';
  end if;

  select e.* into seen from security_events as e where e.event_id = acknowledge_security_event.event_id for update;

  if not found then
    raise exception using
      errcode = 'TB404',
      message = format('there is no security event %s', coalesce(event_id::text, '(null)'));
  elsif seen.acknowledged_at is not null then
    raise exception using
      errcode = 'TB422',
      message = format('security event %s is acknowledged', seen.event_id),
      detail  = format('By %s.', seen.acknowledged_by);
  end if;

  update security_events as e
  set acknowledged_at = now(), acknowledged_by = administrator, acknowledgement = btrim(finding)
  where (e.username, e.event_id) = (seen.username, seen.event_id)
  returning e.* into seen;

  perform append_event(nullif(seen.username, ''), 'security_event_acknowledged',
                       jsonb_build_object('event_id', seen.event_id, 'finding', seen.acknowledgement));
  return seen;
end
$$;

comment on function oversight.acknowledge_security_event is
  'Say what was found out about a security event. For administrators.';
select shared_data.let_only('oversight.acknowledge_security_event', 'twinbook_admin');
