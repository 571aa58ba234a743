"""The lane of code: dropped and loaded again whenever its text or the shape has changed."""

import psycopg

from twinbook.failure import Failure
from twinbook.migrate import history, source
from twinbook.migrate.shape import OUR_SCHEMAS

# Triggers, policies, views, functions; a function that a migration made is shape and stays.
_CODE = f"""
with ours (schema) as ({OUR_SCHEMAS})
select t.tableoid as class, t.oid, format('trigger %I on %s', t.tgname, t.tgrelid::regclass) as name
from pg_trigger as t
join pg_class as c on c.oid = t.tgrelid
where c.relnamespace in (table ours) and not t.tgisinternal and t.tgparentid = 0
union all
select p.tableoid, p.oid, format('policy %I on %s', p.polname, p.polrelid::regclass)
from pg_policy as p
join pg_class as c on c.oid = p.polrelid
where c.relnamespace in (table ours)
union all
select c.tableoid, c.oid, format('view %s', c.oid::regclass)
from pg_class as c
where c.relnamespace in (table ours) and c.relkind = 'v'
union all
select p.tableoid, p.oid, format('routine %s', p.oid::regprocedure)
from pg_proc as p
where p.pronamespace in (table ours)
  and p.oid::regprocedure::text not in (select function from {history.SCHEMA}.shape_functions)
"""

# What would go with the code, though it isn't code: someone's own view over ours, or a column
# default that calls a function which no migration made.
_STRANGERS = f"""
with recursive code as materialized ({_CODE}),
going (class, oid) as (
  select class, oid from code
  union
  select d.classid, d.objid
  from going
  join pg_depend as d
    on (d.refclassid, d.refobjid) = (going.class, going.oid) and d.deptype in ('n', 'a', 'i')
)
select distinct
  case when g.class = 'pg_rewrite'::regclass
    then (select format('view %s', r.ev_class::regclass) from pg_rewrite as r where r.oid = g.oid)
    else pg_describe_object(g.class, g.oid, 0)
  end
from going as g
where not exists (select from code where (code.class, code.oid) = (g.class, g.oid))
  -- parts of what is going: a view's rule, its row type, a partition's copy of a trigger
  and not exists (
    select from pg_rewrite as r join code on code.oid = r.ev_class
    where g.class = 'pg_rewrite'::regclass and r.oid = g.oid)
  and not exists (
    select from pg_trigger as t
    where g.class = 'pg_trigger'::regclass and t.oid = g.oid and t.tgparentid <> 0)
  and g.class <> all (array['pg_type', 'pg_event_trigger']::regclass[])
order by 1
"""

# What a load closes, and what is open again after a restore or in a clone, since privileges of the
# database itself don't travel. Only where this login could close it, or a load would be in vain.
_OPEN = """
select from pg_database as d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) as acl
where d.datname = current_database()
  and acl.grantee = 0 and acl.grantor = d.datdba
  and acl.privilege_type in ('CREATE', 'TEMPORARY')
  and pg_has_role(d.datdba, 'usage')
"""


def is_undone(db: psycopg.Connection) -> bool:
    """Whether PUBLIC may make objects here again, though loaded code had closed it."""
    return db.execute(_OPEN).fetchone() is not None


def drop(db: psycopg.Connection) -> None:
    """Drops all code, in the caller's transaction; raises Failure naming what stands on it.

    Tables whose row level security is forced are closed as soon as their policies are gone.
    """
    db.execute("set local search_path = pg_catalog, pg_temp")
    db.execute(f"set local role {history.OWNER}".encode())
    strangers = [name for (name,) in db.execute(_STRANGERS.encode())]
    if strangers:
        raise Failure(
            f"{', '.join(strangers)} stands on Twinbook's code, which is to be replaced",
            "drop it, migrate, then make it again",
        )
    # Some are gone with an earlier one: hence if exists.
    drops = [
        f"drop {name.replace(' ', ' if exists ', 1)} cascade"
        for _, _, name in db.execute(_CODE.encode())
    ]
    db.execute(";\n".join(drops).encode())
    db.execute(f"delete from {history.SCHEMA}.code".encode())
    db.execute("reset role")


def load(db: psycopg.Connection, text: source.Source) -> None:
    """Loads all code, in the caller's transaction, in the order of install.sql."""
    for segment in text.code():
        source.run(db, segment)
    db.execute("reset role")
    db.execute(f"set local role {history.OWNER}".encode())
    db.execute(f"insert into {history.SCHEMA}.code (sha256) values (%s)", [text.code_hash()])
    db.execute("reset role")
