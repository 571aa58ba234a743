"""pg_dump's view of a database, made comparable."""

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg import conninfo, sql

from tests.checks.fault import Fault
from tests.support.databases import for_database, libpq_environment
from twinbook.migrate.shape import OUR_SCHEMAS
from twinbook.server import find_binaries

_CODE = re.compile(r"^Name: .*; Type: (VIEW|RULE|TRIGGER|POLICY);")
_OBJECT = re.compile(r"^--\n-- (?=Name: |TOC entry )", re.MULTILINE)
# Keys that guard a psql session against a hostile dump; they are random.
_RESTRICT = re.compile(r"^\\(un)?restrict .*$", re.MULTILINE)


def of(url: str, *arguments: str) -> str:
    """The text of a dump."""
    done = subprocess.run(
        [find_binaries().program("pg_dump"), *arguments],
        env=libpq_environment(url),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Fault(done.stderr.splitlines())
    return _RESTRICT.sub("", done.stdout).replace("-- PostgreSQL database dump complete", "")


def normalized(url: str) -> list[str]:
    """One text an object, owners, privileges and comments included, in an order of their own.

    What only reflects in which order things were made is taken out: pg_dump's order of objects,
    and the order of grants on one object. The database's own privileges are in, its name is not,
    nor is the history of migrations.
    """
    name = str(conninfo.conninfo_to_dict(url)["dbname"])
    text = of(url, "--schema-only", "--create", "--exclude-schema=twinbook_history")
    objects = []
    for part in _OBJECT.split(text.replace(name, "DATABASE"))[1:]:
        lines = [line for line in part.strip().splitlines() if line.strip(" -")]
        if "; Type: ACL;" in lines[0] or "; Type: DEFAULT ACL;" in lines[0]:
            lines[1:] = sorted(lines[1:])
        objects.append("\n".join(lines))
    return sorted(objects)


def of_shape(url: str) -> list[str]:
    """Like normalized, for a database that was itself restored from a dump.

    What Postgres has read back it prints a little differently: a chain of ``or`` without inner
    parentheses, a view with more aliases. So parentheses don't count, and of what is code only
    the name does; a reload of the code makes that equal to the letter.
    """
    bare = (re.sub(r"[()]", "", text) for text in normalized(url))
    return sorted(text.split("\n", 1)[0] if _CODE.search(text) else text for text in bare)


@contextmanager
def restored(url: str, login: str, psql: Callable[..., None]) -> Iterator[str]:
    """A full dump taken by this login, read back into a new database; yields its URL."""
    name = str(conninfo.conninfo_to_dict(url)["dbname"])
    copy = f"{name}_copy"
    maintenance = for_database(url, "postgres")
    text = of(for_database(url, name, login), "--create").replace(name, copy)
    try:
        psql(maintenance, text=text)
        yield for_database(url, copy)
    finally:
        with psycopg.connect(maintenance, autocommit=True) as db:
            drop = sql.SQL("drop database if exists {} (force)")
            db.execute(drop.format(sql.Identifier(copy)))


def rows(url: str) -> dict[str, int]:
    """How many rows each of our tables has."""
    with psycopg.connect(url) as db:
        tables = db.execute(
            "select c.oid::regclass::text from pg_class as c"
            f" where c.relnamespace in ({OUR_SCHEMAS}) and c.relkind = 'r' order by 1".encode()
        ).fetchall()
        counts = {}
        for (table,) in tables:
            found = db.execute(f"select count(*) from {table}".encode()).fetchone()
            counts[table] = found[0] if found else 0
        return counts
