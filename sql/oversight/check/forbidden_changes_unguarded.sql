-- Event triggers that should refuse forbidden changes, and are missing or off.

create view oversight.forbidden_changes_unguarded
  with (security_invoker = true)
as
select null::text as book, null::text as username, wanted.name as key,
       case when e.evtname is null then 'missing' else 'not always on' end as detail
from unnest(array['twinbook_refuses_drops', 'twinbook_notes_protections', 'twinbook_keeps_protections'])
  as wanted (name)
left join pg_catalog.pg_event_trigger as e on wanted.name = e.evtname
where e.evtname is null or e.evtenabled <> 'A';

comment on view oversight.forbidden_changes_unguarded is
  'WARNING, database, catalog: Whoever owns the tables can drop them, or switch their protections off, unasked. '
  'Do: run twinbook migrate --reload as a superuser; where there is none, rely on the other checks.';
select oversight.keep_check('forbidden_changes_unguarded');
