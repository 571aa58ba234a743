-- TEMP and CREATE are closed to PUBLIC: a temporary table could stand in front of a name. Privileges of the database
-- itself don't travel with a dump or a clone, so each load says them again.
do $$
begin
  execute format('revoke create, temporary on database %I from public', current_database());
end
$$;
