"""Checks that build databases: by psql, by migrations, from a dump; and look at what came out."""

import difflib
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg

from tests.checks import catalog, dump, plpgsql
from tests.checks.fault import Fault, refuse
from tests.support.databases import libpq_environment, scratch_database, scratch_server
from twinbook import paths
from twinbook.failure import Failure
from twinbook.migrate import migrate
from twinbook.server import Server, find_binaries

_HERE = Path(__file__).parent
_ROWS = _HERE / "rows.sql"
_RELEASES = _HERE / "releases"


# By what each book knows which one it is.
_OWN_NAME = {"book", "book_id_names_its_book"}
_NAMED = re.compile(r"\b(?:function|trigger|view|constraint|create table|create type)\s+(\w+)")


def twins_differ_in() -> set[str]:
    """The names of what may differ between the books: the venue's, and their own name."""
    venue = "\n".join(file.read_text() for file in (paths.sql() / "venue").rglob("*.sql"))
    return _OWN_NAME | set(_NAMED.findall(venue))


def migrations_equal_the_sources(server: Server) -> str:
    """psql -f install.sql and twinbook migrate make the same database."""
    url = _url(server)
    with scratch_database(url) as installed, scratch_database(url) as migrated:
        _psql(installed, "-f", str(paths.sql() / "install.sql"))
        migrate(migrated)
        made = dump.normalized(installed)
        _equal(made, dump.normalized(migrated), "install.sql", "migrations")
    return f"{len(made)} objects, with privileges and comments"


def an_upgrade_equals_the_sources(server: Server) -> str:
    """Each release's database, brought forward, is the same database."""
    releases = sorted(_RELEASES.glob("*.sql"))
    url = _url(server)
    for release in releases:
        with scratch_database(url) as upgraded, scratch_database(url) as fresh:
            migrate(fresh)
            _psql(upgraded, "-f", str(release))
            migrate(upgraded, reload=True)
            _equal(dump.of_shape(fresh), dump.of_shape(upgraded), "this version", release.stem)
    names = ", ".join(release.stem for release in releases)
    return f"from {names}" if releases else "there is no release yet"


def a_dump_restores(server: Server) -> str:
    """A backup by twinbook_backup, restored, has the same objects and the same rows."""
    with scratch_database(_url(server)) as original:
        migrate(original)
        _psql(original, "-o", "/dev/null", "-f", str(_ROWS))
        with dump.restored(original, "twinbook_backup", _psql) as restored:
            _equal(dump.of_shape(original), dump.of_shape(restored), "original", "restored")
            before, after = dump.rows(original), dump.rows(restored)
            refuse(
                f"{table}: {count} rows, {after.get(table)} of them restored"
                for table, count in before.items()
                if after.get(table) != count
            )
            # The database's own privileges aren't in a dump: one migrate closes it again.
            if migrate(restored).applied or migrate(restored).reloaded:
                raise Fault(["a migrate of the restored database finds something to do"])
    return f"{sum(before.values())} rows in {len(before)} tables"


def the_books_are_twins(server: Server) -> str:
    """Every part of one book is in the other, with the same definition."""
    with scratch_database(_url(server)) as url:
        migrate(url)
        with psycopg.connect(url) as db:
            paper = db.execute("select * from oversight.book_shape('paper_trading')").fetchall()
            differ = db.execute(
                "select kind, name, relation from oversight.twins_differ_in() order by 1, 2"
            ).fetchall()
    if not paper:
        raise Fault(["the paper book is empty"])
    allowed = twins_differ_in()
    refuse(
        f"{kind} {name} differs"
        for kind, name, relation in differ
        if relation not in allowed
        and re.split(r"\(| on ", name.removeprefix("BOOK."))[0] not in allowed
    )
    return f"{len(paper)} parts; {len(differ)} differ, the venue's or a book's own name"


def the_catalog_keeps_the_rules(server: Server) -> str:
    """See catalog.sql."""
    with scratch_database(_url(server)) as url:
        migrate(url)
        with psycopg.connect(url) as db:
            refuse(f"{rule}: {thing}" for rule, thing in catalog.violations(db))
    return "tenant tables, keys, views, functions, grants, names, comments"


def plpgsql_check_finds_nothing(_: Server) -> str:
    """Wrong columns, unused variables, injection: what the parser can't see."""
    try:
        binaries, package = plpgsql.find()
    except Failure as failure:
        return f"NOT RUN, {failure}"
    with scratch_server(bindir=binaries.bin) as server:
        url = _url(server)
        migrate(url)
        return plpgsql.examine(url, package)


def _url(server: Server) -> str:
    assert server.url
    return server.url


def _psql(url: str, *arguments: str, text: str = "") -> None:
    done = subprocess.run(
        [find_binaries().program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", *arguments],
        env=libpq_environment(url) | {"PGOPTIONS": "-c client_min_messages=warning"},
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Fault(done.stderr.splitlines())


def _equal(one: list[str], other: list[str], one_name: str, other_name: str) -> None:
    refuse(difflib.unified_diff(one, other, one_name, other_name, lineterm="", n=0))


CHECKS: list[Callable[[Server], str]] = [
    migrations_equal_the_sources,
    an_upgrade_equals_the_sources,
    a_dump_restores,
    the_books_are_twins,
    the_catalog_keeps_the_rules,
    plpgsql_check_finds_nothing,
]
