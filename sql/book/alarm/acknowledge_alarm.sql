-- Says that its user has seen an alarm. Raises TB401 no user, TB404 not visible, TB422 acknowledged already.

create function acknowledge_alarm(alarm_id uuid)
  returns alarms
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  me   constant text := acting_user(must_be_active => false);
  seen alarms;
begin
  select a.* into seen from alarms as a where (a.username, a.alarm_id) = (me, acknowledge_alarm.alarm_id) for update;

  if not found then
    raise exception using
      errcode = 'TB404',
      message = format('alarm %s does not exist', acknowledge_alarm.alarm_id),
      hint    = 'select alarm_id, kind, severity from alarms where acknowledged_at is null;';
  end if;

  if seen.acknowledged_at is not null then
    raise exception using
      errcode = 'TB422',
      message = format('alarm %s was acknowledged already', seen.alarm_id);
  end if;

  update alarms as a
  set acknowledged_at = now(),
      acknowledged_by = me
  where (a.username, a.alarm_id) = (me, seen.alarm_id)
  returning a.* into seen;
  return seen;
end
$$;

comment on function acknowledge_alarm is 'Say that one has seen an alarm.';
select let_traders('acknowledge_alarm');
