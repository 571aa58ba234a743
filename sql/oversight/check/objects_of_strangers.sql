-- What stands in Twinbook's schemas and belongs to somebody else.

create view oversight.objects_of_strangers
  with (security_invoker = true)
as
select o.book, null::text as username, o.name as key, format('belongs to %s', o.owner::regrole) as detail
from (
  select r.book, r.name, r.owner from oversight.our_relations as r
  union all
  select case n.nspname when 'paper_trading' then 'paper' when 'live_trading' then 'live' end,
         p.oid::regprocedure::text, p.proowner
  from pg_catalog.pg_proc as p
  join pg_catalog.pg_namespace as n on p.pronamespace = n.oid
  where n.nspowner = to_regrole('twinbook_owner') and n.nspname <> 'twinbook_history'
) as o
where o.owner not in (to_regrole('twinbook_owner'), to_regrole('twinbook_engine'));

comment on view oversight.objects_of_strangers is
  'HIGH, each book, catalog: Its owner can change what it does, and its policies don''t bind him. '
  'Do: find out what it is; drop it, or give it back: alter … owner to twinbook_owner.';
select oversight.keep_check('objects_of_strangers');
