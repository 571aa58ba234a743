-- Twinbook's own tables, partitions and views, as the checks ask for them.

create view oversight.our_relations
  with (security_invoker = true)
as
select c.oid,
       n.nspname::text                        as schema,
       format('%I.%I', n.nspname, c.relname)  as name,
       case n.nspname when 'paper_trading' then 'paper' when 'live_trading' then 'live' end as book,
       c.relkind::text                        as kind,
       c.relispartition                       as is_leaf,
       (select count(*) > 0 from pg_catalog.pg_attribute as a
        where a.attrelid = c.oid and a.attname = 'username' and not a.attisdropped) as has_username,
       c.relrowsecurity                       as has_policies,
       c.relforcerowsecurity                  as is_forced,
       c.relowner                             as owner,
       c.relacl                               as acl,
       c.reloptions                           as options
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
  and n.nspowner = to_regrole('twinbook_owner') and n.nspname <> 'twinbook_history';

comment on view oversight.our_relations is 'Twinbook''s own tables, partitions, views and sequences.';
grant select on oversight.our_relations to twinbook_engine, twinbook_auditor, twinbook_admin;
