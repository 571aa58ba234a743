-- Alarms, HIGH or CRITICAL, that their user hasn't acknowledged.

create view oversight.alarms_unanswered
  with (security_invoker = true)
as
select a.book, a.username, a.alarm_id::text as key,
       format('%s %s of portfolio %s at %s', a.severity, a.kind, a.portfolio_id, a.raised_at) as detail
from oversight.all_alarms as a
where a.severity in ('HIGH', 'CRITICAL') and a.acknowledged_at is null;

comment on view oversight.alarms_unanswered is
  'WARNING, each book, few rows: Something happened in a portfolio that its user should look at, and hasn''t. '
  'Do: tell him; he acknowledges it with twinbook alarm.';
select oversight.keep_check('alarms_unanswered');
