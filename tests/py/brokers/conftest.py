"""What tests of brokers share: a clock that only they move."""

from collections.abc import Iterator

import httpx
import pytest
from tests.py.brokers.raw import Kraken
from tests.py.brokers.script import START, FakeClock
from tests.py.brokers.venues import Venue, venue_of

from twinbook.brokers import clock, state
from twinbook.brokers.standin import AlpacaStandIn, KrakenStandIn, TradierStandIn


@pytest.fixture(autouse=True)
def fake_clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """The clock of every test here: none of them takes time, and none can wait for real."""
    fake = FakeClock()
    for name in ("now", "monotonic", "nanoseconds", "pause"):
        monkeypatch.setattr(clock, name, getattr(fake, name))
    return fake


@pytest.fixture(autouse=True)
def fresh_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test draws on what another one has left of a token's limits."""
    monkeypatch.setattr(state, "_shared", {})


@pytest.fixture(params=["tradier", "alpaca", "kraken"])
def venue(request: pytest.FixtureRequest, fake_clock: FakeClock) -> Iterator[Venue]:
    """Each broker in turn."""
    with venue_of(request.param, fake_clock) as one:
        yield one


@pytest.fixture
def tradier() -> Iterator[TradierStandIn]:
    with TradierStandIn(start=START, frozen=True) as broker:
        yield broker


@pytest.fixture
def tradier_http(tradier: TradierStandIn) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {tradier.logins[0].key}", "Accept": "application/json"}
    with httpx.Client(base_url=tradier.url, headers=headers, timeout=2) as http:
        yield http


@pytest.fixture
def alpaca() -> Iterator[AlpacaStandIn]:
    with AlpacaStandIn(start=START, frozen=True) as broker:
        yield broker


@pytest.fixture
def alpaca_http(alpaca: AlpacaStandIn) -> Iterator[httpx.Client]:
    login = alpaca.logins[0]
    headers = {"APCA-API-KEY-ID": login.key, "APCA-API-SECRET-KEY": login.secret}
    with httpx.Client(base_url=alpaca.url, headers=headers, timeout=2) as http:
        yield http


@pytest.fixture
def kraken() -> Iterator[KrakenStandIn]:
    with KrakenStandIn(start=START, frozen=True) as broker:
        yield broker


@pytest.fixture
def kraken_api(kraken: KrakenStandIn) -> Iterator[Kraken]:
    with httpx.Client(base_url=kraken.url, timeout=2) as http:
        yield Kraken(kraken, http)
