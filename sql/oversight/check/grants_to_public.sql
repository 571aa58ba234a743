-- What everybody may do with Twinbook's own, and with the database.

create view oversight.grants_to_public
  with (security_invoker = true)
as
select g.book, null::text as username, g.name as key, string_agg(g.privilege, ', ' order by g.privilege) as detail
from (
  select null::text as book, format('database %s', d.datname) as name, a.privilege_type as privilege
  from pg_catalog.pg_database as d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) as a
  where d.datname = current_database() and a.grantee = 0 and a.privilege_type in ('CREATE', 'TEMPORARY')
  union all
  select case n.nspname when 'paper_trading' then 'paper' when 'live_trading' then 'live' end,
         format('schema %s', n.nspname), a.privilege_type
  from pg_catalog.pg_namespace as n, aclexplode(n.nspacl) as a
  where n.nspowner = to_regrole('twinbook_owner') and a.grantee = 0
  union all
  select r.book, r.name, a.privilege_type
  from oversight.our_relations as r, aclexplode(r.acl) as a
  where a.grantee = 0
  union all
  select r.book, format('%s.%I', r.name, c.attname), a.privilege_type
  from oversight.our_relations as r
  join pg_catalog.pg_attribute as c on r.oid = c.attrelid, aclexplode(c.attacl) as a
  where a.grantee = 0
  union all
  select case n.nspname when 'paper_trading' then 'paper' when 'live_trading' then 'live' end,
         p.oid::regprocedure::text, a.privilege_type
  from pg_catalog.pg_proc as p
  join pg_catalog.pg_namespace as n on p.pronamespace = n.oid,
  aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
  where n.nspowner = to_regrole('twinbook_owner') and n.nspname <> 'twinbook_history' and a.grantee = 0
) as g
group by g.book, g.name;

comment on view oversight.grants_to_public is
  'HIGH, each book, catalog: Every login may do this, whatever it is for. '
  'Do: revoke … from public; of the database itself, and after a restore, twinbook migrate does.';
select oversight.keep_check('grants_to_public');
