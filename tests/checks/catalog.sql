-- What no table, function, view or grant of ours may be: one row a violation. The names of our constraints are looked
-- up in the text of sql/, which the caller puts into the setting check.source.
with accepted (rule, object, reason) as (values
  ('a tenant table''s keys begin with username', 'identity.users_email_is_the_only',
   'the directory of users is the one thing that is unique across them'),
  ('a foreign key into a user''s data begins with username', 'portfolios_feed_fkey on paper_trading.portfolios',
   'a shared feed belongs to the market, which everybody may see'),
  ('a foreign key into a user''s data begins with username', 'portfolios_feed_fkey on live_trading.portfolios',
   'a shared feed belongs to the market, which everybody may see')
),
ours (schema) as (
  select n.oid from pg_namespace as n
  where n.nspowner = to_regrole('twinbook_owner') and n.nspname <> 'twinbook_history'
),
tables as (
  select c.*,
         (select a.attnum from pg_attribute as a
          where a.attrelid = c.oid and a.attname = 'username' and not a.attisdropped) as username_column
  from pg_class as c
  where c.relnamespace in (table ours) and c.relkind in ('r', 'p')
),
functions as (
  select p.* from pg_proc as p where p.pronamespace in (table ours)
),
application_roles (role) as (
  select r.oid
  from pg_roles as r
  where r.rolname = any (array['twinbook_paper', 'twinbook_live', 'twinbook_market_data', 'twinbook_broker',
                               'twinbook_admin', 'twinbook_login', 'twinbook_auditor', 'twinbook_backup'])
  union all
  select 0
),
foreign_keys as (
  select k.*
  from pg_constraint as k
  join tables as mine on mine.oid = k.conrelid
  join tables as theirs on theirs.oid = k.confrelid
  where k.contype = 'f' and theirs.username_column is not null
),
found as (
select 'a tenant table forces row level security' as rule, t.oid::regclass::text as object
from tables as t
where t.username_column is not null and not (t.relrowsecurity and t.relforcerowsecurity)

union all
select 'a tenant table''s keys begin with username', i.indexrelid::regclass::text
from pg_index as i
join tables as t on t.oid = i.indrelid
where t.username_column is not null and i.indisunique and i.indkey[0] <> t.username_column

union all
select 'a foreign key into a user''s data begins with username', format('%s on %s', k.conname, k.conrelid::regclass)
from foreign_keys as k
join tables as mine on mine.oid = k.conrelid
where k.conkey[1] is distinct from mine.username_column

union all
-- An index serves if it begins with just the key's columns, or is unique on some of them. A session is never removed or
-- renumbered, so nothing ever looks for its rows by the key: one that begins with their portfolio serves.
select 'a foreign key into a user''s data has an index', format('%s on %s', k.conname, k.conrelid::regclass)
from foreign_keys as k
where not exists (
  select
  from pg_index as i,
       lateral (select array_agg(column_number) from unnest(i.indkey[0:i.indnkeyatts - 1]) as column_number) as whole (columns),
       lateral (select array_agg(column_number)
                from unnest(i.indkey[0:cardinality(k.conkey) - 1]) as column_number) as prefix (columns)
  where i.indrelid = k.conrelid and i.indisvalid and i.indpred is null
    and (prefix.columns @> k.conkey or (i.indisunique and k.conkey @> whole.columns)
      or (k.confrelid::regclass::text ~ '\.sessions$' and prefix.columns[1:2] <@ k.conkey))
)

union all
select 'a view is security_invoker', c.oid::regclass::text
from pg_class as c
where c.relnamespace in (table ours) and c.relkind = 'v'
  and not exists (select from pg_options_to_table(c.reloptions) as o
                  where o.option_name = 'security_invoker' and o.option_value::boolean)

union all
select 'a definer function pins its search_path, pg_temp last', f.oid::regprocedure::text
from functions as f
where f.prosecdef
  and not exists (select from unnest(f.proconfig) as setting where setting ~ '^search_path=.*\mpg_temp$')

union all
select 'a trigger function is no definer', f.oid::regprocedure::text
from functions as f
where f.prosecdef and f.prorettype = 'trigger'::regtype

union all
select 'no function is open to PUBLIC', f.oid::regprocedure::text
from functions as f
where f.proname <> 'book' -- what a policy and a check need, and it tells nothing
  and exists (select from aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) as a where a.grantee = 0)

