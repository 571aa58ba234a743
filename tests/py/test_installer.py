"""An installer who is no superuser does it all at the command line, on the oldest server too."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result
from tests.support.databases import for_database, scratch_server

from twinbook import doctor
from twinbook.cli import cli
from twinbook.demo import FILES
from twinbook.failure import Failure
from twinbook.migrate import migrate

_OLDEST = Path("/usr/lib/postgresql/15/bin")
_AAPL = str(FILES / "AAPL_2012_daily.csv")


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(None, id="newest"),
        pytest.param(
            _OLDEST, id="15", marks=pytest.mark.skipif(not _OLDEST.exists(), reason="no 15 here")
        ),
    ],
)
def cluster(request: pytest.FixtureRequest) -> Iterator[str]:
    """A superuser's address on a server where dba, who is none, installs first."""
    with scratch_server(request.param) as server:
        assert server.url
        with psycopg.connect(server.url, autocommit=True) as db:
            db.execute("create role dba login createrole createdb noinherit")
            db.execute("create database dbas owner dba")
            db.execute("create role other login createrole noinherit")
            db.execute("create database others owner other")
        yield server.url


@pytest.fixture(scope="module")
def warned(cluster: str) -> list[str]:
    said: list[str] = []
    assert migrate(for_database(cluster, "dbas", "dba"), said.append).reloaded
    assert str(migrate(for_database(cluster, "dbas", "dba"))) == "nothing to do"
    return [line for line in said if line.startswith("WARNING")]


