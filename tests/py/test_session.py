"""Sessions: who they act for, with whose rights, and what is kept of them."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg import conninfo

import twinbook
from twinbook import errors, logins
from twinbook.database import Database
from twinbook.rows import Balance, Execution, Order, Quote

_NOON = datetime(2012, 1, 3, 17, tzinfo=UTC)


@pytest.fixture
def db(db_url: str) -> Iterator[Database]:
    """By the installer's login: alice and bob, AAPL, a feed of alice's at 100, a portfolio."""
    with twinbook.connect(db_url) as database:
        with database.administration() as administration:
            administration.register_user("alice")
            administration.register_user("bob")
        with database.market_data() as market:
            market.add_instrument("AAPL", "equity", "USD")
        with database.session("alice") as book:
            book.open_feed("own")
            book.replay_quotes("own", [Quote(symbol="AAPL", last=Decimal(100), quoted_at=_NOON)])
            book.open_portfolio("main", feed="own", slippage_percent=0)
        yield database


@pytest.fixture
def application(db: Database, db_url: str) -> Iterator[Database]:
    """By a login of the paper book's own."""
    name = f"app_{conninfo.conninfo_to_dict(db_url)['dbname']}"[:60]
    logins.add(db_url, name, "paper")
    try:
        with twinbook.connect(conninfo.make_conninfo(db_url, user=name)) as database:
            yield database
    finally:
        with psycopg.connect(db_url, autocommit=True) as installer:
            installer.execute(f"drop owned by {name}".encode())
            installer.execute(f"drop role {name}".encode())


def test_an_order_comes_back_typed(db: Database) -> None:
    with db.session("alice", "paper") as book:
        order = book.place_order("AAPL", "buy", 10, strategy="momentum", context={"a": [1, "b"]})
        assert isinstance(order, Order)
        assert (order.status, order.average_price) == ("FILLED", Decimal(100))
        assert order.context == {"a": [1, "b"]}
        assert order.placed_at == _NOON
        [balance] = book.fetch(Balance, "select * from balances")
        assert balance.amount == Decimal(99_000)
        [fill] = book.fetch(Execution, "select * from executions where symbol = %s", ["AAPL"])
        assert fill.order_id == order.order_id
        assert book.execute("select symbol, quantity from open_positions") == [
            {"symbol": "AAPL", "quantity": Decimal(10)}
        ]
        assert book.verify_portfolios()[0].chain_intact


def test_what_is_not_given_is_left_to_the_database(db: Database) -> None:
    with db.session("alice") as book:
        order = book.place_order("AAPL", "buy", 1)
        assert (order.order_type, order.time_in_force, order.strategy) == ("market", "DAY", "")
        edited = book.edit_portfolio("main", 1, max_quote_age=timedelta(hours=2))
        assert edited.max_quote_age == timedelta(hours=2)
        assert edited.slippage_percent == 0


@pytest.mark.parametrize("login", ["db", "application"])
def test_a_session_has_its_books_rights_and_no_more(
    login: str, request: pytest.FixtureRequest
) -> None:
    database: Database = request.getfixturevalue(login)
    with database.session("alice") as book:
        who = book.execute(
            "select current_setting('app.current_user') as me, current_schema as book, "
            "pg_has_role(current_user, 'twinbook_paper', 'usage') as paper, "
            "pg_has_role(current_user, 'twinbook_live', 'usage') as live, "
            "(select rolsuper from pg_roles where rolname = current_user) as super"
        )
    assert who == [
        {"me": "alice", "book": "paper_trading", "paper": True, "live": False, "super": False}
    ]
    with pytest.raises(errors.NoPrivilege), database.session("alice") as book:
        book.execute("select * from live_trading.orders")


def test_a_paper_login_opens_no_live_session(application: Database) -> None:
    with pytest.raises(errors.NoPrivilege), application.session("alice", "live"):
        pytest.fail("it was opened")
    with pytest.raises(errors.NoPrivilege), application.administration():
        pytest.fail("it was opened")
    with pytest.raises(errors.NoPrivilege), application.market_data():
        pytest.fail("it was opened")


def test_a_login_of_both_books_has_one_at_a_time(db: Database, db_url: str) -> None:
    with psycopg.connect(db_url, autocommit=True) as installer:
        installer.execute("create role both_books login in role twinbook_paper, twinbook_live")
    try:
        with twinbook.connect(conninfo.make_conninfo(db_url, user="both_books")) as both:
            with both.session("alice", "live") as book:
                assert book.execute("select count(*) as n from orders") == [{"n": 0}]
            with pytest.raises(errors.NoPrivilege), both.session("alice", "live") as book:
                book.execute("select * from paper_trading.orders")
    finally:
        with psycopg.connect(db_url, autocommit=True) as installer:
            installer.execute("drop role both_books")


