-- Every integrity check at once, a row a check and book. One that can't look says why, and hasn't passed; one that is
-- gone since the code was loaded hasn't either. quick leaves out those that read a whole book. Raises TB403 not an
-- administrator.

create function oversight.isolation_report(quick boolean default false)
  returns table (check_name text, book text, severity text, passed boolean, found bigint, detail text)
  language plpgsql stable
  security definer
  set search_path = oversight, pg_temp
  set lock_timeout = '1s'
as $$
declare
  held record;
begin
  perform identity.require_administrator();

  for held in
    select c.check_name, c.severity, case c.about when 'each book' then array['paper', 'live'] else array[null] end as books
    from checks as c
    where not quick or c.cost <> 'whole book'
    order by array_position(array['CRITICAL', 'HIGH', 'WARNING', 'INFO'], c.severity), c.check_name
  loop
    begin
      return query execute format(
        'with wrong as materialized (select * from oversight.%1$I) '
        'select %1$L::text, b.book, %2$L::text, count(w.key) = 0, count(w.key), '
        '       string_agg(concat_ws('' '', w.username, w.key) || '': '' || w.detail, ''; '' '
        '                  order by w.username, w.key) filter (where w.number <= 3) '
        '         || case when count(w.key) > 3 then format(''; and %%s more'', count(w.key) - 3) else '''' end '
        'from unnest($1) as b (book) '
        'left join lateral (select v.*, row_number() over (order by v.username, v.key) as number '
        '                   from wrong as v where b.book is null or coalesce(v.book, b.book) = b.book) as w on true '
        'group by b.book order by b.book desc', held.check_name, held.severity)
      using held.books;
    exception
      -- Somebody holds a lock: that is no finding. Anything else is one, or to break a check would be to pass it.
      when lock_not_available then
        return query
          select held.check_name, b.book, 'WARNING', false, null::bigint, 'could not look: ' || sqlerrm
          from unnest(held.books) as b (book);
      when others then
        return query
          select held.check_name, b.book, held.severity, false, null::bigint, 'could not look: ' || sqlerrm
          from unnest(held.books) as b (book);
    end;
  end loop;

  return query
    select split_part(c.name, '.', 2), null::text, 'CRITICAL', false, null::bigint, 'the check, or a view that it reads, is gone'
    from loaded_code as c
    where c.kind = 'view' and c.name like 'oversight.%' and to_regclass(c.name) is null;
end
$$;

comment on function oversight.isolation_report is
  'Every integrity check, a row a check and book: severity, whether it passed, how much was found, and the first of it. '
  'For auditors and administrators.';
select shared_data.let_only('oversight.isolation_report', 'twinbook_auditor', 'twinbook_admin');
