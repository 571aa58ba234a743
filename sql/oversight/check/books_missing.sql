-- A schema of Twinbook's that is gone, or somebody else's: most other checks would then see nothing.

create view oversight.books_missing
  with (security_invoker = true)
as
select null::text as book, null::text as username, wanted.name as key,
       coalesce(format('belongs to %s', n.nspowner::regrole), 'missing') as detail
from unnest(array['identity', 'shared_data', 'paper_trading', 'live_trading', 'oversight']) as wanted (name)
left join pg_catalog.pg_namespace as n on wanted.name = n.nspname
where n.nspowner is distinct from to_regrole('twinbook_owner');

comment on view oversight.books_missing is
  'CRITICAL, database, catalog: Twinbook no longer owns a schema of its own, so its checks don''t look into it. '
  'Do: alter schema … owner to twinbook_owner, and find out who changed it.';
select oversight.keep_check('books_missing');
