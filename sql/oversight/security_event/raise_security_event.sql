-- Stores a security event and tells the channel twinbook_alerts its id, no more: anyone may listen. Both happen when
-- the transaction commits, so what raises an error is reported in a transaction after it. Returns the event's id.
-- For functions under a verb: as the owner it takes events of the user who acts alone, as the engine anybody's.

create function oversight.raise_security_event(username text, book text, kind text, details jsonb)
  returns uuid
  language plpgsql
  set search_path = oversight, pg_temp
as $$
declare
  whose constant text := coalesce(raise_security_event.username, '');
  times bigint;
  made  uuid;
begin
  select count(*) + 1 into times
  from security_events as e
  where (e.username, e.kind) = (whose, raise_security_event.kind)
    and e.occurred_at > clock_timestamp() - interval '1 hour';

  insert into security_events (username, book, kind, severity, details)
  values (whose, raise_security_event.book, raise_security_event.kind,
          oversight.severity_of(raise_security_event.kind, times), coalesce(raise_security_event.details, '{}'))
  returning event_id into made;

  perform pg_notify('twinbook_alerts', made::text);
  return made;
end
$$;

comment on function oversight.raise_security_event is
  'Store a security event, more severe with each repetition within an hour, and alert with its id.';
select shared_data.let_only('oversight.raise_security_event', 'twinbook_engine');
