"""What tests of the worker share: a person at each broker's stand-in, without any waiting."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from tests.py.sync.firm import Firm, Office, Unlimited
from tests.support.databases import scratch_database

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


@pytest.fixture(scope="module")
def office(server_url: str, template: object) -> Iterator[Office]:
    """One database for a file: each test has a person of its own in it."""
    with scratch_database(server_url, _template_of(template)) as url:
        with psycopg.connect(url, autocommit=True) as db:
            db.execute(
                sql.SQL("revoke create, temporary on database {} from public").format(
                    sql.Identifier(db.info.dbname)
                )
            )
        with Office(url) as office:
            office.furnish()
            yield office


def _template_of(template: object) -> str:
    return str(getattr(template, "template_dbname", ""))


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
