"""Examines a database's protections: what a migrate could not do, and what was undone since."""

from dataclasses import dataclass
from typing import Literal

import psycopg

from twinbook import identity, migrate
from twinbook.migrate.shape import OUR_SCHEMAS

State = Literal["ok", "warn", "FAIL"]


@dataclass(frozen=True)
class Finding:
    """One check's result; ``advice`` says what to do about it."""

    check: str
    state: State
    found: str
    advice: str


@dataclass(frozen=True)
class _Check:
    """A query whose rows are what is wrong."""

    name: str
    worst: State
    query: str
    advice: str


_ROLES = (
    "string_to_array('owner engine paper live market_data broker admin login auditor backup', ' ')"
)

# Whose the database is, or who may load it, needs every group to act at the command line. From 16
# on, who made a role is in it, but may neither use nor become it unless he is granted that too.
_NO_INSTALLER = """
  not exists (
    select from pg_database as d where d.datname = current_database() and d.datdba = login.oid)
  and not exists (
    select from pg_auth_members as m
    where m.member = login.oid and m.roleid = to_regrole('twinbook_owner')
      and coalesce((to_jsonb(m) ->> 'set_option')::boolean, true))
"""

# Logins with an application's rights, whoever gave them; but not who may load the database.
_APPLICATIONS = f"""
  select login.oid, login.rolname
  from pg_roles as login
  where not login.rolsuper and {_NO_INSTALLER}
    and (login.rolcanlogin or login.rolname = any (select 'twinbook_' || unnest({_ROLES})))
    and login.rolname not in ('twinbook_owner', 'twinbook_engine')
    and (login.rolname ^@ 'twinbook_' or exists (
      select from pg_auth_members as m
      join pg_roles as team on team.oid = m.roleid
      where m.member = login.oid and team.rolname = any (select 'twinbook_' || unnest({_ROLES}))))
"""

