-- Settings that somebody tied to a login, a group of ours, or the whole database, and that change what rules mean.
-- Limits on time and twinbook role add's own search path are expected.

create view oversight.settings_of_logins
  with (security_invoker = true)
as
with memberships as (
  select member.oid, team.rolname as team
  from pg_catalog.pg_roles as member
  join pg_catalog.pg_roles as team on pg_has_role(member.oid, team.oid, 'member')
  where not member.rolsuper and team.rolname like 'twinbook\_%'
)
select null::text as book, null::text as username,
       case s.setrole when 0 then 'every login' else s.setrole::regrole::text end as key,
       format('%s%s', t.setting, case s.setdatabase when 0 then ' in every database' else '' end) as detail
from pg_catalog.pg_db_role_setting as s
cross join lateral unnest(s.setconfig) as t (setting)
cross join lateral (select split_part(t.setting, '=', 1)) as n (name)
join pg_catalog.pg_database as d on s.setdatabase in (0, d.oid)
where d.datname = current_database()
  and case
    when s.setrole = 0
      then n.name in ('role', 'search_path', 'session_replication_role', 'row_security', 'app.current_user',
                    'default_transaction_read_only', 'check_function_bodies')
    when s.setrole in (select m.oid from memberships as m)
      then n.name not in ('idle_in_transaction_session_timeout', 'idle_session_timeout', 'statement_timeout',
                        'lock_timeout', 'log_statement', 'application_name')
       and (n.name, split_part(t.setting, '=', 2)) not in (
         select 'search_path', replace(m.team, 'twinbook_', '') || '_trading, shared_data, pg_temp'
         from memberships as m
         where m.oid = s.setrole and m.team in ('twinbook_paper', 'twinbook_live'))
    else false
  end;

comment on view oversight.settings_of_logins is
  'HIGH, database, catalog: A login can set these for itself, and its next sessions begin with them: other names, or '
  'no writes. Do: alter role … reset …, or alter database … reset …, and ask who set it.';
select oversight.keep_check('settings_of_logins');
