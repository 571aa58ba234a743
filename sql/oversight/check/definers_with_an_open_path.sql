-- Definer functions that look names up where their caller says.

create view oversight.definers_with_an_open_path
  with (security_invoker = true)
as
select case n.nspname when 'paper_trading' then 'paper' when 'live_trading' then 'live' end as book,
       null::text as username, p.oid::regprocedure::text as key,
       coalesce(path.setting, 'no path') as detail
from pg_catalog.pg_proc as p
join pg_catalog.pg_namespace as n on p.pronamespace = n.oid
left join lateral unnest(p.proconfig) as path (setting) on starts_with(path.setting, 'search_path=')
where n.nspowner = to_regrole('twinbook_owner') and n.nspname <> 'twinbook_history'
  and p.prosecdef
  and coalesce(path.setting, '') !~ '\mpg_temp$';

comment on view oversight.definers_with_an_open_path is
  'CRITICAL, each book, catalog: A caller can make it run his own functions with its owner''s rights. '
  'Do: run twinbook migrate --reload, and find out who altered it.';
select oversight.keep_check('definers_with_an_open_path');
