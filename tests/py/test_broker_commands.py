"""Brokers, modes, halts and alarms at the command line, against a stand-in of Tradier."""

import os
from collections.abc import Callable, Iterator
from decimal import Decimal

import psycopg
import pytest
from click.testing import CliRunner, Result
from cryptography.fernet import Fernet
from tests.py.commands import rows

from twinbook.brokers.standin import TradierStandIn
from twinbook.cli import acting, cli

Call = Callable[..., Result]
_ALICE = ("--user", "alice", "--json")
_LIVE = (*_ALICE, "--mode", "live")
_ACCOUNT = "VA00000001"


@pytest.fixture
def standin() -> Iterator[TradierStandIn]:
    with TradierStandIn(limit_factor=0) as standin:
        yield standin


@pytest.fixture
def call(db_url: str, standin: TradierStandIn, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Runs a command on a database where alice may trade live, at the stand-in."""
    monkeypatch.delenv("TWINBOOK_USER", raising=False)
    monkeypatch.setenv("DATABASE_URL", db_url)
    monkeypatch.setenv("TWINBOOK_ENCRYPTION_KEY", Fernet.generate_key().decode())
    monkeypatch.setenv("TWINBOOK_BROKER_TOKEN", standin.logins[0].key)
    monkeypatch.setenv(acting.VARIABLE, acting.PHRASE)

    def run(*arguments: str, stdin: str = "") -> Result:
        return CliRunner().invoke(cli, list(arguments), input=stdin)

    for arguments in (
        ["user", "add", "alice"],
        ["user", "allow-live", "alice", "true"],
        ["instrument", "add", "AAPL", "equity", "USD"],
        [*_ALICE, "broker", "add", "tradier", _ACCOUNT, "--address", standin.origin],
        [*_ALICE, "mode", "switch", "live"],
        [*_LIVE, "broker", "quotes", "AAPL", "--store"],
        ["broker", "sync", "--once"],
        [*_LIVE, "portfolio", "open", "main", "--broker", "tradier", "--account", _ACCOUNT],
    ):
        done = run(*arguments)
        assert done.exit_code == 0, (arguments, done.output)
    return run


def test_what_the_broker_tells(call: Call) -> None:
    [tried] = rows(call(*_ALICE, "broker", "test"))
    assert (tried["account"], tried["can_trade"]) == (_ACCOUNT, True)
    [stored] = rows(call(*_ALICE, "broker", "list"))
    assert (stored["account"], stored["environment"]) == (_ACCOUNT, "sandbox")
    days = rows(call(*_ALICE, "broker", "chain", "AAPL"))
    day = days[0]["expiration"]
    chain = rows(call(*_ALICE, "broker", "chain", "AAPL", "--expiration", day))
    assert {option["right"] for option in chain} == {"call", "put"}
    unknown = call(*_ALICE, "broker", "quotes", "ZZZZQ")
    assert (unknown.exit_code, "ZZZZQ" in unknown.stderr) == (1, True)


def test_an_order_to_its_end(call: Call) -> None:
    [placed] = rows(call(*_LIVE, "order", "place", "AAPL", "buy", "10"))
    assert placed["status"] == "PENDING"
    [synced] = rows(call("--json", "broker", "sync", "--once", "--for", "alice"))
    assert synced["did"] == {"sent": 1, "reported": 1}
    [sent] = rows(call(*_LIVE, "broker", "sent"))
    assert (sent["state"], sent["filled_quantity"]) == ("OVER", "10")
    assert [order["status"] for order in rows(call(*_ALICE, "broker", "orders"))] == ["FILLED"]
    [held] = rows(call(*_ALICE, "broker", "positions"))
    assert held["symbol"] == "AAPL"
    assert rows(call(*_LIVE, "broker", "reconcile")) == []


def test_without_the_phrase(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(acting.VARIABLE)
    refused = call(*_LIVE, "order", "place", "AAPL", "buy", "1")
    assert (refused.exit_code, "TB428" in refused.stderr) == (1, True)
    assert call(*_ALICE, "mode", "switch", "paper").exit_code == 0
    refused = call(*_ALICE, "mode", "switch", "live")
    assert (refused.exit_code, "TB428" in refused.stderr) == (1, True)


def test_a_halt(call: Call) -> None:
    assert call("live", "halt", "prices look wrong").exit_code == 0
    refused = call(*_LIVE, "order", "place", "AAPL", "buy", "1")
    assert (refused.exit_code, "prices look wrong" in refused.stderr) == (1, True)
    assert call("live", "resume", "they are right again").exit_code == 0
    assert call(*_LIVE, "order", "place", "AAPL", "buy", "1").exit_code == 0


def test_a_difference_is_seen_alarmed_and_accepted(call: Call, standin: TradierStandIn) -> None:
    standin.deposit(Decimal(2500))
    for _ in range(2):
        assert call("broker", "sync", "--once").exit_code == 0
    [difference] = rows(call(*_LIVE, "broker", "reconcile"))
    assert (difference["kind"], difference["times_seen"]) == ("cash", 2)
    [alarm] = rows(call(*_LIVE, "alarm", "list"))
    assert alarm["kind"] == "difference"
    [seen] = rows(call(*_LIVE, "alarm", "acknowledge", alarm["alarm_id"]))
    assert seen["acknowledged_at"]
    accept = (*_LIVE, "broker", "accept", difference["difference_id"])
    [accepted] = rows(call(*accept, "my transfer", "--kind", "deposit"))
    assert accepted["state"] == "ACCEPTED"
    again = call(*accept, "my transfer")
    assert (again.exit_code, "TB422" in again.stderr) == (1, True)
    assert call("broker", "sync", "--once").exit_code == 0
    assert rows(call(*_LIVE, "broker", "reconcile")) == []


def test_what_isnt_held_cant_be_resolved(call: Call) -> None:
    nobodys = "6f1c0000-0000-4000-8000-000000000000"
    refused = call(*_LIVE, "broker", "resolve", nobodys, "looked")
    assert (refused.exit_code, "TB404" in refused.stderr) == (1, True)


def test_the_key_is_changed(call: Call, db_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    new = Fernet.generate_key().decode()
    with monkeypatch.context() as only_new:
        only_new.setenv("TWINBOOK_ENCRYPTION_KEY", new)
        wrong = call(*_ALICE, "broker", "test")
        assert (wrong.exit_code, "no key in TWINBOOK_ENCRYPTION_KEY" in wrong.stderr) == (1, True)
        failed = call("--json", "broker", "sync", "--once")
        assert (failed.exit_code, "no key" in failed.stdout) == (1, True)
    with monkeypatch.context() as both:
        both.setenv("TWINBOOK_ENCRYPTION_KEY", f"{new},{os.environ['TWINBOOK_ENCRYPTION_KEY']}")
        [resealed] = rows(call(*_ALICE, "broker", "reseal"))
        assert "credentials" not in resealed
    monkeypatch.setenv("TWINBOOK_ENCRYPTION_KEY", new)
    assert rows(call(*_ALICE, "broker", "test"))
    with psycopg.connect(db_url) as db:
        held = db.execute("select count(*), max(version) from identity.broker_accounts").fetchone()
    assert held == (1, 2)


def test_no_secret_is_shown(call: Call, standin: TradierStandIn) -> None:
    secret = standin.logins[0].key
    for arguments in (
        (*_ALICE, "broker", "list"),
        (*_ALICE, "broker", "test"),
        (*_ALICE, "broker", "add", "tradier", _ACCOUNT, "--address", "http://127.0.0.1:9"),
        ("--json", "broker", "sync", "--once"),
    ):
        done = call(*arguments)
        assert secret not in done.output
        assert "Traceback" not in done.output
    real = call(*_ALICE, "broker", "add", "tradier", _ACCOUNT, "--environment", "production")
    assert (real.exit_code, secret in real.output) == (1, False)


def test_an_account_is_dropped(call: Call) -> None:
    [dropped] = rows(call(*_ALICE, "broker", "drop", "tradier", _ACCOUNT))
    assert dropped["is_active"] is False
    refused = call(*_LIVE, "order", "place", "AAPL", "buy", "1")
    assert (refused.exit_code, "inactive" in refused.stderr) == (1, True)
    nothing = call("broker", "sync", "--once")
    assert (nothing.exit_code, "no account" in nothing.stderr) == (0, True)
    none = call(*_ALICE, "broker", "test")
    assert (none.exit_code, "no such account" in none.stderr) == (1, True)


def test_quotes_are_watched(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("twinbook.cli.broker.time.sleep", interrupted)
    watched = call(*_ALICE, "prices", "watch", "AAPL")
    assert (watched.exit_code, "stopped" in watched.stderr) == (0, True)
    assert "quotes" in watched.stderr


def test_misuse(call: Call) -> None:
    assert call("broker", "sync", "--broker", "nobody").exit_code == 2
    assert call(*_ALICE, "broker", "add", "tradier", "X", "--choice", "pro").exit_code == 2
    unknown = call(*_ALICE, "broker", "add", "nobody", "X")
    assert (unknown.exit_code, "there is no broker" in unknown.stderr) == (1, True)