_CHECKS = [
    _Check(
        "server version",
        "FAIL",
        "select version() where current_setting('server_version_num')::integer < 150000",
        "move to Postgres 15 or later",
    ),
    _Check(
        "minor version",
        "warn",
        # Older ones leaked samples of partitioned tables through statistics (CVE-2025-8713).
        """
        select format('%s leaks samples through statistics', current_setting('server_version'))
        from (select current_setting('server_version_num')::integer) as v (n)
        where n < 150014 or n between 160000 and 160009 or n between 170000 and 170005
        """,
        "install the newest minor release",
    ),
    _Check(
        "roles exist",
        "FAIL",
        f"""
        select 'twinbook_' || name from unnest({_ROLES}) as name
        where to_regrole('twinbook_' || name) is null
        """,
        "run twinbook migrate",
    ),
    _Check(
        "roles are unprivileged",
        "FAIL",
        f"""
        select rolname::text
        from pg_roles
        where rolname = any (select 'twinbook_' || unnest({_ROLES}))
          and (rolsuper or rolcreaterole or rolcreatedb or rolreplication
            or (rolname <> 'twinbook_backup' and (rolbypassrls or rolcanlogin)))
        """,
        "alter role … nologin nosuperuser nobypassrls nocreaterole nocreatedb noreplication",
    ),
    _Check(
        "application logins are bound by row level security",
        "FAIL",
        f"""
        select distinct login.rolname::text
        from pg_roles as login
        where login.rolcanlogin and {_NO_INSTALLER}
          and (login.rolsuper or login.rolbypassrls or login.rolreplication or login.rolcreaterole)
          and exists (
            select from pg_auth_members as m
            where m.member = login.oid
              and m.roleid in (to_regrole('twinbook_paper'), to_regrole('twinbook_live'))
              and coalesce(
                (to_jsonb(m) ->> 'inherit_option')::boolean
                  or (to_jsonb(m) ->> 'set_option')::boolean,
                true))
        """,
        "give applications a login of their own: twinbook role add",
    ),
    _Check(
        "a login reaches one book",
        "warn",
        f"""
        select login.rolname::text
        from pg_roles as login
        where login.rolcanlogin and not login.rolsuper and {_NO_INSTALLER}
          and pg_has_role(login.oid, to_regrole('twinbook_paper'), 'usage')
          and pg_has_role(login.oid, to_regrole('twinbook_live'), 'usage')
        """,
        "give each book a login of its own, or make this one noinherit",
    ),
    _Check(
        "nobody inherits owner or engine",
        "FAIL",
        """
        select format('%s inherits %s', member.rolname, m.roleid::regrole)
        from pg_auth_members as m
        join pg_roles as member on member.oid = m.member
        where m.roleid in (to_regrole('twinbook_owner'), to_regrole('twinbook_engine'))
          and coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, member.rolinherit)
        """,
        "revoke it, or grant it with inherit false (on 15: alter role … noinherit)",
    ),
    _Check(
        "owner and engine belong to no group",
        "FAIL",
        """
        select format('%s is in %s', m.member::regrole, m.roleid::regrole)
        from pg_auth_members as m
        where m.member in (to_regrole('twinbook_owner'), to_regrole('twinbook_engine'))
        """,
        "revoke the membership",
    ),
    _Check(
        "backups see every row",
        "warn",
        "select rolname::text from pg_roles where rolname = 'twinbook_backup' and not rolbypassrls",
        "as a superuser: alter role twinbook_backup bypassrls",
    ),
    _Check(
        "row level security is forced",
        "FAIL",
        f"""
        select c.oid::regclass::text
        from pg_class as c
        where c.relnamespace in ({OUR_SCHEMAS}) and c.relkind in ('r', 'p')
          and exists (
            select from pg_attribute as a
            where a.attrelid = c.oid and a.attname = 'username' and not a.attisdropped)
          and not (c.relrowsecurity and c.relforcerowsecurity)
        """,
        "run twinbook migrate --reload",
    ),
    _Check(
        "triggers are enabled",
        "FAIL",
        f"""
        select format('%s on %s', t.tgname, c.oid::regclass)
        from pg_trigger as t
        join pg_class as c on c.oid = t.tgrelid
        where c.relnamespace in ({OUR_SCHEMAS}) and t.tgenabled = 'D'
        """,
        "run twinbook migrate --reload; foreign keys' own: alter table … enable trigger all",
    ),
    _Check(
        "forbidden changes are refused",
        "warn",
        """
        select name || ' is missing or off'
        from unnest(array['twinbook_refuses_drops', 'twinbook_notes_protections',
                          'twinbook_keeps_protections']) as name
        where not exists (
          select from pg_event_trigger as e where e.evtname = name and e.evtenabled = 'A')
        """,
        "run twinbook migrate --reload as a superuser, who alone may make event triggers",
    ),
    _Check(
        "PUBLIC makes no objects here",
        "FAIL",
        f"""
        select format('%s on database', acl.privilege_type)
        from pg_database as d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) as acl
        where d.datname = current_database()
          and acl.grantee = 0 and acl.privilege_type in ('CREATE', 'TEMPORARY')
        union all
        select format('%s on schema %s', acl.privilege_type, n.nspname)
        from pg_namespace as n, aclexplode(n.nspacl) as acl
        where n.oid in ({OUR_SCHEMAS}) and acl.grantee = 0
        """,
        "run twinbook migrate, which closes the database; on a schema: revoke … from public",
    ),
    _Check(
        "applications write no table",
        "FAIL",
        f"""
        select distinct
          format('%s on %s to %s', acl.privilege_type, c.oid::regclass, holder.rolname)
        from pg_class as c, aclexplode(c.relacl) as acl, ({_APPLICATIONS}) as holder
        where c.relnamespace in ({OUR_SCHEMAS})
          and acl.privilege_type <> 'SELECT' and acl.grantee in (holder.oid, 0)
        """,
        "revoke it: what a user may change has a verb",
    ),
    _Check(
        "partitions are reached through their parents",
        "FAIL",
        f"""
        select format('%s by %s', c.oid::regclass, acl.grantee::regrole)
        from pg_class as c, aclexplode(c.relacl) as acl
        where c.relnamespace in ({OUR_SCHEMAS}) and c.relispartition and c.relkind in ('r', 'p')
          and acl.grantee not in (c.relowner, coalesce(to_regrole('twinbook_backup'), 0))
        """,
        "run twinbook migrate --reload; a partition is read past its parent's policies",
    ),
    _Check(
        "views show their reader's rows",
        "FAIL",
        f"""
        select c.oid::regclass::text
        from pg_class as c
        where c.relnamespace in ({OUR_SCHEMAS}) and c.relkind in ('v', 'm')
          and not exists (
            select from pg_options_to_table(c.reloptions) as o
            where o.option_name = 'security_invoker' and o.option_value::boolean)
        """,
        "run twinbook migrate --reload",
    ),
    _Check(
        "verbs pin their path",
        "FAIL",
        f"""
        select p.oid::regprocedure::text
        from pg_proc as p
        where p.pronamespace in ({OUR_SCHEMAS}) and p.prosecdef
          and not exists (
            select from unnest(p.proconfig) as setting
            where setting ~ '^search_path=.*\\mpg_temp$')
        """,
        "run twinbook migrate --reload: a name in front of theirs would run with their rights",
    ),
    _Check(
        "nothing of ours is open to PUBLIC",
        "FAIL",
        f"""
        select p.oid::regprocedure::text
        from pg_proc as p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as acl
        where p.pronamespace in ({OUR_SCHEMAS}) and acl.grantee = 0
        union all
        select c.oid::regclass::text
        from pg_class as c, aclexplode(c.relacl) as acl
        where c.relnamespace in ({OUR_SCHEMAS}) and acl.grantee = 0
        """,
        "run twinbook migrate --reload",
    ),
    _Check(
        "nothing of ours claims to be leakproof",
        "FAIL",
        f"""
        select p.oid::regprocedure::text
        from pg_proc as p
        where p.proleakproof
          and (p.pronamespace in ({OUR_SCHEMAS}) or p.oid >= 16384 and not exists (
            select from pg_depend as d where d.objid = p.oid and d.deptype = 'e'))
        """,
        "alter function … not leakproof: it would see rows before their policies do",
    ),
    _Check(
        "application logins have no powers of Postgres's own",
        "FAIL",
        f"""
        select format('%s is in %s', holder.rolname, m.roleid::regrole)
        from ({_APPLICATIONS}) as holder
        join pg_auth_members as m on m.member = holder.oid
        join pg_roles as power on power.oid = m.roleid
        where power.rolname ^@ 'pg_'
        """,
        "revoke it: it reads, writes, or ends sessions past every rule",
    ),
    _Check(
        "nobody may switch triggers off",
        "FAIL",
        """
        select format('%s for %s', p.parname,
                      case acl.grantee when 0 then 'PUBLIC' else acl.grantee::regrole::text end)
        from pg_parameter_acl as p, aclexplode(p.paracl) as acl
        where p.parname = 'session_replication_role' and acl.grantee <> 10
        """,
        "revoke set on parameter session_replication_role from …",
    ),
    _Check(
        "logins keep the settings that they were given",
        "warn",
        f"""
        select format('%s: %s', holder.rolname, setting)
        from pg_db_role_setting as s
        join ({_APPLICATIONS}) as holder on holder.oid = s.setrole
        cross join unnest(s.setconfig) as setting
        where s.setdatabase in (
            0, (select d.oid from pg_database as d where d.datname = current_database()))
          and setting !~ '^idle_in_transaction_session_timeout='
          and replace(setting, ' ', '') not in (
            'search_path=paper_trading,shared_data,pg_temp',
            'search_path=live_trading,shared_data,pg_temp')
        """,
        "a login may change its own: ask who did; alter role … reset …",
    ),
    _Check(
        "advisory locks and large objects are taken back",
        "warn",
        """
        select string_agg(distinct p.proname, ', ' order by p.proname)
        from pg_proc as p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as acl
        where p.pronamespace = 'pg_catalog'::regnamespace and acl.grantee = 0
          and (p.proname ~ '^pg_(try_)?advisory_'
            or p.proname in ('lo_creat', 'lo_create', 'lo_from_bytea'))
        having count(*) > 0
        """,
        "as a superuser: twinbook migrate --reload, or revoke execute on them from public",
    ),
    _Check(
        "writes are durable",
        "warn",
        """
        select format('%s is off', name) from pg_settings
        where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off'
        """,
        "switch it on: a crash may lose what was acknowledged",
    ),
]

