-- Triggers that are switched off, foreign keys' own among them.

create view oversight.triggers_off
  with (security_invoker = true)
as
select r.book, null::text as username, format('%s on %s', t.tgname, r.name) as key,
       case t.tgenabled when 'D' then 'disabled' else 'fires on replicas only' end as detail
from pg_catalog.pg_trigger as t
join oversight.our_relations as r on t.tgrelid = r.oid
where t.tgenabled in ('D', 'R');

comment on view oversight.triggers_off is
  'CRITICAL, each book, catalog: A rule isn''t kept: facts can be changed, or rows lose what they refer to. '
  'Do: run twinbook migrate --reload; foreign keys'' own: alter table … enable trigger all. Then run twinbook verify.';
select oversight.keep_check('triggers_off');
