-- Who of the one book may use something of the other.

create view oversight.books_crossed_by_grants
  with (security_invoker = true)
as
select g.book, null::text as username, format('%s on %s', g.grantee::regrole, g.name) as key,
       string_agg(distinct g.privilege, ', ') as detail
from (
  select case n.nspname when 'paper_trading' then 'paper' else 'live' end as book,
         format('schema %s', n.nspname) as name, a.grantee, a.privilege_type as privilege
  from pg_catalog.pg_namespace as n, aclexplode(n.nspacl) as a
  where n.nspname in ('paper_trading', 'live_trading')
  union all
  select r.book, r.name, a.grantee, a.privilege_type
  from oversight.our_relations as r, aclexplode(r.acl) as a
  where r.book is not null
  union all
  select case n.nspname when 'paper_trading' then 'paper' else 'live' end, p.oid::regprocedure::text, a.grantee,
         a.privilege_type
  from pg_catalog.pg_proc as p
  join pg_catalog.pg_namespace as n on p.pronamespace = n.oid, aclexplode(p.proacl) as a
  where n.nspname in ('paper_trading', 'live_trading')
) as g
where g.grantee = to_regrole(case g.book when 'paper' then 'twinbook_live' else 'twinbook_paper' end)
   or (g.book = 'paper' and g.grantee = to_regrole('twinbook_broker'))
group by g.book, g.grantee, g.name;

comment on view oversight.books_crossed_by_grants is
  'CRITICAL, each book, catalog: One book''s group may use the other: the two books are not apart. '
  'Do: revoke it, run twinbook migrate --reload, and find out who granted it.';
select oversight.keep_check('books_crossed_by_grants');
