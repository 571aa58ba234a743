-- Refuses a change that takes protections down, unless a maintenance window is open. Raises TB403. Only who may alter
-- Twinbook's tables comes here: the owner, and superusers.

create function oversight.require_maintenance(change text)
  returns void
  language plpgsql
  set search_path = oversight, pg_temp
as $$
begin
  if exists (select from maintenance as m
             where m.closed_at is null and clock_timestamp() between m.opened_at and m.closes_at) then
    return;
  end if;

  raise exception using
    errcode = 'TB403',
    message = format('%s refused: it would take a protection down', change),
    hint    = 'As an administrator, first: select oversight.open_maintenance(''why'', ''15 minutes'');';
end
$$;

comment on function oversight.require_maintenance is
  'Refuse a change that takes protections down, unless a maintenance window is open. Raises TB403.';
