-- Empties the book again: before the spine nothing stood in it.
do $$
declare
  thing text;
begin
  -- Named before the first goes, since some go with another.
  foreach thing in array array(
    select format('table if exists %s', c.oid::regclass)
    from pg_class as c
    where c.relnamespace = current_schema()::regnamespace
      and c.relkind in ('r', 'p') and not c.relispartition
    union all
    select format('routine if exists %s', p.oid::regprocedure)
    from pg_proc as p
    where p.pronamespace = current_schema()::regnamespace
    union all
    select format('type if exists %s', t.oid::regtype)
    from pg_type as t
    left join pg_class as c on c.oid = t.typrelid
    where t.typnamespace = current_schema()::regnamespace
      and (t.typtype in ('d', 'e', 'r') or c.relkind = 'c')
  )
  loop
    execute format('drop %s cascade', thing);
  end loop;
end
$$;
