-- Constraints that don't hold for every row, since nobody ever looked, or that nobody keeps.

create view oversight.constraints_not_proved
  with (security_invoker = true)
as
select case n.nspname when 'paper_trading' then 'paper' when 'live_trading' then 'live' end as book,
       null::text as username,
       format('%s on %s', k.conname, coalesce(nullif(k.conrelid, 0)::regclass::text,
                                              nullif(k.contypid, 0)::regtype::text)) as key,
       'not valid' as detail
from pg_catalog.pg_constraint as k
join pg_catalog.pg_namespace as n on k.connamespace = n.oid
where n.nspowner = to_regrole('twinbook_owner') and n.nspname <> 'twinbook_history'
  and not k.convalidated;

comment on view oversight.constraints_not_proved is
  'HIGH, each book, catalog: Rows may be stored that break a rule. '
  'Do: alter table … validate constraint …, and correct what it names by new facts.';
select oversight.keep_check('constraints_not_proved');
