-- Maintenance windows that are open.

create view oversight.maintenance_under_way
  with (security_invoker = true)
as
select null::text as book, null::text as username, m.window_id::text as key,
       format('opened by %s until %s: %s', m.opened_by, m.closes_at, m.reason) as detail
from oversight.maintenance as m
where m.closed_at is null and clock_timestamp() between m.opened_at and m.closes_at;

comment on view oversight.maintenance_under_way is
  'INFO, database, catalog: Somebody may take protections down now. '
  'Do: nothing while it lasts; once the work is done, select oversight.close_maintenance().';
select oversight.keep_check('maintenance_under_way');
