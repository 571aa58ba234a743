-- TEMP and CREATE are closed to PUBLIC: a temporary table could stand in front of a name. Privileges of the database
-- itself don't travel with a dump or a clone, so each load says them again.
do $$
begin
  execute format('revoke create, temporary on database %I from public', current_database());
end
$$;

-- Postgres gives everybody advisory locks and large objects: a lock that another's program waits for, a full disk.
-- Nothing of ours needs them. Only a superuser can take them back; where none did, twinbook doctor says so.
do $$
declare
  open_to_all record;
begin
  if current_setting('is_superuser') = 'on' then
    for open_to_all in
      select p.oid::regprocedure as name
      from pg_catalog.pg_proc as p, pg_catalog.aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
      where p.pronamespace = 'pg_catalog'::regnamespace
        and (p.proname ~ '^pg_(try_)?advisory_' or p.proname in ('lo_creat', 'lo_create', 'lo_from_bytea'))
        and a.grantee = 0
    loop
      execute format('revoke execute on function %s from public', open_to_all.name);
    end loop;
  end if;
end
$$;
