-- Optimistic locking: what is about to be edited must still be what its user read. Raises TB409.

create function shared_data.expect_version(what text, present integer, expected integer)
  returns void
  language plpgsql immutable
  set search_path = pg_catalog, pg_temp
as $$
begin
  if expected is distinct from present then
    raise exception using
      errcode = 'TB409',
      message = format('%s has changed', what),
      detail  = format('expected version %s, found %s', coalesce(expected::text, 'none'), present),
      hint    = 'Read it again, then decide again.';
  end if;
end
$$;

comment on function shared_data.expect_version is 'Refuse an edit of what has changed meanwhile. Raises TB409.';
select shared_data.let_only('shared_data.expect_version', 'twinbook_engine');
