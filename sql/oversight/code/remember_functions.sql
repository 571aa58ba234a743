-- What the installer has just altered by choosing an identity is what is to be there: functions that were loaded keep
-- their rows, with the fingerprints that they have now. For use_identity.

create function oversight.remember_functions()
  returns void
  language plpgsql
  set search_path = oversight, pg_temp
as $$
begin
  update loaded_code as l
  set fingerprint = p.fingerprint
  from present_code('function') as p
  where (l.kind, l.name) = ('function', p.name) and l.fingerprint <> p.fingerprint;
end
$$;

comment on function oversight.remember_functions is
  'Take loaded functions as they are now for what is to be there. For the installer.';
