-- The integrity checks. Each is a view in a file of its own below check/, a row for everything that is wrong: book,
-- username, key, detail. Its comment says how bad that is, what it is about, what the check costs, what a row means and
-- what to do; the list is read from these comments, so it is never out of date.

create view oversight.checks
  with (security_invoker = true)
as
select c.relname::text as check_name,
       said[1]         as severity,
       said[2]         as about,
       said[3]         as cost,
       said[4]         as means,
       said[5]         as remedy
from pg_catalog.pg_class as c
cross join lateral regexp_match(obj_description(c.oid, 'pg_class'),
  '^(INFO|WARNING|HIGH|CRITICAL), (each book|database), (catalog|few rows|whole book): (.+) Do: (.+)$') as said
where c.relnamespace = 'oversight'::regnamespace and c.relkind = 'v' and said is not null;

comment on view   oversight.checks          is 'The integrity checks that isolation_report runs.';
comment on column oversight.checks.severity is 'INFO, WARNING, HIGH or CRITICAL.';
comment on column oversight.checks.about    is 'each book, or the database as a whole.';
comment on column oversight.checks.cost     is 'What it reads: the catalog; few rows, those that are open or newest; or the whole book, as far as each portfolio.';
comment on column oversight.checks.means    is 'What a row of it means.';
comment on column oversight.checks.remedy   is 'What to do about it.';
grant select on oversight.checks to twinbook_engine, twinbook_auditor, twinbook_admin;

-- keep_check('row_security_off'): auditors may read it; administrators too, where it reads the catalog alone. Refuses
-- a view that the report couldn't run.
create function oversight.keep_check(check_name text)
  returns void
  language plpgsql
  set search_path = oversight, pg_temp
as $$
declare
  cost    constant text := (select c.cost from checks as c where c.check_name = keep_check.check_name);
  columns constant text := (
    select string_agg(a.attname || ' ' || format_type(a.atttypid, -1), ', ' order by a.attnum)
    from pg_catalog.pg_attribute as a
    where a.attrelid = format('oversight.%I', check_name)::regclass and a.attnum > 0);
begin
  if cost is null or columns <> 'book text, username text, key text, detail text' then
    raise exception using
      errcode = 'TB400',
      message = format('%s is no check', check_name),
      detail  = format('It has the columns %s.', columns),
      hint    = 'A check has book, username, key and detail, all text, and a comment such as '
                '''HIGH, each book, few rows: What it means. Do: What to do.''';
  end if;

  execute format('grant select on oversight.%I to twinbook_engine, twinbook_auditor', check_name);
  if cost = 'catalog' then
    execute format('grant select on oversight.%I to twinbook_admin', check_name);
  end if;
end
$$;
