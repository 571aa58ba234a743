"""Postgres killed under load, and a client killed in between: what was told stays, nothing is half.

``TWINBOOK_LOAD=10`` crashes ten times as often.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.py.applications import Db, Desk, Quote, open_desk, place, record

from twinbook.migrate import migrate
from twinbook.server import Server

ROUNDS = int(2 * float(os.environ.get("TWINBOOK_LOAD", "1")))
CLIENTS = 4


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of this test's own, that may lose nothing."""
    folder = Path(tempfile.mkdtemp(prefix="twinbook-crash-"))
    folder.chmod(0o711)
    server = Server(folder / "data")
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(desk: Desk) -> None:
    desk.add_instruments("AAPL")
    record(desk.prices(), [Quote("AAPL", bid=99, ask=101, last=100)])  # type: ignore[arg-type]
    people = [f"user{number}" for number in range(CLIENTS)]
    desk.register(*people)
    for person in people:
        desk.trader(person).execute(
            "select open_portfolio('main', initial_balances => '{\"USD\": 1000000000}')"
        )


def _trade(db: Db, told: dict[str, Any], name: str) -> None:
    """Orders until the connection breaks; told is what came back after each commit."""
    for number in range(100_000):
        terms: dict[str, object] = {"idempotency_key": f"{name}-{number}"}
        if number % 3 == 0:
            terms |= {"order_type": "limit", "limit_price": 98}
        if number % 3 == 1:  # a bracket of its own, which the quotes reach on both sides
            terms |= {"strategy": f"{name}-{number}", "stop_loss": 97, "take_profit": 100}
        try:
            order = place(db, "AAPL", "buy", 1, **terms)
        except psycopg.OperationalError:
            return
        told[order.order_id] = order


def _quote(db: Db, over: threading.Event) -> None:
    middle = 0
    while not over.is_set():
        middle += 1
        shown = Quote("AAPL", last=97 + middle % 4, volume=10)  # type: ignore[arg-type]
        try:
            record(db, [shown])
        except psycopg.OperationalError:
            return


def _load_until_killed(desk: Desk, server: Server) -> dict[str, Any]:
    told: list[dict[str, Any]] = [{} for _ in range(CLIENTS)]
    over = threading.Event()
    traders = [desk.trader(f"user{number}") for number in range(CLIENTS)]
    name = str(time.monotonic_ns())
    with ThreadPoolExecutor(CLIENTS + 1) as pool:
        try:
            quoting = pool.submit(_quote, desk.prices(), over)
            working = [
                pool.submit(_trade, db, mine, name) for db, mine in zip(traders, told, strict=True)
            ]
            patience = time.monotonic() + 60
            while min(map(len, told)) < 25:
                assert time.monotonic() < patience
                time.sleep(0.01)
        finally:
            server.kill()
            over.set()
        for each in (*working, quoting):
            each.result()
    return {order_id: order for mine in told for order_id, order in mine.items()}


def test_what_was_told_survives_a_kill(server: Server) -> None:
    url = server.start()
    migrate(url)
    told: dict[str, Any] = {}
    with open_desk(url) as desk:
        _prepare(desk)
    for _ in range(ROUNDS):
        with open_desk(url) as desk:
            told |= _load_until_killed(desk, server)
        url = server.start()
        with open_desk(url) as desk:
            _expect_whole(desk, told)


def _expect_whole(desk: Desk, told: dict[str, Any]) -> None:
    db = desk.installer()
    rows = db.execute("select * from paper_trading.orders").fetchall()
    stored = {row.order_id: row for row in rows}
    for order_id, order in told.items():
        after = stored[order_id]
        assert (after.username, after.order_number) == (order.username, order.order_number)
        if order.status == "FILLED":
            assert after.filled_quantity == order.filled_quantity
            assert after.average_price == order.average_price
    assert not [row for row in rows if row.status == "PENDING"]
    assert {row.purpose for row in rows} == {"trade", "stop_loss", "take_profit"}
    assert desk.faults() == []  # no exit is missing, none is left behind
    # The book goes on where it was.
    record(desk.prices(), [Quote("AAPL", bid=99, ask=101, last=100)])  # type: ignore[arg-type]
    assert place(desk.trader("user0"), "AAPL", "buy", 1).status == "FILLED"
    assert desk.faults() == []


_CLIENT = """
import sys
import psycopg

db = psycopg.connect(sys.argv[1], options="-c search_path=paper_trading,shared_data,pg_temp")
db.execute("select set_config('app.current_user', 'alice', true)")
for order_type, limit in (("market", None), ("limit", 90)):
    db.execute("select place_order('AAPL', 'buy', 10, %s, limit_price => %s)", [order_type, limit])
db.execute("select cancel_order(order_id) from orders where status = 'OPEN' and quantity = 7")
print("done but for the commit", flush=True)
sys.stdin.read()
"""


def test_a_client_killed_in_between_leaves_nothing(db_url: str) -> None:
    with open_desk(db_url) as desk:
        desk.add_instruments("AAPL")
        record(desk.prices(), [Quote("AAPL", bid=99, ask=101, last=100)])  # type: ignore[arg-type]
        desk.register("alice")
        alice = desk.trader("alice")
        alice.execute("select open_portfolio('main')")
        resting = place(alice, "AAPL", "buy", 7, order_type="limit", limit_price=95)
        before = _everything(alice)
        with subprocess.Popen(
            [sys.executable, "-c", _CLIENT, desk.login_url()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as client:
            assert client.stdout
            assert client.stdout.readline() == "done but for the commit\n"
            client.send_signal(signal.SIGKILL)
        alice.execute("set statement_timeout = '10s'")
        assert _everything(alice) == before
        alice.execute("select cancel_order(%s)", [resting.order_id])
        assert desk.faults() == []


def _everything(db: Db) -> list[Any]:
    return [
        db.execute(f"select * from {table}".encode()).fetchall()
        for table in (
            "orders",
            "executions",
            "ledger_entries",
            "positions",
            "balances",
            "audit_log",
        )
    ]
