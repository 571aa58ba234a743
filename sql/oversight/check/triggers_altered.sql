-- Triggers that are missing, altered, or that no load made.

create view oversight.triggers_altered
  with (security_invoker = true)
as
select null::text as book, null::text as username, name as key,
       case when p.name is null then 'missing'
            when l.name is null then 'nobody loaded it'
            else 'altered since it was loaded' end as detail
from (
  select c.*
  from oversight.loaded_code as c
  where c.kind = 'trigger'
) as l
full join oversight.present_code('trigger') as p using (name)
where l.fingerprint is distinct from p.fingerprint;

comment on view oversight.triggers_altered is
  'CRITICAL, database, catalog: A rule of the books isn''t kept, or another one is. '
  'Do: run twinbook migrate --reload, and find out who did it.';
select oversight.keep_check('triggers_altered');
