-- Security events, HIGH or CRITICAL, that no administrator has acknowledged.

create view oversight.security_events_unanswered
  with (security_invoker = true)
as
select null::text as book, e.username, e.event_id::text as key,
       format('%s %s by %s at %s', e.severity, e.kind, e.actor, e.occurred_at) as detail
from oversight.security_events as e
where e.severity in ('HIGH', 'CRITICAL') and e.acknowledged_at is null;

comment on view oversight.security_events_unanswered is
  'HIGH, database, few rows: Somebody tried, more than once, what isn''t his to do. '
  'Do: find out who stands behind that login, and select oversight.acknowledge_security_event(…).';
select oversight.keep_check('security_events_unanswered');
