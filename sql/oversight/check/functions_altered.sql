-- Functions that are missing, altered, or that no load made.

create view oversight.functions_altered
  with (security_invoker = true)
as
select null::text as book, null::text as username, name as key,
       case when p.name is null then 'missing'
            when l.name is null then 'nobody loaded it'
            else 'altered since it was loaded' end as detail
from (
  select c.*
  from oversight.loaded_code as c
  where c.kind = 'function'
) as l
full join oversight.present_code('function') as p using (name)
where l.fingerprint is distinct from p.fingerprint;

comment on view oversight.functions_altered is
  'CRITICAL, database, catalog: A verb, or a rule under it, does something else than this version of Twinbook. '
  'Do: run twinbook migrate --reload, and find out who did it.';
select oversight.keep_check('functions_altered');
