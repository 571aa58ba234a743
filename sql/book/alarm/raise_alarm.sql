-- Raises an alarm, and tells whoever listens that there is one: the payload is its id and says nothing to others.
-- The caller holds the portfolio's lock.

create function raise_alarm(
    username      text,
    portfolio_id  uuid,
    kind          text,
    severity      text,
    details       jsonb  default '{}',
    order_id      text   default null)
  returns void
  language plpgsql
  set search_path from current
as $$
declare
  raised uuid;
begin
  insert into alarms (username, portfolio_id, kind, severity, order_id, details)
  values (raise_alarm.username, raise_alarm.portfolio_id, raise_alarm.kind, raise_alarm.severity,
          raise_alarm.order_id, raise_alarm.details)
  returning alarm_id into raised;

  perform append_event(raise_alarm.username, raise_alarm.portfolio_id, 'alarm_raised', 'venue',
    jsonb_strip_nulls(jsonb_build_object('alarm_id', raised, 'kind', raise_alarm.kind,
                                         'severity', raise_alarm.severity, 'order_id', raise_alarm.order_id))
    || raise_alarm.details);
  perform pg_notify('twinbook_alerts', raised::text);
end
$$;

comment on function raise_alarm is 'Raise an alarm in a locked portfolio, and notify by its id.';
