-- Partitions that can be reached past their parent: without forced row level security, with grants, or without guards.

create view oversight.partitions_open
  with (security_invoker = true)
as
select r.book, null::text as username, r.name as key, format('%s granted to %s', a.privilege_type,
       case a.grantee when 0 then 'PUBLIC' else a.grantee::regrole::text end) as detail
from oversight.our_relations as r, aclexplode(r.acl) as a
where r.is_leaf and a.grantee <> r.owner
  and (a.grantee, a.privilege_type) is distinct from (to_regrole('twinbook_backup')::oid, 'SELECT')
union all
select r.book, null, r.name, 'row level security is not forced'
from oversight.our_relations as r
where r.is_leaf and r.kind in ('r', 'p') and not (r.has_policies and r.is_forced)
union all
select r.book, null, r.name, format('lacks the guard %s', t.tgname)
from oversight.our_relations as r
join pg_catalog.pg_inherits as i on r.oid = i.inhrelid
join pg_catalog.pg_trigger as t on i.inhparent = t.tgrelid and not t.tgisinternal
where r.is_leaf
  and not exists (
    select from pg_catalog.pg_trigger as own
    where own.tgrelid = r.oid and (own.tgfoid, own.tgtype) = (t.tgfoid, t.tgtype));

comment on view oversight.partitions_open is
  'CRITICAL, each book, catalog: Rows can be read or removed past their table''s policies and guards. '
  'Do: run twinbook migrate --reload; make partitions with shared_data.add_month alone.';
select oversight.keep_check('partitions_open');
