-- Who inherits the owner or the engine, and which groups these two are in.

create view oversight.owner_and_engine_shared
  with (security_invoker = true)
as
select null::text as book, null::text as username,
       format('%s in %s', m.member::regrole, m.roleid::regrole) as key,
       case when m.roleid in (to_regrole('twinbook_owner'), to_regrole('twinbook_engine'))
            then 'inherits it' else 'belongs to a group' end as detail
from pg_catalog.pg_auth_members as m
join pg_catalog.pg_roles as member on m.member = member.oid
where (m.roleid in (to_regrole('twinbook_owner'), to_regrole('twinbook_engine'))
       -- The option is per membership from 16 on, before that the member's.
       and coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, member.rolinherit))
   or m.member in (to_regrole('twinbook_owner'), to_regrole('twinbook_engine'));

comment on view oversight.owner_and_engine_shared is
  'CRITICAL, database, catalog: Policies that are for sweeps apply to a login, or the owner''s rights reach further. '
  'Do: revoke it, or grant it with inherit false; on 15: alter role … noinherit.';
select oversight.keep_check('owner_and_engine_shared');
