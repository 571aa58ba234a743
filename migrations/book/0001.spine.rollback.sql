-- Empties the book again: before the spine nothing stood in it.
do $$
declare
  thing text;
begin
  for thing in
    select format('table if exists %s', c.oid::regclass)
    from pg_class as c
    where c.relnamespace = current_schema()::regnamespace
      and c.relkind in ('r', 'p') and not c.relispartition
    union all
    select format('routine if exists %s', p.oid::regprocedure)
    from pg_proc as p
    where p.pronamespace = current_schema()::regnamespace
  loop
    execute format('drop %s cascade', thing);
  end loop;
  for thing in
    select format('type if exists %s', t.oid::regtype)
    from pg_type as t
    where t.typnamespace = current_schema()::regnamespace and t.typelem = 0
  loop
    execute format('drop %s cascade', thing);
  end loop;
end
$$;
