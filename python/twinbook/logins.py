"""Logins for applications: members of one group, with no rights of their own."""

from dataclasses import dataclass

import psycopg
from psycopg import sql

from twinbook.books import search_path

_IDLE = "30s"  # an application's open transaction would keep its portfolio from being matched


@dataclass(frozen=True)
class Login:
    """A role that may log in, and the groups whose rights it has."""

    name: str
    groups: list[str]


def add(url: str, name: str, group: str, password: str = "") -> None:
    """Makes a login for a book (paper, live), or market-data, admin, login, auditor, broker.

    Without a password it can log in only where the server asks for none.
    """
    role = sql.Identifier(name)
    member = sql.Identifier(f"twinbook_{group.replace('-', '_')}")
    with psycopg.connect(url) as db:
        rights = "login inherit nosuperuser nocreatedb nocreaterole noreplication"
        db.execute(sql.SQL("create role {} " + rights).format(role))
        if password:
            # Hashed here, so that no log ever sees the password.
            hashed = db.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256")
            db.execute(
                sql.SQL("alter role {} password {}").format(role, sql.Literal(hashed.decode()))
            )
        db.execute(sql.SQL("grant {} to {}").format(member, role))
        for setting, value in _settings(group).items():
            db.execute(
                sql.SQL("alter role {} in database {} set {} = {}").format(
                    role, sql.Identifier(db.info.dbname), sql.SQL(setting), sql.SQL(value)
                )
            )


def found(url: str) -> list[Login]:
    """Every login that is in one of Twinbook's groups."""
    with psycopg.connect(url) as db:
        rows = db.execute(
            """
            select member.rolname, array_agg(distinct team.rolname::text)
            from pg_auth_members as m
            join pg_roles as member on member.oid = m.member
            join pg_roles as team on team.oid = m.roleid
            where member.rolcanlogin and team.rolname like 'twinbook\\_%'
            group by member.rolname
            order by member.rolname
            """
        ).fetchall()
    return [Login(name, groups) for name, groups in rows]


def _settings(group: str) -> dict[str, str]:
    settings = {"idle_in_transaction_session_timeout": f"'{_IDLE}'"}
    if group in ("paper", "live"):
        settings["search_path"] = search_path("live" if group == "live" else "paper")
    return settings
