-- Settings that somebody tied to a login, a group of ours, or the whole database, and that change what rules mean.
-- Limits on time and twinbook role add's own search path are expected.

create view oversight.settings_of_logins
  with (security_invoker = true)
as
with memberships as (
  select member.oid, team.rolname as team
  from pg_catalog.pg_roles as member
  join pg_catalog.pg_roles as team on team.rolname like 'twinbook\_%' and pg_has_role(member.oid, team.oid, 'member')
  where not member.rolsuper
)
select null::text as book, null::text as username,
       case s.setrole when 0 then 'every login' else s.setrole::regrole::text end as key,
       format('%s%s', setting, case s.setdatabase when 0 then ' in every database' else '' end) as detail
from pg_catalog.pg_db_role_setting as s
cross join lateral unnest(s.setconfig) as setting
cross join lateral split_part(setting, '=', 1) as name
where s.setdatabase in (0, (select d.oid from pg_catalog.pg_database as d where d.datname = current_database()))
  and case
    when s.setrole = 0
      then name in ('role', 'search_path', 'session_replication_role', 'row_security', 'app.current_user',
                    'default_transaction_read_only', 'check_function_bodies')
    when exists (select from memberships as m where m.oid = s.setrole)
      then name not in ('idle_in_transaction_session_timeout', 'idle_session_timeout', 'statement_timeout',
                        'lock_timeout', 'log_statement', 'application_name')
       and not exists (
         select from memberships as m
         where m.oid = s.setrole and name = 'search_path' and m.team in ('twinbook_paper', 'twinbook_live')
           and split_part(setting, '=', 2)
             = replace(m.team, 'twinbook_', '') || '_trading, shared_data, pg_temp')
    else false
  end;

comment on view oversight.settings_of_logins is
  'HIGH, database, catalog: A login can set these for itself, and its next sessions begin with them: other names, or '
  'no writes. Do: alter role … reset …, or alter database … reset …, and ask who set it.';
select oversight.keep_check('settings_of_logins');
