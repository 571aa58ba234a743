-- Event trigger: refuses what took a protection down that stood before the statement: row level security switched off
-- or no longer forced, a trigger disabled; and a policy made or altered. Raises TB403. It runs as whoever alters
-- anything in this database, so it asks for nothing of ours before it knows that ours is meant.

create function oversight.keep_protections()
  returns event_trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  lost text := (
    select c.command_tag || ' ' || c.object_identity
    from pg_event_trigger_ddl_commands() as c
    join pg_policy as p on p.oid = c.objid
    join pg_class as r on r.oid = p.polrelid
    join pg_namespace as n on n.oid = r.relnamespace
    where c.classid = 'pg_policy'::regclass
      and n.nspowner = to_regrole('twinbook_owner') and n.nspname <> 'twinbook_history'
    limit 1);
begin
  if lost is null and tg_tag = 'ALTER TABLE' then
    lost := (
      select case noted.kind when 'trigger' then format('disabling %s on %s', t.tgname, t.tgrelid::regclass)
                             else format('row level security not %s on %s', noted.kind, r.oid::regclass) end
      from string_to_table(current_setting('oversight.protections', true), ',') as line
      cross join lateral (select split_part(line, ' ', 1), split_part(line, ' ', 2)::oid) as noted (kind, oid)
      left join pg_class as r on noted.kind <> 'trigger' and r.oid = noted.oid
      left join pg_trigger as t on noted.kind = 'trigger' and t.oid = noted.oid
      where (noted.kind = 'enabled' and not r.relrowsecurity)
         or (noted.kind = 'forced' and not r.relforcerowsecurity)
         or (noted.kind = 'trigger' and t.tgenabled in ('D', 'R')) -- one that was dropped is refuse_drops' matter
      limit 1);
  end if;

  if lost is not null then
    perform oversight.require_maintenance(lost);
  end if;
end
$$;

comment on function oversight.keep_protections is
  'Event trigger that refuses to switch protections off outside a maintenance window. Raises TB403.';
