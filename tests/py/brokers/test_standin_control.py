"""A stand-in commanded over HTTP, remembering over a restart, and started by hand."""

import json
import os
import re
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.py.brokers.script import START, FakeClock
from tests.py.brokers.venues import Venue, client_of, credentials_for, venue_of

from twinbook.brokers import (
    Ambiguous,
    AuthFailed,
    Credentials,
    DuplicateClientId,
    NotSupported,
    Secret,
    clock,
)
from twinbook.brokers.standin import STAND_INS, Fault, KrakenStandIn, TradierStandIn
from twinbook.brokers.tradier import Tradier


def command(standin_url: str, path: str, **given: Any) -> httpx.Response:
    return httpx.post(f"{standin_url}/standin/{path}", json=given)


def view(standin_url: str, path: str, **asked: str) -> Any:
    answer = httpx.get(f"{standin_url}/standin/{path}", params=asked)
    assert answer.status_code == 200
    return answer.json()


def test_quotes_orders_and_faults_by_http(venue: Venue) -> None:
    url = venue.standin.origin
    set_to = {"symbol": venue.symbol, "bid": "100.1", "ask": "100.3"}
    assert command(url, "quotes", **set_to).json()["last"] == "100.2"
    assert venue.broker.quotes([venue.symbol]).found[0].bid == Decimal("100.1")

    command(url, "matching/hold")
    request = venue.market()
    placed = venue.place(request)
    filled = command(url, "orders/fill", order=placed.order_id, quantity=str(venue.quantity / 2))
    assert filled.json()["price"] == "100.3"
    assert venue.read(placed).filled_quantity == venue.quantity / 2
    (listed,) = view(url, "orders")
    assert (listed["id"], listed["client_id"]) == (placed.order_id, request.client_id)
    assert view(url, "order", order=request.client_id) == listed
    assert [call["call"] for call in view(url, "calls", call="place")] == ["place"]
    command(url, "matching/resume")

    command(url, "faults", fault="drop", commit=True, on="place")
    with pytest.raises(Ambiguous):
        venue.place(venue.market())
    (first, second) = view(url, "snapshot")["orders"].values()
    assert (first[0][5], second[0][5]) == ("filled", "filled")

    command(url, "faults", fault="html_502", times=5)
    command(url, "faults/clear")
    before = venue.standin.clock.now()
    command(url, "clock", seconds=3600)
    assert venue.standin.clock.now() == before + 3600


def test_what_a_command_says_when_it_cannot(venue: Venue) -> None:
    url = venue.standin.origin
    overview = view(url, "")
    assert overview["broker"] == venue.broker.name
    assert "POST /standin/faults" in overview["commands"]
    for path, given in (
        ("faults", {"fault": "nonsense"}),
        ("faults", {"fault": "drop", "on": "nonsense"}),
        ("faults/random", {"rate": 2}),
        ("orders/fill", {"order": "nonsense"}),
        ("clock", {"seconds": -1}),
        ("quotes", {"symbol": venue.symbol}),
    ):
        answer = command(url, path, **given)
        assert answer.status_code == 400
        assert answer.json()["error"]
        assert answer.json()["parameters"]
    assert command(url, "nonsense").status_code == 404
    assert httpx.get(f"{url}/standin/faults").status_code == 404


