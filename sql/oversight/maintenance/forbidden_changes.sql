-- What event triggers keep, also from who passes by other triggers as a replica does: made where the installer may,
-- which takes a superuser. Elsewhere a WARNING says that they are missing; doctor and the check
-- forbidden_changes_unguarded say it again.
do $$
begin
  execute 'create event trigger twinbook_refuses_drops on sql_drop '
          'execute function oversight.refuse_drops()';
  execute 'create event trigger twinbook_notes_protections on ddl_command_start when tag in (''ALTER TABLE'') '
          'execute function oversight.note_protections()';
  execute 'create event trigger twinbook_keeps_protections on ddl_command_end '
          'when tag in (''ALTER TABLE'', ''ALTER POLICY'', ''CREATE POLICY'') '
          'execute function oversight.keep_protections()';
  execute 'alter event trigger twinbook_refuses_drops enable always';
  execute 'alter event trigger twinbook_notes_protections enable always';
  execute 'alter event trigger twinbook_keeps_protections enable always';
exception
  when insufficient_privilege then
    raise warning using
      message = 'nothing refuses to drop tables or to switch their protections off: only a superuser may make event triggers',
      hint    = 'Run twinbook migrate --reload once as a superuser, or watch with twinbook monitor.';
end
$$;
