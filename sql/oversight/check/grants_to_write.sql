-- Who may write a table past the verbs: anybody but owner and engine.

create view oversight.grants_to_write
  with (security_invoker = true)
as
select g.book, null::text as username, format('%s on %s', g.grantee::regrole, g.name) as key,
       string_agg(distinct g.privilege, ', ') as detail
from (
  select r.book, r.name, a.grantee, a.privilege_type as privilege
  from oversight.our_relations as r, aclexplode(r.acl) as a
  union all
  select r.book, format('%s.%I', r.name, c.attname), a.grantee, a.privilege_type
  from oversight.our_relations as r
  join pg_catalog.pg_attribute as c on r.oid = c.attrelid, aclexplode(c.attacl) as a
) as g
where g.grantee <> 0 and g.privilege <> 'SELECT'
  and g.grantee not in (to_regrole('twinbook_owner'), to_regrole('twinbook_engine'))
group by g.book, g.grantee, g.name;

comment on view oversight.grants_to_write is
  'CRITICAL, each book, catalog: A login can change facts or lock tables past the verbs, their rules and the audit. '
  'Do: revoke it; what an application may change has a verb.';
select oversight.keep_check('grants_to_write');