@pytest.mark.parametrize("header", ["Origin", "Host"])
def test_a_web_page_has_no_control(venue: Venue, header: str) -> None:
    answer = httpx.get(
        f"{venue.standin.origin}/standin/", headers={header: "http://elsewhere.example"}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("name", list(STAND_INS))
def test_a_file_remembers_all(name: str, fake_clock: FakeClock, tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    with venue_of(name, fake_clock, file=file) as venue:
        filled, resting = venue.market(), venue.request()
        venue.place(filled)
        placed = venue.place(resting)
        venue.standin.deposit(Decimal("12.5"))
        venue.pass_time(30)
        venue.standin.race_cancel("late_fill", after=60)
        venue.broker.cancel_order(placed.order_id)
        snapshot = venue.standin.snapshot()
        orders, fills = venue.standin.orders(), venue.standin.fills()
        holdings = venue.standin.holdings()
        quotes = venue.standin.quotes()
    # Its own clock was 30 s ahead of its start, which is kept too.
    with STAND_INS[name](start=START, frozen=True, file=file) as again:
        assert again.snapshot() == snapshot
        assert again.orders() == orders
        assert again.fills() == fills
        assert again.holdings() == holdings
        assert again.quotes() == quotes
        fake_clock.pause(0.001)
        with client_of(again, credentials_for(again)) as broker:
            found = broker.list_orders(client_id=resting.client_id)
            assert [order.order_id for order in found] == [placed.order_id]
            new = broker.place_order(venue.request())
            assert new.order_id not in {order.id for order in orders}
            if broker.capabilities.client_id_is_unique:
                with pytest.raises(DuplicateClientId):
                    broker.place_order(filled)
        # The fill that was to come comes.
        again.advance(60)
        assert len(again.fills()) == len(fills) + 1


def test_a_nonce_is_remembered(fake_clock: FakeClock, tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    with venue_of("kraken", fake_clock, file=file) as venue:
        venue.broker.balance()
    with (
        KrakenStandIn(start=START, frozen=True, file=file) as again,
        client_of(again, credentials_for(again)) as broker,
        pytest.raises(AuthFailed, match="nonce"),
    ):
        # The clock of this client stands where the other one's stood.
        broker.positions()


def test_a_file_belongs_to_one_broker(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    with TradierStandIn(file=file) as standin:
        standin.deposit(Decimal(1))
    with pytest.raises(ValueError, match="stand-in of tradier"):
        KrakenStandIn(file=file)


def test_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address and the credentials that it prints are all that a client needs."""
    monkeypatch.undo()  # the real clock
    file = tmp_path / "state.json"
    asked = ["tradier", "--state", str(file), "--token", "mine", "--cash", "5000"]
    with subprocess.Popen(
        [sys.executable, "-m", "twinbook.brokers.standin", *asked],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout
        told = "".join(process.stdout.readline() for _ in range(3))
        try:
            found = dict(re.findall(r"^(\w+) +(\S.*)$", told, re.MULTILINE))
            credentials = Credentials.from_json(found["credentials"])
            assert credentials.token == Secret("mine")
            with Tradier(credentials, found["address"]) as broker:
                assert broker.test_connection().account == "VA00000001"
                assert broker.balance().of("USD").amount == 5000
                (quote,) = broker.quotes(["AAPL"]).found
                assert quote.quoted_at
                assert abs((clock.now() - quote.quoted_at).total_seconds()) < 5
            assert httpx.get(found["control"]).json()["broker"] == "tradier"
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert json.loads(file.read_text())["broker"] == "tradier"


def test_by_hand_with_what_cannot_be(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text("{}")
    for asked in (
        ["alpaca", "--token", "only-a-key"],
        ["tradier", "--cash", "much"],
        ["kraken", "--token", "key:secret!"],
        ["tradier", "--state", str(file)],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "twinbook.brokers.standin", *asked],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert done.returncode != 0
        assert "Error" in done.stderr
        assert "Traceback" not in done.stderr


def test_faults_are_named_for_each_broker(fake_clock: FakeClock) -> None:
    for name in STAND_INS:
        with venue_of(name, fake_clock) as venue:
            told = set(view(venue.standin.origin, "")["faults"])
            assert told == {str(fault) for fault in venue.standin.faults}
            assert (Fault.DATASTORE in venue.standin.faults) == (name == "tradier")
            if not venue.broker.capabilities.fills:
                with pytest.raises(NotSupported):
                    venue.broker.fills(venue.since())