def test_beginning_takes_one_round_trip(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs = 0
    original = psycopg.Pipeline.sync

    def counted(self: psycopg.Pipeline) -> None:
        nonlocal syncs
        syncs += 1
        original(self)

    monkeypatch.setattr(psycopg.Pipeline, "sync", counted)
    executed: list[object] = []
    execute = psycopg.Connection.execute

    def listed(self: Any, *arguments: Any, **options: Any) -> Any:
        executed.append(arguments[0])
        return execute(self, *arguments, **options)

    monkeypatch.setattr(psycopg.Connection, "execute", listed)
    with db.session("alice"):
        assert len(executed) == 1
    assert syncs <= 1


def test_nothing_of_a_session_stays_on_its_connection(db_url: str, db: Database) -> None:
    with twinbook.connect(db_url, max_size=1) as single:
        with single.session("alice") as book:
            assert book.execute("select count(*) as n from portfolios") == [{"n": 1}]
        with single.session("") as book:
            assert book.execute("select count(*) as n from portfolios") == [{"n": 0}]
            role = book.execute("select current_setting('app.current_user') as me")
            assert role == [{"me": ""}]


def test_an_error_keeps_nothing(db: Database) -> None:
    def buy_then_err() -> None:
        with db.session("alice") as book:
            book.place_order("AAPL", "buy", 1)
            book.place_order("AAPL", "buy", -1)

    with pytest.raises(errors.BadArgument) as raised:
        buy_then_err()
    assert raised.value.code == "TB400"
    with db.session("alice") as book:
        assert book.execute("select * from orders") == []


def test_an_error_that_was_swallowed_is_not_taken_for_success(db: Database) -> None:
    def buy_and_look_away() -> None:
        with db.session("alice") as book:
            book.place_order("AAPL", "buy", 1)
            with suppress(errors.NotVisible):
                book.place_order("NOPE", "buy", 1)

    with pytest.raises(errors.TwinbookError, match="nothing of this session"):
        buy_and_look_away()


def test_a_refusal_is_a_row(db: Database) -> None:
    with db.session("alice") as book:
        order = book.place_order("AAPL", "buy", 100_000)
    assert order.status == "REJECTED"
    assert "insufficient funds" in (order.reject_reason or "")


def test_bob_sees_nothing_of_alice(db: Database) -> None:
    with db.session("alice") as book:
        order = book.place_order("AAPL", "buy", 1, order_type="limit", limit_price=90)
    with db.session("bob") as book:
        assert book.fetch(Order, "select * from orders") == []
        book.open_portfolio("main")
    with pytest.raises(errors.NotVisible), db.session("bob") as book:
        book.cancel_order(order.order_id)


@pytest.mark.parametrize("verb", ["open_feed", "cancel_all"])
def test_who_isnt_said_is_told_how_to_say_it(db: Database, verb: str) -> None:
    with pytest.raises(errors.NoUser) as raised, db.session("") as book:
        book.open_feed("other") if verb == "open_feed" else book.cancel_all()
    for way in ("""set "app.current_user" = 'alice'; in psql""", "set local in a transaction"):
        assert way in raised.value.hint


def test_money_is_never_float(db: Database) -> None:
    with db.session("alice") as book:
        with pytest.raises(TypeError, match="quantity"):
            book.place_order("AAPL", "buy", 0.1)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="last"):
            book.replay_quotes("own", [Quote(symbol="AAPL", last=1.5, quoted_at=_NOON)])  # type: ignore[arg-type]


@pytest.mark.parametrize("symbol", ["", "\0", "\udc80", "a" * 100_000, "'; drop table orders"])
def test_any_text_is_answered_in_order(db: Database, symbol: str) -> None:
    with pytest.raises((errors.BadArgument, errors.NotVisible)), db.session("alice") as book:
        book.place_order(symbol, "buy", 1)


def test_a_lost_connection_is_replaced(db: Database, db_url: str) -> None:
    with db.session("alice") as book:
        [row] = book.execute("select pg_backend_pid() as pid")
    with psycopg.connect(db_url) as installer:
        installer.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where pid <> pg_backend_pid() and datname = current_database()"
        )
    with db.session("alice") as book:
        assert book.execute("select pg_backend_pid() as pid") != [row]


def test_losing_the_connection_midway_is_told(db: Database, db_url: str) -> None:
    def lose_it() -> None:
        with db.session("alice") as book:
            [row] = book.execute("select pg_backend_pid() as pid")
            with psycopg.connect(db_url) as installer:
                installer.execute("select pg_terminate_backend(%s)", [row["pid"]])
            book.execute("select 1 as n")

    with pytest.raises(errors.Disconnected):
        lose_it()


def test_no_free_connection_is_told(db: Database, db_url: str) -> None:
    with (
        twinbook.connect(db_url, max_size=1, timeout=0.1) as single,
        single.session("alice"),
        pytest.raises(errors.Disconnected, match="in time"),
        single.session("bob"),
    ):
        pytest.fail("there were two")


@pytest.mark.parametrize("url", ["postgresql:///none?host=/nowhere", "nonsense", "host=/nowhere"])
def test_a_wrong_address_is_told_at_once(url: str) -> None:
    with pytest.raises(errors.Disconnected, match="can't connect"):
        twinbook.connect(url)


def test_a_database_without_twinbook_says_so(db_url: str) -> None:
    url = conninfo.make_conninfo(db_url, dbname="postgres")
    with (
        twinbook.connect(url) as empty,
        pytest.raises(errors.TwinbookError) as raised,
        empty.session("alice") as book,
    ):
        book.verify_portfolios()
    assert "twinbook migrate" in raised.value.hint


def test_an_unknown_book_is_misuse(db: Database) -> None:
    with pytest.raises(ValueError, match="paper, live"), db.session("alice", "both"):  # type: ignore[arg-type]
        pytest.fail("it was opened")


def test_threads_share_a_database(db: Database) -> None:
    def buy() -> None:
        with db.session("alice") as book:
            book.place_order("AAPL", "buy", 1)

    threads = [threading.Thread(target=buy) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.session("alice") as book:
        [position] = book.execute("select quantity from positions")
        assert position["quantity"] == 20
        assert all(row.rebuilt_equals_stored for row in book.verify_portfolios())
