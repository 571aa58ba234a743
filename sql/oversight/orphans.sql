-- Rows without what they refer to, by every foreign key that the books have. Only with triggers off can there be any.
-- Sees what its caller may see.

create function oversight.orphans()
  returns table (book text, username text, key text, detail text)
  language plpgsql stable
  set search_path = pg_catalog, pg_temp
as $$
declare
  reference record;
begin
  for reference in
    select mine.name as child, parent.name as parent, mine.book, k.conname as name,
           string_agg(format('c.%I = p.%I', a.attname, b.attname), ' and ' order by part.number) as joined,
           string_agg(format('c.%I is not null', a.attname), ' and ' order by part.number)       as complete,
           string_agg(format('c.%I', a.attname), ', ' order by part.number)                      as columns
    from pg_constraint as k
    join oversight.our_relations as mine   on mine.oid = k.conrelid and mine.book is not null and not mine.is_leaf
    join oversight.our_relations as parent on parent.oid = k.confrelid
    cross join lateral unnest(k.conkey, k.confkey) with ordinality as part (of_child, of_parent, number)
    join pg_attribute as a on (a.attrelid, a.attnum) = (k.conrelid, part.of_child)
    join pg_attribute as b on (b.attrelid, b.attnum) = (k.confrelid, part.of_parent)
    where k.contype = 'f'
    group by mine.name, parent.name, mine.book, k.conname
  loop
    book   := reference.book;
    detail := format('of %s, not in %s', reference.child, reference.parent);
    for username, key in
      execute format(
        'select c.username::text, concat_ws('' '', %s) from %s as c '
        'where %s and not exists (select from %s as p where %s)',
        reference.columns, reference.child, reference.complete, reference.parent, reference.joined)
    loop
      return next;
    end loop;
  end loop;
end
$$;

comment on function oversight.orphans is 'Rows of the books without what they refer to, by every foreign key.';
grant execute on function oversight.orphans to twinbook_engine, twinbook_auditor;
