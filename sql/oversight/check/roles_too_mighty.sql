-- Twinbook's roles, and applications' logins, with powers that pass by row level security.

create view oversight.roles_too_mighty
  with (security_invoker = true)
as
with ours as (
  select r.*
  from pg_catalog.pg_roles as r
  where r.rolname in ('twinbook_owner', 'twinbook_engine', 'twinbook_paper', 'twinbook_live', 'twinbook_market_data',
                      'twinbook_broker', 'twinbook_admin', 'twinbook_auditor', 'twinbook_backup')
)
select null::text as book, null::text as username, r.rolname::text as key,
       concat_ws(', ', case when r.rolsuper then 'superuser' end,
                       case when r.rolbypassrls and r.rolname <> 'twinbook_backup' then 'bypasses policies' end,
                       case when r.rolreplication then 'replicates' end,
                       case when r.rolcreaterole then 'makes roles' end,
                       case when r.rolcanlogin and r.rolname <> 'twinbook_backup'
                             and r.oid in (select o.oid from ours as o) then 'logs in' end) as detail
from pg_catalog.pg_roles as r
where (r.oid in (select o.oid from ours as o)
       and (r.rolsuper or r.rolreplication or r.rolcreaterole or r.rolcreatedb
         or (r.rolname <> 'twinbook_backup' and (r.rolbypassrls or r.rolcanlogin))))
   or (r.rolcanlogin
       and (r.rolsuper or r.rolbypassrls or r.rolreplication or r.rolcreaterole)
       and not exists (select from pg_catalog.pg_database as d
                       where d.datname = current_database() and d.datdba = r.oid)
       and exists (select from pg_catalog.pg_auth_members as m
                   where m.member = r.oid and m.roleid in (to_regrole('twinbook_paper'), to_regrole('twinbook_live'))
                     and coalesce((to_jsonb(m) ->> 'inherit_option')::boolean
                                  or (to_jsonb(m) ->> 'set_option')::boolean, true))
       -- Who may load Twinbook needs its groups to act at the command line.
       and not exists (select from pg_catalog.pg_auth_members as m
                       where m.member = r.oid and m.roleid = to_regrole('twinbook_owner')
                         and coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)));

comment on view oversight.roles_too_mighty is
  'CRITICAL, database, catalog: This role passes by what keeps users and books apart. '
  'Do: alter role … nosuperuser nobypassrls noreplication nocreaterole; give applications a login by twinbook role add.';
select oversight.keep_check('roles_too_mighty');