union all
select 'applications write no table', format('%s on %s to %s', a.privilege_type, c.oid::regclass, a.grantee::regrole)
from pg_class as c, aclexplode(c.relacl) as a
where c.relnamespace in (table ours)
  and a.grantee in (table application_roles) and a.privilege_type <> 'SELECT'

union all
select 'applications write no table',
       format('%s on %s.%s to %s', a.privilege_type, c.oid::regclass, attname, a.grantee::regrole)
from pg_class as c
join pg_attribute on attrelid = c.oid,
aclexplode(attacl) as a
where c.relnamespace in (table ours)
  and a.grantee in (table application_roles) and a.privilege_type <> 'SELECT'

union all
-- The option is per membership from 16 on, before that the member's.
select 'nobody inherits owner or engine', format('%s inherits %s', member.rolname, m.roleid::regrole)
from pg_auth_members as m
join pg_roles as member on member.oid = m.member
where m.roleid in (to_regrole('twinbook_owner'), to_regrole('twinbook_engine'))
  and coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, member.rolinherit)

union all
-- PostgreSQL 18 keeps NOT NULL as constraints too; those need no name.
select 'a constraint is named', format('%s on %s', k.conname, coalesce(nullif(k.conrelid, 0)::regclass::text,
                                                                       nullif(k.contypid, 0)::regtype::text))
from pg_constraint as k
where k.connamespace in (table ours) and k.contype in ('c', 'f', 'p', 'u', 'x')
  and k.conparentid = 0 and k.coninhcount = 0
  and current_setting('check.source') !~ ('\m' || k.conname || '\M')

union all
select 'an object has a comment', kind || ' ' || name
from (
  select 'schema', n.nspname::text, obj_description(n.oid, 'pg_namespace')
  from pg_namespace as n where n.oid in (table ours)
  union all
  select 'relation', c.oid::regclass::text, obj_description(c.oid, 'pg_class')
  from pg_class as c
  where c.relnamespace in (table ours) and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
  union all
  select 'type', t.oid::regtype::text, obj_description(t.oid, 'pg_type')
  from pg_type as t
  left join pg_class as c on c.oid = t.typrelid
  where t.typnamespace in (table ours) and (t.typtype in ('d', 'e', 'r') or c.relkind = 'c')
  union all
  select 'function', f.oid::regprocedure::text, obj_description(f.oid, 'pg_proc')
  from functions as f
  where exists (select from aclexplode(f.proacl) as a where a.grantee in (table application_roles))
) as described (kind, name, comment)
where comment is null

union all
-- Backups copy each leaf by itself; nobody else may pass by the parent.
select 'a partition is reached through its parent only', format('%s to %s', c.oid::regclass, a.grantee::regrole)
from tables as c, aclexplode(c.relacl) as a
where c.relispartition and a.grantee <> c.relowner and a.grantee is distinct from to_regrole('twinbook_backup')

union all
select 'a partition has its parent''s guards', format('%s lacks %s', c.oid::regclass, t.tgname)
from tables as c
join pg_inherits as i on i.inhrelid = c.oid
join pg_trigger as t on t.tgrelid = i.inhparent and not t.tgisinternal
where c.relispartition
  and not exists (
    select from pg_trigger as own where own.tgrelid = c.oid and (own.tgfoid, own.tgtype) = (t.tgfoid, t.tgtype))

union all
select 'a policy names its roles', format('%s on %s', p.polname, p.polrelid::regclass)
from pg_policy as p
join tables as t on t.oid = p.polrelid
where 0 = any (p.polroles)

union all
select 'ours belongs to owner or engine', name
from (
  select c.oid::regclass::text, c.relowner from pg_class as c where c.relnamespace in (table ours) and c.relkind in ('r', 'p', 'v', 'm', 'S')
  union all
  select f.oid::regprocedure::text, f.proowner from functions as f
) as owned (name, owner)
where owner not in (to_regrole('twinbook_owner'), to_regrole('twinbook_engine'))
)
select rule, object from found
except
select rule, object from accepted
order by rule, object;
