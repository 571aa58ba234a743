-- Closes a maintenance window, or every one that is open. Returns those that it closed. Raises TB403 not an
-- administrator.

create function oversight.close_maintenance(window_id uuid default null)
  returns setof oversight.maintenance
  language plpgsql
  security definer
  set search_path = oversight, pg_temp
as $$
declare
  actor  constant text := identity.require_administrator();
  closed maintenance;
begin
  for closed in
    update maintenance as m
    set (closed_at, closed_by) = (clock_timestamp(), actor)
    where m.closed_at is null and m.closes_at > clock_timestamp()
      and (close_maintenance.window_id is null or m.window_id = close_maintenance.window_id)
    returning m.*
  loop
    perform append_event(null, 'maintenance_closed', jsonb_build_object('window_id', closed.window_id));
    return next closed;
  end loop;
end
$$;

comment on function oversight.close_maintenance is
  'Close a maintenance window, or every one that is open; returns what it closed. For administrators.';
select shared_data.let_only('oversight.close_maintenance', 'twinbook_admin');
