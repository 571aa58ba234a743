"""One server a session, one migrated template on it, a fresh clone for every test that asks."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg import conninfo
from pytest_postgresql import factories
from tests.support import pgtap
from tests.support.databases import scratch_server

from twinbook.books import BOOKS, Mode, search_path
from twinbook.migrate import migrate

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Run in the background, where programs that a test starts and interrupts would ignore it too.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass(frozen=True)
class _Address:
    """What pytest-postgresql wants to know of a server."""

    host: str
    port: str
    user: str
    password: str | None
    options: str
    maintenance_dbname: str
    template_dbname: None = None


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A server whose installer may create databases: DATABASE_URL, PG_BINDIR, or the wheel."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    with scratch_server() as server:
        assert server.url
        yield server.url


@pytest.fixture(scope="session")
def _address(server_url: str) -> _Address:
    with psycopg.connect(server_url) as db:
        return _Address(
            host=db.info.host,
            port=str(db.info.port),
            user=db.info.user,
            password=db.info.password or None,
            options="",
            maintenance_dbname=db.info.dbname,
        )


def _load_template(**given: Any) -> None:
    given.pop("autocommit")
    url = conninfo.make_conninfo(**given)
    migrate(url)
    pgtap.prepare(url)


template = factories.postgresql_noproc(
    depends_on="_address", dbname="twinbook_test", load=[_load_template]
)
clone = factories.postgresql("template")


@pytest.fixture
def db_url(clone: psycopg.Connection) -> str:
    """A database of this test's own: migrated, with pgTAP in tap and the helpers in tests."""
    info = clone.info
    # A clone has its template's objects but not the privileges on the database itself.
    clone.execute(f"revoke create, temporary on database {info.dbname} from public".encode())
    clone.commit()
    url = conninfo.make_conninfo(
        host=info.host,
        port=info.port,
        user=info.user,
        dbname=info.dbname,
        password=info.password or None,
    )
    clone.close()
    return url


@pytest.fixture
def connect(db_url: str) -> Iterator[Callable[..., psycopg.Connection]]:
    """``connect(person, mode)``: a connection as an application's; ``connect()``: the installer's.

    With a mode, the session has that book's role and search path; with a person, acts for them.
    """
    with ExitStack() as stack:

        def connection(
            person: str = "", mode: Mode | None = None, role: str = ""
        ) -> psycopg.Connection:
            db = stack.enter_context(psycopg.connect(db_url, autocommit=True))
            if mode:
                db.execute("select set_config('search_path', %s, false)", [search_path(mode)])
                role = role or f"twinbook_{mode}"
            if person:
                db.execute("select set_config('app.current_user', %s, false)", [person])
            if role:
                db.execute("select set_config('role', %s, false)", [role])
            return db

        yield connection


@pytest.fixture(params=[*BOOKS])
def mode(request: pytest.FixtureRequest) -> Mode:
    """Each book in turn."""
    value: Mode = request.param
    return value
