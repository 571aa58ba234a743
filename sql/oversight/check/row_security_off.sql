-- Tables with users' rows whose row level security is off, or doesn't bind their owner.

create view oversight.row_security_off
  with (security_invoker = true)
as
select r.book, null::text as username, r.name as key,
       case when r.has_policies then 'not forced on its owner' else 'off' end as detail
from oversight.our_relations as r
where r.kind in ('r', 'p') and r.has_username
  and not (r.has_policies and r.is_forced);

comment on view oversight.row_security_off is
  'CRITICAL, each book, catalog: Users may see or change each other''s rows. '
  'Do: run twinbook migrate --reload, and find out who switched it off.';
select oversight.keep_check('row_security_off');
