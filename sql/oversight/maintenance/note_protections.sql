-- Event trigger: before a table is altered, notes which protections of ours stand: row level security, on and forced,
-- and every trigger that is enabled. keep_protections compares. It runs as whoever alters any table in this database,
-- so it reads nothing but the catalog.

create function oversight.note_protections()
  returns event_trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  perform set_config('oversight.protections', coalesce((
    with ours as (
      select c.oid, c.relrowsecurity, c.relforcerowsecurity
      from pg_class as c
      join pg_namespace as n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p')
        and n.nspowner = to_regrole('twinbook_owner') and n.nspname <> 'twinbook_history'
    )
    select string_agg(stands.kind || ' ' || stands.oid, ',')
    from (
      select 'enabled' as kind, o.oid from ours as o where o.relrowsecurity
      union all
      select 'forced', o.oid from ours as o where o.relforcerowsecurity
      union all
      select 'trigger', t.oid from pg_trigger as t join ours as o on o.oid = t.tgrelid where t.tgenabled in ('O', 'A')
    ) as stands), ''), true);
end
$$;

comment on function oversight.note_protections is
  'Event trigger that notes which protections stand before a table is altered.';
