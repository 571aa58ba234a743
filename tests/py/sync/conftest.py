"""What tests of the worker share: a person at each broker's stand-in, in a database of the test's."""

from collections.abc import Iterator

import pytest
from tests.py.sync.firm import Firm, Office, Unlimited

from twinbook.brokers import ProcessState, client, clock


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients wait for no limit and between no two attempts."""
    monkeypatch.setattr(ProcessState, "limit", lambda *_: Unlimited())
    monkeypatch.setattr(clock, "pause", lambda _: None)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients give up on an answer after 0.2 s."""
    monkeypatch.setattr(client, "TIMEOUT", 0.2)


@pytest.fixture
def office(db_url: str) -> Iterator[Office]:
    with Office(db_url) as office:
        office.furnish()
        yield office


@pytest.fixture(params=["tradier", "alpaca", "kraken"])
def firm(request: pytest.FixtureRequest, office: Office) -> Iterator[Firm]:
    """Each broker in turn."""
    with office.firm(request.param) as firm:
        yield firm


@pytest.fixture
def tradier(office: Office) -> Iterator[Firm]:
    with office.firm("tradier") as firm:
        yield firm


@pytest.fixture
def alpaca(office: Office) -> Iterator[Firm]:
    with office.firm("alpaca") as firm:
        yield firm


@pytest.fixture
def kraken(office: Office) -> Iterator[Firm]:
    with office.firm("kraken") as firm:
        yield firm
