"""I5: each statement of a session's own is logged, once, at no round trip; verbs are not."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import conninfo
from tests.py.applications import TRADER, open_desk

import twinbook
from twinbook import errors
from twinbook.access_log import AccessLog
from twinbook.database import Database
from twinbook.rows import Portfolio


@pytest.fixture
def db(db_url: str) -> Iterator[Database]:
    """By a login of the paper book's; alice and bob are there."""
    with open_desk(db_url) as desk:
        desk.register("alice", "bob")
        with twinbook.connect(desk.login_url()) as database:
            yield database


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _logged(db_url: str) -> list[Any]:
    with psycopg.connect(db_url) as auditor:
        auditor.execute("set role twinbook_auditor")
        return auditor.execute(
            "select username, mode, kind, schemas, statement_sha256 "
            "from shared_data.data_access_log order by created_at, number"
        ).fetchall()


def test_each_statement_of_ones_own_is_logged(db: Database, db_url: str) -> None:
    mine = "select * from portfolios where name = %s"
    other = "select count(*) as n from shared_data.quotes"
    with db.session("alice") as book:
        book.execute(mine, ["secret"])
        book.fetch(Portfolio, "select * from portfolios")
        book.execute(other)
    assert _logged(db_url) == [
        ("alice", "paper", "select", ["paper_trading"], _sha256(mine)),
        ("alice", "paper", "select", ["paper_trading"], _sha256("select * from portfolios")),
        ("alice", "paper", "select", ["shared_data"], _sha256(other)),
    ]
    with psycopg.connect(db_url) as auditor:
        row = auditor.execute(
            "select distinct actor, session_id is not null, created_at <= now() "
            "from shared_data.data_access_log"
        ).fetchall()
    assert row == [(TRADER, True, True)]


def test_verbs_are_not_logged_twice(db: Database, db_url: str) -> None:
    with db.session("alice") as book:
        book.open_portfolio("main")
        book.verify_portfolios()
    assert _logged(db_url) == []


def test_what_was_rolled_back_was_read_all_the_same(db: Database, db_url: str) -> None:
    def read_then_err() -> None:
        with db.session("alice") as book:
            book.execute("select * from portfolios")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        read_then_err()
    with pytest.raises(errors.TwinbookError), db.session("bob") as book:
        book.execute("select * from nothing_of_ours")
    with pytest.raises(errors.TwinbookError), db.session("bob") as book:
        book.execute("selekt")
    assert [row[:3] for row in _logged(db_url)] == [
        ("alice", "paper", "select"),
        ("bob", "paper", "select"),
        ("bob", "paper", "selekt"),
    ]


def test_a_statement_that_ends_the_transaction_is_logged(db: Database, db_url: str) -> None:
    with db.session("alice") as book:
        book.execute("rollback")
    assert [row[:3] for row in _logged(db_url)] == [("alice", "paper", "rollback")]


def test_nobodys_statements_are_logged_as_nobodys(db: Database, db_url: str) -> None:
    with db.session("") as book:
        book.execute("select 1 as one")
    assert [row[:2] for row in _logged(db_url)] == [("", "paper")]


def test_what_cant_be_logged_isnt_kept(db: Database, db_url: str) -> None:
    with psycopg.connect(db_url) as installer:
        installer.execute("revoke execute on function shared_data.log_access from twinbook_paper")

    def open_and_look() -> None:
        with db.session("alice") as book:
            book.open_portfolio("main")
            book.execute("select * from portfolios")

    with pytest.raises(errors.NoPrivilege):
        open_and_look()
    with psycopg.connect(db_url) as installer:
        assert installer.execute("select from paper_trading.portfolios").fetchall() == []


def test_administrators_and_auditors_are_logged_too(db: Database, db_url: str) -> None:
    with twinbook.connect(db_url) as installer:
        with installer.administration() as administration:
            administration.execute("select * from shared_data.instruments")
        with installer.market_data() as market_data:
            market_data.execute("select * from shared_data.quotes")
        with installer.logins() as desk:
            desk.execute("select 'the login service, which can read nothing' as it")
    assert [row[:4] for row in _logged(db_url)] == [("", None, "select", ["shared_data"])] * 2


def test_logging_costs_no_round_trip(
    db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged = _round_trips(db_url, tmp_path / "logged")
    assert len(_logged(db_url)) == 2
    monkeypatch.setattr(AccessLog, "__bool__", lambda _: False)
    assert _round_trips(db_url, tmp_path / "not logged") == logged == 3


def _round_trips(db_url: str, trace: Path) -> int:
    """How often a session of two statements waits for the server, once it is open."""
    with (
        trace.open("w") as file,
        twinbook.connect(db_url) as database,
        database.session("alice") as book,
    ):
        book._connection.pgconn.trace(file.fileno())
        book.execute("select 1 as one")
        book.execute("select %s as two", [2])
    return len(re.findall(r"\tF\t\d+\t(?:Sync|Query)\b", trace.read_text()))


@pytest.mark.parametrize(
    ("query", "kind", "schemas"),
    [
        ("select 1", "select", "paper_trading"),
        ("  /* a */ -- b\n SELECT * FROM live_trading.orders", "select", "live_trading"),
        ("with a as (delete from b) insert into c select 1", "insert", "paper_trading"),
        ("with a as (select ')') (select 1)", "unknown", "paper_trading"),
        ("(select 1) union select 2", "select", "paper_trading"),
        ('copy "shared_data".quotes to stdout', "copy", "shared_data"),
        ("table identity.users, oversight . security_events", "table", "identity,oversight"),
        ("do $$ begin end $$", "do", "paper_trading"),
        ("", "unknown", "paper_trading"),
        ("\udc80 select", "select", "paper_trading"),
    ],
)
def test_kinds_and_schemas(query: str, kind: str, schemas: str) -> None:
    log = AccessLog("paper")
    log.note(query)
    [access] = log._accesses
    assert (access.kind, access.schemas) == (kind, schemas)


def test_no_value_is_in_it(db: Database, db_url: str) -> None:
    with db.session("alice") as book:
        book.execute("select %s::text as it", ["a-secret-value"])
    with psycopg.connect(db_url) as installer:
        text = installer.execute("select d::text from shared_data.data_access_log as d").fetchall()
    assert "secret" not in str(text)


def test_a_login_tells_of_its_user_alone(db_url: str, db: Database) -> None:
    url = conninfo.make_conninfo(db_url, user=TRADER, password="only-for-tests")  # noqa: S106
    with psycopg.connect(url, autocommit=True) as login:
        login.execute("set \"app.current_user\" = 'alice'")
        login.execute(
            "select shared_data.log_access(array[sha256('x')], '{select}', '{paper_trading}')"
        )
    assert [row[0] for row in _logged(db_url)] == ["alice"]


@pytest.mark.parametrize("writes", [False, True])
def test_who_only_reads_waits_for_no_disk(db: Database, writes: bool) -> None:
    tell = "select shared_data.log_access(array[sha256('x')], '{select}', '{paper_trading}')"
    with db.session("alice") as book:
        book.execute("set local synchronous_commit = on")
        if writes:
            book.open_portfolio("main")
        book.execute(tell)
        now = book.execute("select current_setting('synchronous_commit') as it")
    assert now == [{"it": "on" if writes else "off"}]
