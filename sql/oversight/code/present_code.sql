-- The code that is there now, with fingerprints that a dump and a restore leave as they are: white space and
-- parentheses don't count, nor the order of grants. Partitions' triggers come and go with their months, so they aren't
-- here.

create function oversight.present_code(only_kind text default null)
  returns table (kind text, name text, fingerprint text)
  language sql stable
  set search_path = pg_catalog, pg_temp -- or the same expression would print in more than one way
as $$
  with ours as (
    select n.oid, n.nspname from pg_namespace as n
    where n.nspowner = to_regrole('twinbook_owner') and n.nspname <> 'twinbook_history'
  ),
  present (kind, name, does) as (
    select 'trigger', format('%s on %s', t.tgname, r.name),
           concat_ws(' ', t.tgtype, t.tgfoid::regproc, t.tgattr, encode(t.tgargs, 'hex'),
                     regexp_replace(pg_get_triggerdef(t.oid), '^.*? WHEN |EXECUTE FUNCTION.*$', '', 'g'))
    from pg_trigger as t
    join oversight.our_relations as r on r.oid = t.tgrelid
    where not t.tgisinternal and not r.is_leaf
    union all
    select 'policy', format('%s on %s', p.polname, r.name),
           concat_ws(' ', p.polcmd, p.polpermissive,
                     (select string_agg(coalesce(a.rolname, 'public'), ',' order by a.rolname)
                      from unnest(p.polroles) as role left join pg_roles as a on a.oid = role),
                     pg_get_expr(p.polqual, p.polrelid), '|', pg_get_expr(p.polwithcheck, p.polrelid))
    from pg_policy as p
    join oversight.our_relations as r on r.oid = p.polrelid
    union all
    -- Its text isn't compared, since a restored view prints otherwise.
    select 'view', r.name, obj_description(r.oid, 'pg_class')
    from oversight.our_relations as r
    where r.kind = 'v'
    union all
    select 'function',
           format('%I.%I(%s)', n.nspname, p.proname,
                  (select string_agg(t.typname, ', ' order by a.number)
                   from unnest(p.proargtypes) with ordinality as a (type, number) join pg_type as t on t.oid = a.type)),
           concat_ws(' ', p.prokind, p.prosecdef, p.provolatile, p.proleakproof, p.proowner::regrole, p.proconfig,
                     coalesce(pg_get_function_sqlbody(p.oid), p.prosrc),
                     (select string_agg(coalesce(r.rolname, 'public'), ',' order by r.rolname)
                      from aclexplode(p.proacl) as a left join pg_roles as r on r.oid = a.grantee))
    from pg_proc as p
    join ours as n on n.oid = p.pronamespace
  )
  select p.kind, p.name, md5(regexp_replace(coalesce(p.does, ''), '[\s()]', '', 'g'))
  from present as p
  where only_kind is null or p.kind = only_kind;
$$;

comment on function oversight.present_code is 'Triggers, policies, views and functions that are there now.';
grant execute on function oversight.present_code to twinbook_engine, twinbook_auditor, twinbook_admin;
