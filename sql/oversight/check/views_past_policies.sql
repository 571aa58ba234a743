-- Views that read with their owner's rights, and materialized views, which know no policies at all.

create view oversight.views_past_policies
  with (security_invoker = true)
as
select r.book, null::text as username, r.name as key,
       case r.kind when 'm' then 'a materialized view' else 'not security_invoker' end as detail
from oversight.our_relations as r
where r.kind = 'm'
   or (r.kind = 'v' and not exists (
         select from pg_catalog.pg_options_to_table(r.options) as o
         where o.option_name = 'security_invoker' and o.option_value::boolean));

comment on view oversight.views_past_policies is
  'HIGH, each book, catalog: Who may read it may see every user''s rows. '
  'Do: drop it, or alter view … set (security_invoker = true); Twinbook''s own: twinbook migrate --reload.';
select oversight.keep_check('views_past_policies');