# Where the identity is signed.
_SIGNED_CHECKS = [
    _Check(
        "who mints tokens does nothing else",
        "FAIL",
        f"""
        select login.rolname::text
        from pg_roles as login
        where login.rolcanlogin and not login.rolsuper and {_NO_INSTALLER}
          and pg_has_role(login.oid, 'twinbook_login', 'member')
          and (pg_has_role(login.oid, 'twinbook_paper', 'member')
            or pg_has_role(login.oid, 'twinbook_live', 'member')
            or pg_has_role(login.oid, 'twinbook_admin', 'member'))
        """,
        "give the login service a login of its own: twinbook role add NAME --for login",
    ),
    _Check(
        "a verb verifies its user once",
        "warn",
        """
        select 'each of its statements does'
        where not has_parameter_privilege('twinbook_owner', 'twinbook.verified_user', 'SET')
        """,
        "as a superuser: grant set on parameter twinbook.verified_user to twinbook_owner; then"
        " twinbook migrate --reload",
    ),
    _Check(
        "a verb begins by forgetting whom it verified",
        "FAIL",
        f"""
        select p.oid::regprocedure::text
        from pg_proc as p
        where p.pronamespace in ({OUR_SCHEMAS})
          and p.prosecdef and p.proowner = to_regrole('twinbook_owner')
          and 'twinbook.verified_user=' <> all (coalesce(p.proconfig, '{{}}'))
          and exists (
            select from pg_depend as d
            join pg_proc as asked on (d.classid, d.objid) = ('pg_proc'::regclass, asked.oid)
            join pg_proc as said on (d.refclassid, d.refobjid) = ('pg_proc'::regclass, said.oid)
            where (asked.proname, said.proname) = ('current_username', 'signed_username'))
        """,
        "run twinbook migrate --reload",
    ),
]


