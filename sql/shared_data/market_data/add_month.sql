-- Makes the partition for a month's price history, closed like its parent. Making it again does nothing.
-- Raises TB400 no month, TB403 not an administrator, TB422 the default partition holds rows of that month already.

create function shared_data.add_month(month date)
  returns text
  language plpgsql
  security definer
  set search_path = shared_data, pg_temp
as $$
declare
  starts constant date := date_trunc('month', add_month.month)::date;
  leaf   constant text := 'market_data_' || to_char(starts, 'YYYY_MM');
begin
  perform identity.require_administrator();

  if leaf is null or not isfinite(starts) then
    raise exception using
      errcode = 'TB400',
      message = 'which month?',
      hint    = 'Give any day of it, such as ''2026-12-01''.';
  end if;

  if to_regclass('shared_data.' || leaf) is null then
    execute format('create table shared_data.%I partition of shared_data.market_data for values from (%L) to (%L)',
                   leaf, starts::timestamp at time zone 'UTC', (starts + interval '1 month') at time zone 'UTC');
    execute format('comment on table shared_data.%I is %L', leaf,
                   'History stored in ' || to_char(starts, 'YYYY-MM') || '.');
    perform shared_data.close_leaf(format('shared_data.%I', leaf)::regclass);
  end if;
  return leaf;
exception
  when check_violation then
    raise exception using
      errcode = 'TB422',
      message = format('history of %s is stored already, in the default partition', to_char(starts, 'YYYY-MM')),
      hint    = 'Make partitions ahead of their month.';
end
$$;

comment on function shared_data.add_month is 'Make the partition for a month''s price history. For administrators.';
select shared_data.let_only('shared_data.add_month', 'twinbook_admin');
