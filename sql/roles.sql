-- Who may exist. What each may do stands beside the thing that it may do it to.
-- Roles belong to the cluster, so this runs again unharmed. Nobody inherits owner or engine: the installer takes
-- them by SET ROLE only, since an inherited membership would switch their policies on.

do $$
declare
  role record;
begin
  for role in
    select *
    from (values
      ('twinbook_owner',       'nologin', 'owns the tables and the users'' verbs; FORCE RLS binds it'),
      ('twinbook_engine',      'nologin', 'owns what acts across users: matching, expiry, administration'),
      ('twinbook_paper',       'nologin', 'group: may use the paper book'),
      ('twinbook_live',        'nologin', 'group: may use the live book'),
      ('twinbook_market_data', 'nologin', 'group: instruments, fees and quotes'),
      ('twinbook_broker',      'nologin', 'group: the live book''s outbox and fills'),
      ('twinbook_admin',       'nologin', 'group: users and approvals'),
      ('twinbook_auditor',     'nologin', 'group: reads everything, changes nothing'),
      ('twinbook_backup',      'login',   'reads everything past row level security, for pg_dump')
    ) as wanted (name, login, purpose)
  loop
    if to_regrole(role.name) is null then
      execute format('create role %I %s', role.name, role.login);
      execute format('comment on role %I is %L', role.name, role.purpose);
    end if;
  end loop;

  if current_setting('is_superuser') = 'on' then
    alter role twinbook_backup bypassrls;
  elsif not (select rolbypassrls from pg_roles where rolname = 'twinbook_backup') then
    raise warning using
      message = 'twinbook_backup can''t bypass row level security: only a superuser may allow it',
      hint    = 'Ask a superuser to run: alter role twinbook_backup bypassrls';
  end if;

  if current_setting('is_superuser') = 'off' then
    if current_setting('server_version_num')::integer >= 160000 then
      if not (pg_has_role(current_user, 'twinbook_owner', 'set')
              and pg_has_role(current_user, 'twinbook_engine', 'set')) then
        execute format('grant twinbook_owner, twinbook_engine to %I with inherit false, set true', current_user);
      end if;
    elsif not (pg_has_role(current_user, 'twinbook_owner', 'member')
               and pg_has_role(current_user, 'twinbook_engine', 'member')) then
      execute format('grant twinbook_owner, twinbook_engine to %I', current_user);
    end if;
  end if;
end
$$;