@pytest.fixture
def call(cluster: str, warned: list[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs a command as dba, or as another login; quietly wrong ones don't pass unseen."""
    monkeypatch.delenv("TWINBOOK_USER", raising=False)

    def run(*arguments: str, login: str = "dba") -> Result:
        url = for_database(cluster, "dbas", login)
        return CliRunner().invoke(cli, ["--database", url, *arguments])

    return run


def _failed(url: str) -> dict[str, str]:
    return {found.check: found.found for found in doctor.examine(url) if found.state == "FAIL"}


def _ask(url: str, query: str) -> Any:
    with psycopg.connect(url, autocommit=True) as db:
        return (db.execute(query.encode()).fetchone() or (None,))[0]


def test_every_command_is_his(call: Callable[..., Result]) -> None:
    alice = ("--user", "alice")
    for arguments in (
        ("user", "add", "alice"),
        ("instrument", "add", "AAPL", "equity", "USD"),
        ("prices", "load", _AAPL, "--symbol", "AAPL"),
        ("quote", "add", "AAPL", "--last", "100"),
        (*alice, "prices", "load", _AAPL, "--symbol", "AAPL"),
        (*alice, "portfolio", "open", "main"),
        (*alice, "order", "place", "AAPL", "buy", "1"),
        (*alice, "--mode", "live", "portfolio", "list"),
        (*alice, "psql", "-XAtc", "select symbol from open_positions"),
        (*alice, "verify"),
        ("verify",),
        ("sweep",),
        ("user", "list"),
        ("role", "list"),
        ("doctor",),
        ("migrate", "--reload"),
    ):
        done = call(*arguments)
        assert done.exit_code == 0, (arguments, done.output)


def test_he_inherits_nothing_and_is_no_application(cluster: str, warned: list[str]) -> None:
    told = [text for text in warned if "twinbook_backup" in text or "event triggers" in text]
    assert warned == told, "of twinbook_backup and of event triggers alone"
    assert "alter role twinbook_backup bypassrls" in warned[0]
    url = for_database(cluster, "dbas", "dba")
    assert _failed(url) == {}
    reach = next(f for f in doctor.examine(url) if f.check == "a login reaches one book")
    assert reach.state == "ok"
    assert not _ask(url, "select pg_has_role('twinbook_paper', 'usage')")
    assert not _ask(url, "select pg_has_role('twinbook_owner', 'usage')")


def test_an_application_with_such_rights_is_still_found(cluster: str, warned: list[str]) -> None:
    with psycopg.connect(cluster, autocommit=True) as db:
        db.execute("create role too_mighty login createrole in role twinbook_paper")
        try:
            check = "application logins are bound by row level security"
            assert _failed(for_database(cluster, "dbas"))[check] == "too_mighty"
        finally:
            db.execute("drop role too_mighty")


def test_nothing_is_granted_twice(cluster: str, warned: list[str]) -> None:
    url = for_database(cluster, "dbas", "dba")
    memberships = "select array_agg(m::text order by m::text) from pg_auth_members as m"
    before = _ask(url, memberships)
    migrate(url, reload=True)
    assert _ask(url, memberships) == before


def test_a_second_installer_is_told_what_he_needs(cluster: str, warned: list[str]) -> None:
    url = for_database(cluster, "others", "other")
    if _ask(cluster, "show server_version_num") >= "160000":
        with pytest.raises(Failure, match=r"roles\.sql.* other may not act as twinbook_") as raised:
            migrate(url)
        told = raised.value.hint.partition(" to run: ")[2]
        assert told.startswith("grant twinbook_owner, ")
        with psycopg.connect(for_database(cluster, "dbas", "dba"), autocommit=True) as first:
            first.execute(told.encode())
    assert migrate(url).reloaded
    assert _failed(url) == {}
    with psycopg.connect(url) as db:
        db.execute("set role twinbook_admin")


def test_who_inherits_is_warned(cluster: str, warned: list[str]) -> None:
    with psycopg.connect(cluster, autocommit=True) as db:
        is_15 = db.info.server_version < 160000
        inherit = (
            "alter role dba inherit"
            if is_15
            else "grant twinbook_owner, twinbook_engine to dba with inherit true"
        )
        db.execute(inherit.encode())
        url = for_database(cluster, "dbas", "dba")
        said: list[str] = []
        migrate(url, said.append)
        [warning] = [line for line in said if "dba inherits" in line]
        assert "nobody inherits owner or engine" in _failed(url)
        db.execute(warning.rpartition(": ")[2].encode())
    assert _failed(url) == {}
    said.clear()
    migrate(url, said.append)
    assert not [line for line in said if "dba inherits" in line]


def test_he_may_sign_the_identity(cluster: str, call: Callable[..., Result]) -> None:
    """Verbs then verify each statement, until a superuser lets them verify once."""
    url = for_database(cluster, "dbas", "dba")
    once = "a verb verifies its user once"
    alice = ("--user", "signed.alice")
    said: list[str] = []
    migrate(url, said.append, identity="signed")
    assert [line for line in said if "grant set on parameter" in line]
    try:
        for arguments in (
            ("user", "add", "signed.alice"),
            ("instrument", "add", "SIGN", "equity", "USD"),
            ("quote", "add", "SIGN", "--last", "100"),
            (*alice, "portfolio", "open", "main"),
            (*alice, "order", "place", "SIGN", "buy", "1"),
            (*alice, "psql", "-XAtc", "select symbol from open_positions"),
            (*alice, "verify"),
            (*alice, "identity", "token"),
            ("identity", "rotate-keys"),
            ("doctor",),
        ):
            done = call(*arguments)
            assert done.exit_code == 0, (arguments, done.output)
        assert {f.check: f.state for f in doctor.examine(url)}[once] == "warn"
        with psycopg.connect(cluster, autocommit=True) as db:
            db.execute("grant set on parameter twinbook.verified_user to twinbook_owner")
        migrate(url, reload=True)
        assert {f.check: f.state for f in doctor.examine(url)}[once] == "ok"
        assert _failed(url) == {}
        assert call(*alice, "order", "place", "SIGN", "buy", "1").exit_code == 0
    finally:
        migrate(url, identity="trusted")


def test_an_auditor_verifies_and_does_no_more(call: Callable[..., Result]) -> None:
    assert call("role", "add", "auditor", "--for", "auditor").exit_code == 0
    done = call("--json", "verify", login="auditor")
    assert done.exit_code == 0, done.output
    assert isinstance(json.loads(done.stdout), list)
    for arguments in (("user", "add", "eve"), ("instrument", "add", "EVE", "equity", "USD")):
        refused = call(*arguments, login="auditor")
        assert (refused.exit_code, "42501" in refused.stderr) == (1, True), refused.output
