"""I4: a session that reaches for the other book is refused and recorded, and an id alerts."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.rows import namedtuple_row
from tests.py.applications import TRADER, open_desk

import twinbook
from twinbook import errors
from twinbook.books import BOOKS, Mode, other_than
from twinbook.database import Database


@pytest.fixture
def login(db_url: str) -> Iterator[Database]:
    """By a login of the paper book's; alice is there."""
    with open_desk(db_url) as desk:
        desk.register("alice")
        with twinbook.connect(desk.login_url()) as database:
            yield database


def _events(db_url: str) -> list[Any]:
    with psycopg.connect(db_url, row_factory=namedtuple_row) as auditor:
        auditor.execute("set role twinbook_auditor")
        return auditor.execute(
            "select * from oversight.security_events order by occurred_at"
        ).fetchall()


def _reach(database: Database, mode: Mode, query: str) -> None:
    with pytest.raises(errors.NoPrivilege), database.session("alice", mode) as book:
        book.execute(query)


def test_reaching_for_the_other_book_is_an_event(db_url: str, mode: Mode) -> None:
    other = BOOKS[other_than(mode)]
    query = f"select * from {other}.orders"
    with open_desk(db_url) as desk:
        desk.register("alice")
    with twinbook.connect(db_url) as database:
        _reach(database, mode, query)
    [event] = _events(db_url)
    assert (event.username, event.book, event.kind, event.severity) == (
        "alice",
        mode,
        "crossing",
        "MEDIUM",
    )
    assert event.details == {"statement_sha256": hashlib.sha256(query.encode()).hexdigest()}


@pytest.mark.parametrize(
    "query",
    [
        "insert into live_trading.orders default values",
        "select live_trading.place_order('AAPL', 'buy', 1)",
        'copy "live_trading".orders to stdout',
        "set role twinbook_live",
        "do $$ begin perform * from LIVE_TRADING.orders; end $$",
        "do $$ begin execute 'table ' || 'live' || '_trading.orders'; end $$",
    ],
)
def test_however_it_is_written(login: Database, db_url: str, query: str) -> None:
    _reach(login, "paper", query)
    assert [event.actor for event in _events(db_url)] == [TRADER]


def test_what_is_refused_at_home_is_no_crossing(login: Database, db_url: str) -> None:
    _reach(login, "paper", "delete from orders")
    with pytest.raises(errors.TwinbookError), login.session("alice") as book:
        book.execute("select 'live_trading.orders'::integer")
    assert _events(db_url) == []


def test_an_error_that_was_swallowed_is_told_all_the_same(login: Database, db_url: str) -> None:
    def reach_and_look_away() -> None:
        with login.session("alice") as book, suppress(errors.NoPrivilege):
            book.execute("select * from live_trading.orders")

    with pytest.raises(errors.TwinbookError, match="nothing of this session"):
        reach_and_look_away()
    assert len(_events(db_url)) == 1


def test_opening_the_other_book_is_one(login: Database, db_url: str) -> None:
    with pytest.raises(errors.NoPrivilege), login.session("alice", "live"):
        pytest.fail("it was opened")
    assert [(event.username, event.book) for event in _events(db_url)] == [("alice", "paper")]


def test_repeating_it_raises_the_severity(login: Database, db_url: str) -> None:
    for _ in range(10):
        _reach(login, "paper", "select * from live_trading.orders")
    found = [event.severity for event in _events(db_url)]
    assert found == [*["MEDIUM"] * 3, *["HIGH"] * 6, "CRITICAL"]


def test_the_alert_is_an_opaque_id(login: Database, db_url: str) -> None:
    with psycopg.connect(db_url, autocommit=True) as watcher:
        watcher.execute("listen twinbook_alerts")
        _reach(login, "paper", "select * from live_trading.orders")
        [told] = watcher.notifies(timeout=10, stop_after=1)
    [event] = _events(db_url)
    assert UUID(told.payload) == event.event_id


def test_what_cant_be_recorded_is_refused_all_the_same(
    login: Database, db_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with psycopg.connect(db_url) as installer:
        installer.execute(
            "revoke execute on function oversight.report_crossing from twinbook_paper"
        )
    _reach(login, "paper", "select * from live_trading.orders")
    assert "not logged" in caplog.text
    assert _events(db_url) == []


def test_an_application_reports_for_itself_alone(login: Database, db_url: str) -> None:
    with login.session("alice") as book:
        book.report_crossing("paper", hashlib.sha256(b"x").digest())
    with pytest.raises(errors.NoPrivilege), login.session("alice") as book:
        book.execute("select oversight.raise_security_event('bob', 'paper', 'crossing', '{}')")
    assert [event.username for event in _events(db_url)] == ["alice"]
