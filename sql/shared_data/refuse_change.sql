-- Trigger: refuses what reaches it. The argument is the law it enforces, shown to the caller. Raises TB001.

create function shared_data.refuse_change()
  returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using
    errcode = 'TB001',
    message = format('%s on %I.%I refused', lower(tg_op), tg_table_schema, tg_table_name),
    detail  = tg_argv[0],
    hint    = 'Facts are corrected by new facts, never by changing old ones.',
    schema  = tg_table_schema,
    table   = tg_table_name;
end
$$;

comment on function shared_data.refuse_change is 'Trigger that refuses a change and names the law. Raises TB001.';
