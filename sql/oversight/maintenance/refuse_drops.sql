-- Event trigger: refuses to drop a table, column, constraint, trigger or policy of Twinbook's. Raises TB403. It runs as
-- whoever drops anything in this database, so it asks for nothing of ours before it knows that ours is meant.

create function oversight.refuse_drops()
  returns event_trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  lost text := (
    select o.object_type || ' ' || o.object_identity
    from pg_event_trigger_dropped_objects() as o
    where o.object_type in ('schema', 'table', 'table column', 'table constraint', 'domain constraint', 'trigger',
                            'policy')
      -- The schema may be gone as well: hence by name.
      and split_part(o.address_names[1], '.', 1) in ('identity', 'shared_data', 'paper_trading', 'live_trading',
                                                     'prop_firm', 'oversight')
    order by o.original desc
    limit 1);
begin
  if lost is not null then
    perform oversight.require_maintenance('dropping ' || lost);
  end if;
end
$$;

comment on function oversight.refuse_drops is
  'Event trigger that refuses to drop what is Twinbook''s, outside a maintenance window. Raises TB403.';
