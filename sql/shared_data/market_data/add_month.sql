-- Makes the partitions for a month's price history, snapshots and data access log, closed like their parents. Making
-- them again does nothing.
-- Raises TB400 no month, TB403 not an administrator, TB422 a default partition holds rows of that month already.

create function shared_data.add_month(month date)
  returns text
  language plpgsql
  security definer
  set search_path = shared_data, pg_temp
as $$
declare
  starts constant date := date_trunc('month', add_month.month)::date;
  suffix constant text := to_char(starts, 'YYYY_MM');
  parent record;
  leaf   text;
  made   integer := 0;
begin
  perform identity.require_administrator();

  if suffix is null or not isfinite(starts) then
    raise exception using
      errcode = 'TB400',
      message = 'which month?',
      hint    = 'Give any day of it, such as ''2026-12-01''.';
  end if;

  for parent in
    select c.relnamespace::regnamespace::text as home, c.relname as name
    from pg_catalog.pg_class as c
    where c.relkind = 'p'
      and c.relnamespace::regnamespace::text in ('shared_data', 'paper_trading', 'live_trading')
    order by home desc, name
  loop
    leaf := format('%I.%I', parent.home, parent.name || '_' || suffix);

    if to_regclass(leaf) is null then
      execute format('create table %s partition of %I.%I for values from (%L) to (%L)', leaf, parent.home, parent.name,
                     starts::timestamp at time zone 'UTC', (starts + interval '1 month') at time zone 'UTC');
      execute format('comment on table %s is %L', leaf, 'Rows stored in ' || to_char(starts, 'YYYY-MM') || '.');
      perform shared_data.close_leaf(leaf::regclass);
      made := made + 1;
    end if;
  end loop;

  if made > 0 then
    perform oversight.append_event(null, 'month_added', jsonb_build_object(
      'month', to_char(starts, 'YYYY-MM'), 'partitions', made::text));
  end if;

  return to_char(starts, 'YYYY-MM');
exception
  when check_violation then
    raise exception using
      errcode = 'TB422',
      message = format('rows of %s are stored already, in a default partition', to_char(starts, 'YYYY-MM')),
      hint    = 'Make partitions ahead of their month.';
end
$$;

comment on function shared_data.add_month is
  'Make the partitions for a month''s price history, snapshots and data access log; returns the month. '
  'For administrators.';
select shared_data.let_only('shared_data.add_month', 'twinbook_admin');
