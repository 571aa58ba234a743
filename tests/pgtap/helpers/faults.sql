-- What an auditor finds by a check after this fault was planted, as a superuser past every trigger. The fault is undone.
create function tests.finds(check_name text, fault text)
  returns bigint
  language plpgsql
as $$
declare
  found bigint;
begin
  begin
    perform oversight.open_maintenance('a fault is planted', '1 hour');
    perform set_config('session_replication_role', 'replica', true);
    execute fault;
    perform set_config('session_replication_role', 'origin', true);
    perform set_config('role', 'twinbook_auditor', true);
    execute format('select count(*) from oversight.%I', check_name) into found;
    raise exception using errcode = 'TT000';
  exception
    when sqlstate 'TT000' then return found;
  end;
end
$$;
grant execute on function tests.finds to public;