def examine(url: str) -> list[Finding]:
    """Runs every check; needs the installer's rights for the migrations only."""
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("set search_path = pg_catalog, pg_temp")
        kind = identity.installed(db)
        checks = [*_CHECKS, *_SIGNED_CHECKS] if kind == "signed" else _CHECKS
        findings = [_examine(db, check) for check in checks]
    return [_identity(kind), *findings, _migrations(url)]


def _identity(kind: identity.Kind | None) -> Finding:
    # No fault of either: said, so that nobody has to guess what protects him.
    believed = {
        "trusted": "trusted: whoever runs SQL on a book's login may say he is any user",
        "signed": "signed: app.current_user proves itself by a token",
        None: "none is installed",
    }
    return Finding("identity", "ok", believed[kind], "")


def _examine(db: psycopg.Connection, check: _Check) -> Finding:
    wrong = [str(row[0]) for row in db.execute(check.query.encode())]
    if wrong:
        return Finding(check.name, check.worst, ", ".join(wrong), check.advice)
    return Finding(check.name, "ok", "", "")


def _migrations(url: str) -> Finding:
    try:
        status = migrate.status(url)
    except psycopg.errors.InsufficientPrivilege:
        advice = "run twinbook doctor as the installer"
        return Finding("migrations are current", "warn", "not visible to this login", advice)
    if status.is_current:
        return Finding("migrations are current", "ok", "", "")
    wrong = [
        f"{lane} {name} {state}" for lane, name, state in status.migrations if state != "applied"
    ]
    if status.code != "current":
        wrong.append(f"code {status.code}")
    return Finding("migrations are current", "FAIL", ", ".join(wrong), "run twinbook migrate")
