-- Functions of ours that claim to leak nothing: they would be asked before the policies are.

create view oversight.leakproof_functions
  with (security_invoker = true)
as
select null::text as book, null::text as username, p.oid::regprocedure::text as key, 'leakproof' as detail
from pg_catalog.pg_proc as p
where p.proleakproof and p.pronamespace <> 'pg_catalog'::regnamespace;

comment on view oversight.leakproof_functions is
  'HIGH, database, catalog: It is evaluated on rows before row level security hides them. '
  'Do: alter function … not leakproof, unless it is an extension''s that you trust.';
select oversight.keep_check('leakproof_functions');
