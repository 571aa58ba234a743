"""The monitor: what it finds, whom it tells, and what it survives."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psycopg
import pytest
from click.testing import CliRunner, Result
from psycopg import conninfo, sql
from tests.checks import dump
from tests.support.databases import libpq_environment

from twinbook import logins
from twinbook.cli import cli
from twinbook.errors import NoPrivilege
from twinbook.failure import Failure
from twinbook.monitor import Command, Metrics, Watch, Webhook
from twinbook.server import find_binaries

ROOT = Path(__file__).resolve().parents[2]

_STAGE = """
select tests.set_stage();
select tests.quote('AAPL', 99, 101);
set search_path = paper_trading, shared_data, pg_temp;
select tests.open('alice'), tests.trade('alice', 'AAPL', 'buy', 10, 100);
alter function tests.pending cost 99; -- so that it is compiled anew, for the other book's orders
set search_path = live_trading, shared_data, pg_temp;
select tests.open('alice'), tests.trade('alice', 'AAPL', 'buy', 10, 100);
"""

# What is done past every trigger, and the checks that then fail.
FAULTS = {
    "update paper_trading.balances set amount = amount + 0.01": "cash_against_ledger",
    "update live_trading.positions set fees = fees + 1": "positions_against_executions",
    "delete from live_trading.executions": "execution_gaps",
    "delete from paper_trading.audit_log where seq = 2": "audit_gaps",
    "update paper_trading.audit_log set actor = 'mallory'": "chain_heads_broken",
    "update paper_trading.executions set order_id = 'LIVE_1'": "ids_of_the_other_book",
    "alter table paper_trading.orders disable trigger user": "triggers_off",
    "drop policy orders_are_private on live_trading.orders": "policies_altered",
    "alter table identity.users no force row level security": "row_security_off",
    "grant select on paper_trading.orders to public": "grants_to_public",
    "grant delete on live_trading.orders to twinbook_live": "grants_to_write",
    "alter table live_trading.trades add column more text": "twins_drifted_apart",
    "update shared_data.quotes set quoted_at = '2026-02-20'": "stale_quotes",
}


@pytest.fixture
def staged(db_url: str) -> str:
    """A database in which both books have traded."""
    with psycopg.connect(db_url) as db:
        db.execute(_STAGE)
        db.execute("select oversight.close_maintenance()")
    return db_url


def _plant(url: str, fault: str) -> None:
    with psycopg.connect(url) as db:
        db.execute("select oversight.open_maintenance('a fault is planted', '1 minute')")
        db.execute("set session_replication_role = replica")
        db.execute(fault.encode())
        db.execute("reset session_replication_role")
        db.execute("select oversight.close_maintenance()")


def _call(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--database", url, *arguments])


def _halted(url: str) -> str | None:
    with psycopg.connect(url) as db:
        row = db.execute("select halted_because from oversight.live_switch").fetchone()
    return row[0] if row else None


def test_a_healthy_database_is_all_green(staged: str) -> None:
    done = _call(staged, "--json", "monitor", "--once")
    checks = json.loads(done.stdout)
    assert not [check for check in checks if not check["passed"]]
    assert done.exit_code == 0, done.stderr
    assert len({check["check_name"] for check in checks}) > 40
    assert _halted(staged) is None


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_named(fault: str, staged: str) -> None:
    _plant(staged, fault)
    done = _call(staged, "--json", "monitor", "--once")
    failed = [check for check in json.loads(done.stdout) if not check["passed"]]
    assert FAULTS[fault] in {check["check_name"] for check in failed}
    assert FAULTS[fault] in done.stderr
    assert done.exit_code == 1
    is_critical = any(check["severity"] == "CRITICAL" for check in failed)
    assert (_halted(staged) is not None) == is_critical


def _psql(url: str, text: str = "") -> None:
    subprocess.run(
        [find_binaries().program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1"],
        env=libpq_environment(url),
        input=text,
        stdout=subprocess.DEVNULL,
        text=True,
        check=True,
    )


def test_a_restored_database_is_whole_and_guarded(staged: str) -> None:
    with dump.restored(staged, "twinbook_backup", _psql) as copy:
        done = _call(copy, "--json", "monitor", "--once")
        assert not [check for check in json.loads(done.stdout) if not check["passed"]]
        with psycopg.connect(copy) as db, pytest.raises(psycopg.Error) as refused:
            db.execute("drop policy orders_are_private on paper_trading.orders")
        assert refused.value.sqlstate == "TB403"


def test_quick_leaves_out_what_reads_a_whole_book(staged: str) -> None:
    _plant(staged, "update paper_trading.balances set amount = amount + 1")
    assert _call(staged, "monitor", "--once", "--quick").exit_code == 0
    assert _call(staged, "monitor", "--once").exit_code == 1


def test_a_check_that_waits_for_a_lock_is_a_warning(staged: str) -> None:
    with psycopg.connect(staged) as db:
        db.execute("lock table oversight.live_switch")
        done = _call(staged, "--json", "monitor", "--once", "--at-least", "INFO")
    (failed,) = [check for check in json.loads(done.stdout) if not check["passed"]]
    assert failed["check_name"] == "live_trading_halted"
    assert failed["severity"] == "WARNING"
    assert failed["found"] is None
    assert failed["detail"].startswith("could not look")
    assert done.exit_code == 1


def test_what_is_a_breach_can_be_said(staged: str) -> None:
    _plant(staged, "update shared_data.quotes set quoted_at = '2026-02-20'")
    assert _call(staged, "monitor", "--once").exit_code == 1
    assert _call(staged, "monitor", "--once", "--at-least", "HIGH").exit_code == 0


def test_no_halt_where_none_is_wanted(staged: str) -> None:
    _plant(staged, "update paper_trading.balances set amount = amount + 1")
    assert _call(staged, "monitor", "--once", "--no-halt").exit_code == 1
    assert _halted(staged) is None


def test_a_halt_says_nobodys_data(staged: str) -> None:
    _plant(staged, "update live_trading.balances set amount = amount + 1")
    _call(staged, "monitor", "--once")
    because = _halted(staged)
    assert because
    assert "cash_against_ledger (live)" in because
    assert "alice" not in because


@contextmanager
def _login(url: str, name: str, group: str) -> Iterator[str]:
    logins.add(url, name, group)
    try:
        yield conninfo.make_conninfo(url, user=name)
    finally:
        with psycopg.connect(url, autocommit=True) as db:
            db.execute(sql.SQL("drop owned by {}").format(sql.Identifier(name)))
            db.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


def test_an_auditor_watches_and_cannot_halt(staged: str) -> None:
    with _login(staged, "monitor_auditor", "auditor") as url:
        assert _call(url, "monitor", "--once").exit_code == 0
        _plant(staged, "update paper_trading.balances set amount = amount + 1")
        done = _call(url, "monitor", "--once")
    assert done.exit_code == 1
    assert "could not be halted" in done.stderr
    assert _halted(staged) is None


def test_an_administrator_watches_and_halts(staged: str) -> None:
    with _login(staged, "monitor_admin", "admin") as url:
        assert _call(url, "monitor", "--once").exit_code == 0
        _plant(staged, "update paper_trading.balances set amount = amount + 1")
        assert _call(url, "monitor", "--once").exit_code == 1
    assert _halted(staged)


def test_a_trader_has_no_monitor(staged: str) -> None:
    with _login(staged, "monitor_trader", "paper") as url:
        assert _call(url, "monitor", "--once").exit_code == 1
        with pytest.raises(NoPrivilege):
            Watch(url, lambda _: None, every=1).run()


def test_logins_as_they_are_made_are_no_finding(staged: str) -> None:
    with (
        _login(staged, "monitor_paper", "paper"),
        _login(staged, "monitor_live", "live"),
        _login(staged, "monitor_prices", "market-data"),
    ):
        done = _call(staged, "--json", "monitor", "--once")
    assert not [check for check in json.loads(done.stdout) if not check["passed"]]


class _Events(list[dict[str, Any]]):
    """What a watch told, which another thread can wait for."""

    def wait_for(self, event: str, **fields: object) -> dict[str, Any]:
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            for told in [*self]:
                if told["event"] == event and fields.items() <= told.items():
                    found: dict[str, Any] = told
                    return found
            time.sleep(0.02)
        raise AssertionError(f"no {event} {fields} in {self}")


@contextmanager
def _watching(url: str, **options: Any) -> Iterator[_Events]:
    events = _Events()
    options = {"every": 1, "whole_every": 0} | options
    watch = Watch(url, events.append, **options)
    thread = threading.Thread(target=watch.run)
    thread.start()
    try:
        events.wait_for("connected")
        yield events
    finally:
        watch.stop()
        thread.join(10)
        assert not thread.is_alive()


def test_a_watch_tells_changes_alone(staged: str) -> None:
    metrics = Metrics()

    def sample(name: str) -> float | None:
        labels = {"check": "cash_against_ledger", "book": "paper", "severity": "CRITICAL"}
        return metrics.registry.get_sample_value(name, labels)

    with _watching(staged, metrics=metrics) as events:
        _plant(staged, "update paper_trading.balances set amount = amount + 1")
        failed = events.wait_for("failed", check_name="cash_against_ledger", book="paper")
        assert failed["found"] == 1
        assert "stored 99001, from facts 99000" in failed["detail"]
        events.wait_for("halted")
        assert sample("twinbook_check_passed") == 0
        assert sample("twinbook_check_found") == 1
        _plant(staged, "update paper_trading.balances set amount = amount + 1")
        events.wait_for("changed", check_name="cash_against_ledger")
        _plant(staged, "update paper_trading.balances set amount = amount - 2")
        events.wait_for("passed", check_name="cash_against_ledger")
        assert sample("twinbook_check_passed") == 1
    cash = [event["event"] for event in events if event.get("check_name") == "cash_against_ledger"]
    assert cash == ["failed", "changed", "passed"]
    assert metrics.registry.get_sample_value("twinbook_halts_total") == 1


def test_a_halt_that_was_held_up_is_tried_again(staged: str) -> None:
    with _watching(staged) as events:
        with psycopg.connect(staged) as db:
            db.execute("select from oversight.live_switch for update")
            _plant(staged, "update paper_trading.balances set amount = amount + 1")
            assert "55P03" in events.wait_for("trouble")["detail"]
            assert _halted(staged) is None
        events.wait_for("halted")
    assert _halted(staged)


def test_an_alert_is_told_at_once(staged: str) -> None:
    told: list[dict[str, Any]] = []
    with _watching(staged, every=300, messengers=[told.append]) as events:
        with psycopg.connect(staged, autocommit=True) as db:
            db.execute("select pg_notify('twinbook_alerts', 'c0ffee-1')")
            db.execute("select pg_notify('twinbook_alerts', E'\\x1b[2Jowned by a login')")
        events.wait_for("alert", id="c0ffee-1")
        # Anybody may send on a channel: what isn't an id isn't repeated.
        events.wait_for("alert", id=None)
        deadline = time.monotonic() + 5
        while len(told) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
    assert [message["id"] for message in told] == ["c0ffee-1", None]


def test_a_watch_survives_a_lost_connection(staged: str) -> None:
    with _watching(staged) as events:
        with psycopg.connect(staged, autocommit=True) as db:
            db.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        events.wait_for("disconnected")
        events.clear()
        events.wait_for("connected")
        _plant(staged, "update paper_trading.balances set amount = amount + 1")
        events.wait_for("failed", check_name="cash_against_ledger")


def test_a_breach_reaches_a_webhook_and_a_command(staged: str, tmp_path: Path) -> None:
    got: list[dict[str, Any]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    file = tmp_path / "events"
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever).start()
    try:
        webhook = Webhook(f"http://127.0.0.1:{server.server_port}/")
        command = Command(["sh", "-c", f"cat >> {file}"])
        with _watching(staged, messengers=[webhook, command]) as events:
            _plant(staged, "update paper_trading.balances set amount = amount + 1")
            events.wait_for("failed", check_name="cash_against_ledger")
    finally:
        server.shutdown()
        server.server_close()
    (breach,) = got
    assert breach["event"] == "breach"
    assert "cash_against_ledger" in {check["check_name"] for check in breach["checks"]}
    assert json.loads(file.read_text())["checks"] == breach["checks"]


def test_a_messenger_that_fails_stops_nothing(staged: str) -> None:
    metrics = Metrics()
    messengers = [Webhook("http://127.0.0.1:9/secret"), Command(["false"])]
    with _watching(staged, messengers=messengers, metrics=metrics) as events:
        _plant(staged, "update paper_trading.balances set amount = amount + 1")
        events.wait_for("trouble", detail="the webhook can't be reached: ConnectError")
        events.wait_for("trouble", detail="false ended with 1")
        _plant(staged, "update paper_trading.balances set amount = amount - 1")
        events.wait_for("passed")
    assert metrics.registry.get_sample_value("twinbook_messages_failed_total") == 2
    with pytest.raises(Failure, match="can't be started"):
        Command(["/nowhere"])({})


def _started(url: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "twinbook", "--database", url, *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT / "python")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly(number: signal.Signals, staged: str) -> None:
    process = _started(staged, "--json", "monitor", "--every", "300")
    assert process.stdout
    assert json.loads(process.stdout.readline())["event"] == "connected"
    process.send_signal(number)
    rest, errors = process.communicate(timeout=10)
    assert process.returncode == 0, errors
    assert not rest
    assert errors.splitlines()[-1] == "stopped"


def test_prometheus_can_scrape_it(staged: str, unused_port: Callable[[], int]) -> None:
    port = unused_port()
    process = _started(staged, "monitor", "--every", "300", "--metrics-port", str(port))
    try:
        assert process.stdout
        process.stdout.readline()
        deadline = time.monotonic() + 10
        text = ""
        while "twinbook_check_passed{" not in text and time.monotonic() < deadline:
            time.sleep(0.1)
            text = urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()
    finally:
        process.terminate()
        process.communicate(timeout=10)
    wanted = 'twinbook_check_passed{book="live",check="audit_gaps",severity="CRITICAL"} 1.0'
    assert wanted in text
    assert "twinbook_connected 1.0" in text


@pytest.fixture
def unused_port() -> Callable[[], int]:
    """A port that nobody listens on."""

    def port() -> int:
        with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
            return int(server.server_port)

    return port
