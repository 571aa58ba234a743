-- Who may exist. What each may do stands beside the thing that it may do it to.
-- Roles belong to the cluster, so this runs again unharmed. Nobody inherits owner or engine: the installer takes
-- them by SET ROLE only, since an inherited membership would switch their policies on. So he takes the groups too, to
-- act at the command line.

do $$
declare
  is_15    constant boolean := current_setting('server_version_num')::integer < 160000;
  kind     constant text    := case when is_15 then 'member' else 'set' end;
  all_ours constant text    := 'twinbook_owner, twinbook_engine, twinbook_paper, twinbook_live, twinbook_market_data, '
                               'twinbook_broker, twinbook_admin, twinbook_login, twinbook_auditor, twinbook_backup';
  role     record;
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
      ('twinbook_login',       'nologin', 'group: the login service, which says who has logged in'),
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

  -- What a verb has verified is remembered in a setting that each verb empties when it begins: see signed_username.sql.
  -- To say so of a function takes a right that only a superuser gives.
  if current_setting('is_superuser') = 'on' then
    grant set on parameter twinbook.verified_user to twinbook_owner;
  end if;

  if current_setting('is_superuser') = 'off' then
    for role in
      select wanted.name
      from unnest(array['twinbook_owner', 'twinbook_engine', 'twinbook_paper', 'twinbook_live', 'twinbook_market_data',
                        'twinbook_admin', 'twinbook_login', 'twinbook_auditor']) with ordinality as wanted (name, place)
      where not pg_has_role(current_user, wanted.name, kind)
      order by wanted.place
    loop
      begin
        execute format('grant %I to %I %s', role.name, current_user,
                       case when is_15 then '' else 'with inherit false, set true' end);
      exception
        when insufficient_privilege then
          raise exception using
            errcode = 'insufficient_privilege',
            message = format('%s may not act as %s, which somebody else made in this cluster', current_user, role.name),
            hint    = case when is_15 then format('Ask a superuser to run: alter role %I createrole', current_user)
                           else format('Ask a superuser, or who made it, to run: grant %s to %I '
                                       'with admin true, inherit false, set false', all_ours, current_user) end;
      end;
    end loop;

    if pg_has_role(current_user, 'twinbook_owner', 'usage') or pg_has_role(current_user, 'twinbook_engine', 'usage') then
      raise warning using
        message = format('%s inherits twinbook_owner or twinbook_engine: their policies apply to all that he does',
                         current_user),
        hint    = case when is_15 then format('Run: alter role %I noinherit', current_user)
                       else format('Run, as who granted it: revoke inherit option for twinbook_owner, twinbook_engine '
                                   'from %I', current_user) end;
    end if;
  end if;
end
$$;
