-- A session tells which statements of its own it ran: one element each in the three arrays, schemas parted by commas.
-- It tells of the user that is set, and of nobody else. A transaction that has only read until here doesn't wait for
-- the disk: should the server crash, the log of its last moments is lost, and nothing that was acknowledged as kept.
-- Returns how many. Raises TB400 where that makes no sense.

create function shared_data.log_access(statements bytea[], kinds text[], schemas text[], mode text default null)
  returns bigint
  language plpgsql
  security definer
  set search_path = shared_data, pg_temp
as $$
declare
  logged bigint;
begin
  if pg_current_xact_id_if_assigned() is null then
    perform set_config('synchronous_commit', 'off', true);
  end if;

  insert into data_access_log (username, number, mode, schemas, kind, statement_sha256)
  select coalesce(identity.current_username(null), ''), told.number, log_access.mode,
         string_to_array(told.schemas, ','), told.kind, told.statement
  from unnest(log_access.statements, log_access.kinds, log_access.schemas) with ordinality
    as told (statement, kind, schemas, number);
  get diagnostics logged = row_count;
  return logged;
exception
  when check_violation or not_null_violation then
    raise exception using
      errcode = 'TB400',
      message = 'this is no statement that a session ran',
      detail  = sqlerrm;
end
$$;

comment on function shared_data.log_access is
  'Tell which statements of its own a session ran; the Python session does. Returns how many.';
select shared_data.let_only('shared_data.log_access', 'twinbook_paper', 'twinbook_live', 'twinbook_market_data',
                            'twinbook_broker', 'twinbook_admin', 'twinbook_auditor');
