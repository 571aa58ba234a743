-- Opens a maintenance window: until it ends, tables may be changed in ways that take protections down. Raises TB400 no
-- reason or no such duration, TB403 not an administrator.

create function oversight.open_maintenance(reason text, duration interval)
  returns oversight.maintenance
  language plpgsql
  security definer
  set search_path = oversight, pg_temp
as $$
declare
  actor  constant text := identity.require_administrator();
  at     constant timestamptz := clock_timestamp();
  opened maintenance;
begin
  insert into maintenance (reason, opened_by, opened_at, closes_at)
  values (open_maintenance.reason, actor, at, at + open_maintenance.duration)
  returning * into opened;

  perform append_event(null, 'maintenance_opened', jsonb_build_object(
    'window_id', opened.window_id, 'reason', opened.reason, 'closes_at', opened.closes_at));
  return opened;
exception
  when check_violation or not_null_violation then
    raise exception using
      errcode = 'TB400',
      message = 'why, and for how long?',
      detail  = sqlerrm,
      hint    = 'Give a reason, and a duration of a day at most, such as ''15 minutes''.';
end
$$;

comment on function oversight.open_maintenance is
  'Open a window in which tables may be changed in ways that take protections down. For administrators.';
select shared_data.let_only('oversight.open_maintenance', 'twinbook_admin');
