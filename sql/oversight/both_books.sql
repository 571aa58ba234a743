-- Each table of the books as one view over both, with the book beside its rows: oversight.all_orders and so on. A
-- column that only one book has, which the twins' check tells of, is left out.
do $$
declare
  twin    record;
  columns text;
begin
  for twin in
    select c.relname as name
    from pg_catalog.pg_class as c
    where c.relnamespace = 'paper_trading'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and to_regclass(format('live_trading.%I', c.relname)) is not null
    order by c.relname
  loop
    select coalesce(string_agg(', ' || quote_ident(a.attname), '' order by a.attnum), '') into columns
    from pg_catalog.pg_attribute as a
    join pg_catalog.pg_attribute as b
      on b.attrelid = format('live_trading.%I', twin.name)::regclass and b.attname = a.attname and not b.attisdropped
    where a.attrelid = format('paper_trading.%I', twin.name)::regclass and a.attnum > 0 and not a.attisdropped;

    execute format(
      'create view oversight.%1$I with (security_invoker = true) as '
      'select text ''paper'' as book%3$s from paper_trading.%2$I '
      'union all select text ''live''%3$s from live_trading.%2$I',
      'all_' || twin.name, twin.name, columns);
    execute format('comment on view oversight.%I is %L', 'all_' || twin.name, twin.name || ' of both books.');
    execute format('grant select on oversight.%I to twinbook_engine, twinbook_auditor', 'all_' || twin.name);
  end loop;
end
$$;
