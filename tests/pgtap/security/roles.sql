-- Who is a member of what, and what nobody may: the roles of the cluster and the privileges in the database.
begin;
select plan(174);

select is((select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication or rolcanlogin from pg_roles where rolname = name), false,
          name || ' is no superuser, bypasses nothing, makes nobody, replicates nothing, and doesn''t log in')
from unnest(array['twinbook_owner', 'twinbook_engine', 'twinbook_paper', 'twinbook_live', 'twinbook_market_data', 'twinbook_broker', 'twinbook_admin', 'twinbook_login', 'twinbook_auditor']) as name;
select is((select rolsuper or rolcreaterole or rolcreatedb or rolreplication from pg_roles where rolname = 'twinbook_backup'), false,
  'nor does twinbook_backup, but bypass row level security');

select is(pg_has_role(a, b, 'MEMBER'), false, a || ' is no member of ' || b)
from unnest(array['twinbook_owner', 'twinbook_engine', 'twinbook_paper', 'twinbook_live', 'twinbook_market_data', 'twinbook_broker', 'twinbook_admin', 'twinbook_login', 'twinbook_auditor', 'twinbook_backup']) as a,
     unnest(array['twinbook_owner', 'twinbook_engine', 'twinbook_paper', 'twinbook_live', 'twinbook_login', 'twinbook_auditor']) as b
where a <> b;
select is_empty(
  $$ select rolname from pg_roles where not rolsuper and rolname not in ('twinbook_owner', 'twinbook_engine')
       and (pg_has_role(oid, 'twinbook_owner', 'USAGE') or pg_has_role(oid, 'twinbook_engine', 'USAGE')) $$,
  'nobody inherits owner or engine: that would switch their policies on');

create function pg_temp.ours() returns regnamespace[] language sql as $$
  select array['identity', 'shared_data', 'paper_trading', 'live_trading', 'oversight']::regnamespace[]
$$;
select is_empty(
  $$ select p.oid::regprocedure from pg_proc as p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
     where p.pronamespace = any (pg_temp.ours()) and a.grantee = 0 $$,
  'PUBLIC executes nothing');
select is_empty(
  $$ select c.oid::regclass from pg_class as c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) as a
     where c.relnamespace = any (pg_temp.ours()) and c.relkind in ('r', 'p', 'v', 'm', 'S') and a.grantee = 0 $$,
  'nor reads anything');
select is_empty(
  $$ select n.nspname from pg_namespace as n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) as a where n.oid = any (pg_temp.ours()) and a.grantee = 0 $$,
  'nor enters a schema');
select is_empty(
  $$ select c.oid::regclass, a.privilege_type, a.grantee::regrole from pg_class as c, aclexplode(c.relacl) as a
     where c.relnamespace = any (pg_temp.ours()) and a.privilege_type <> 'SELECT' and a.grantee <> c.relowner and a.grantee <> 'twinbook_engine'::regrole $$,
  'no application has a right to write anywhere');
select is_empty(
  $$ select c.oid::regclass, a.privilege_type from pg_class as c, aclexplode(c.relacl) as a
     where c.relnamespace = any (pg_temp.ours()) and a.grantee = 'twinbook_engine'::regrole and a.privilege_type not in ('SELECT', 'INSERT', 'UPDATE')
       and not (c.relname in ('unmatched', 'portfolio_snapshots', 'position_snapshots', 'price_snapshots') and a.privilege_type = 'DELETE') $$,
  'and the engine deletes and truncates nothing, but what is left to be matched, and old snapshots');
select is_empty(
  $$ select c.oid::regclass from pg_class as c where c.relnamespace = any (pg_temp.ours()) and c.relowner not in ('twinbook_owner'::regrole, 'twinbook_engine'::regrole) $$,
  'all tables and views are the owner''s or the engine''s');
select is_empty(
  $$ select p.oid::regprocedure from pg_proc as p where p.pronamespace = any (pg_temp.ours()) and p.prosecdef
       and (p.proowner not in ('twinbook_owner'::regrole, 'twinbook_engine'::regrole)
         or not exists (select from unnest(p.proconfig) as s where s like 'search\_path=%pg\_temp')) $$,
  'every definer function is the owner''s or the engine''s, with its path pinned and pg_temp last');
select is_empty(
  $$ select c.oid::regclass from pg_class as c where c.relnamespace = any (pg_temp.ours()) and c.relkind = 'v' and not coalesce('security_invoker=true' = any (c.reloptions), false) $$,
  'every view shows its reader''s rows');
select is_empty($$ select oid::regclass from pg_class where relnamespace = any (pg_temp.ours()) and relkind in ('m', 'S') $$,
  'there are no materialized views, and no sequences to count others'' rows by');
select is_empty($$ select oid::regprocedure from pg_proc where pronamespace = any (pg_temp.ours()) and proleakproof $$,
  'nothing of ours claims to be leakproof');
select is_empty($$ select t.tgname from pg_trigger as t join pg_class as c on c.oid = t.tgrelid where c.relnamespace = any (pg_temp.ours()) and t.tgenabled <> 'O' $$,
  'no trigger is switched off');

create function pg_temp.forbidden(name text) returns setof text language plpgsql as $$
begin
  return next is(has_database_privilege(name, current_database(), 'TEMP'), false, name || ' makes no temporary tables');
  return next is(has_database_privilege(name, current_database(), 'CREATE'), false, name || ' makes no schemas');
  return query select is(has_schema_privilege(name, s, 'CREATE'), false, name || ' creates nothing in ' || s)
               from unnest(array['identity', 'shared_data', 'paper_trading', 'live_trading', 'oversight', 'public']) as s;
  perform set_config('role', name, true);
  return query select throws_ok(act, code, null, format('%s: %s', name, act))
               from (values ('create temporary table orders (username text)', '42501'), ('create schema mine', '42501'), ('set session_replication_role = replica', '42501'),
                            ('alter table paper_trading.orders disable trigger all', '42501'), ('drop policy orders_are_private on paper_trading.orders', '42501'),
                            ('create function public.f() returns integer language sql as ''select 1''', '42501')) as tried (act, code);
  perform set_config('role', 'none', true);
end
$$;
select pg_temp.forbidden(name)
from unnest(array['twinbook_paper', 'twinbook_live', 'twinbook_market_data', 'twinbook_broker', 'twinbook_admin', 'twinbook_login', 'twinbook_auditor']) as name;

select finish();
rollback;
