"""The promise that every broker makes, and where credentials may go."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from tests.py.brokers.script import Script, keys, token

from twinbook.brokers import (
    BrokerError,
    BrokerProvider,
    Credentials,
    Environment,
    NotSupported,
    OcoRequest,
    OrderChange,
    OrderRequest,
    OrderType,
    Resubmission,
    Side,
    WrongEnvironment,
    errors,
    new_client_id,
)
from twinbook.brokers.alpaca import _CLIENT_ID as ALPACAS
from twinbook.brokers.alpaca import Alpaca
from twinbook.brokers.kraken import _CLIENT_ID as KRAKENS
from twinbook.brokers.kraken import Kraken
from twinbook.brokers.tradier import _TAG as TRADIERS
from twinbook.brokers.tradier import Tradier

SANDBOX, PRODUCTION = Environment.SANDBOX, Environment.PRODUCTION
STAND_IN = "http://127.0.0.1:8080"
BROKERS: list[type[BrokerProvider]] = [Tradier, Alpaca, Kraken]


def credentials(kind: type[BrokerProvider], environment: Environment = SANDBOX) -> Credentials:
    return token(environment) if kind is Tradier else keys(environment)


def test_there_are_eleven_methods() -> None:
    assert BrokerProvider.__abstractmethods__ == {
        "quotes",
        "expirations",
        "chain",
        "place_order",
        "place_oco",
        "get_order",
        "list_orders",
        "cancel_order",
        "balance",
        "positions",
        "test_connection",
    }


@pytest.mark.parametrize("kind", BROKERS)
def test_what_a_broker_lacks_is_refused_without_asking_it(kind: type[BrokerProvider]) -> None:
    script = Script()
    broker = kind(credentials(kind), STAND_IN, transport=script)  # type: ignore[call-arg]
    order = OrderRequest(
        client_id=new_client_id(),
        symbol="AAA",
        side=Side.BUY,
        quantity=Decimal(1),
        order_type=OrderType.MARKET,
    )
    pair = OcoRequest(
        client_id=new_client_id(),
        symbol="AAA",
        side=Side.SELL,
        quantity=Decimal(1),
        take_profit=Decimal(3),
        stop_loss=Decimal(1),
    )
    can = broker.capabilities
    optional: list[tuple[bool, Callable[[], object]]] = [
        (can.preview, lambda: broker.preview_order(order)),
        (can.replace, lambda: broker.replace_order("1", OrderChange(limit_price=Decimal(1)))),
        (can.fills, lambda: broker.fills(datetime(2026, 11, 2, tzinfo=UTC))),
        (can.oco, lambda: broker.place_oco(pair)),
        (can.options, lambda: broker.expirations("AAA")),
        (can.options, lambda: broker.chain("AAA", date(2026, 12, 18))),
    ]
    for is_able, call in optional:
        if not is_able:
            with pytest.raises(NotSupported) as refused:
                call()
            assert refused.value.hint
    assert script.requests == []


@pytest.mark.parametrize("kind", BROKERS)
def test_an_optional_method_is_there_where_it_is_declared(kind: type[BrokerProvider]) -> None:
    for name, is_able in (
        ("preview_order", kind.capabilities.preview),
        ("replace_order", kind.capabilities.replace),
        ("fills", kind.capabilities.fills),
    ):
        assert (getattr(kind, name) is not getattr(BrokerProvider, name)) == is_able


def test_only_a_broker_that_refuses_a_used_client_id_is_sent_an_order_again() -> None:
    by_name = {kind.name: kind.capabilities for kind in BROKERS}
    assert {name: can.resubmission for name, can in by_name.items()} == {
        "tradier": Resubmission.NEVER,
        "alpaca": Resubmission.SAFE,
        "kraken": Resubmission.BY_POLICY,
    }
    for can in by_name.values():
        assert (can.resubmission is Resubmission.SAFE) == can.client_id_is_unique


def test_one_client_id_suits_every_broker() -> None:
    made = new_client_id()
    for grammar in (TRADIERS, ALPACAS, KRAKENS):
        assert grammar.fullmatch(made)
    assert new_client_id() != made


@pytest.mark.parametrize("kind", [Tradier, Alpaca])
def test_each_environment_has_its_own_address(kind: type[BrokerProvider]) -> None:
    for environment, address in (
        (SANDBOX, kind.addresses.sandbox),
        (PRODUCTION, kind.addresses.production),
    ):
        assert kind(credentials(kind, environment)).address == address
        assert kind(credentials(kind, environment), address).address == address


@pytest.mark.parametrize("kind", BROKERS)
def test_sandbox_credentials_never_go_to_the_production_host(kind: type[BrokerProvider]) -> None:
    host = kind.addresses.production.removeprefix("https://")
    for address in (
        f"https://{host}",
        f"https://{host}/",
        f"https://{host.upper()}",
        f"https://{host}.",
        f"https://{host}:443",
        f"https://{host}:8443",
    ):
        with pytest.raises(WrongEnvironment) as refused:
            kind(credentials(kind), address)
        assert "nothing was sent" in refused.value.message
        assert refused.value.hint


@pytest.mark.parametrize("kind", BROKERS)
def test_production_credentials_go_nowhere_else(kind: type[BrokerProvider]) -> None:
    for address in (STAND_IN, "https://example.com", kind.addresses.sandbox):
        if address:
            with pytest.raises(WrongEnvironment):
                kind(credentials(kind, PRODUCTION), address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "127.0.0.1:8080",
        "http://api.tradier.com",
        "http://example.com",
        "http://127.0.0.1.example.com",
        "ftp://localhost",
        "https://user:word@example.com",
        "https://example.com?x=1",
        "https://example.com#x",
        "https://example.com/v2",
        "https://example.com:port",
        "https://api\u3002tradier.com",
        "https://api%2etradier.com",
        "https://[::1",
    ],
)
def test_an_address_that_is_not_plain_is_refused(address: str) -> None:
    with pytest.raises(BrokerError) as refused:
        Tradier(token(), address)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("address", "used"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:8080/v1/", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://stand-in.example:443", "https://stand-in.example"),
    ],
)
def test_a_stand_in_takes_sandbox_credentials(address: str, used: str) -> None:
    assert Tradier(token(), address).address == used


def test_every_error_says_what_to_do_next() -> None:
    kinds = [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, BrokerError) and kind is not BrokerError
    ]
    assert len(kinds) == 11
    for kind in kinds:
        error = kind("no", broker="tradier")
        assert error.hint
        assert str(error) == f"tradier: no: {error.hint}"
    assert {kind.__name__ for kind in kinds if kind.order_may_exist} == {
        "Ambiguous",
        "DuplicateClientId",
    }
    assert {kind.__name__ for kind in kinds if kind.is_transient} == {
        "RateLimited",
        "TimedOut",
        "Unavailable",
    }


def test_choices_are_the_brokers_own() -> None:
    kraken = Kraken(keys(), STAND_IN, chosen={"tier": "pro"})
    assert kraken.chosen == {"tier": "pro"}
    assert Kraken(keys(), STAND_IN).chosen == {"tier": "starter"}
    with pytest.raises(BrokerError) as refused:
        Tradier(token(), chosen={"tier": "pro"})
    assert refused.value.hint == "known are none"


def test_a_broker_is_closed_at_the_end() -> None:
    with Tradier(replace(token(), account="VA1"), transport=Script()) as broker:
        pass
    with pytest.raises(RuntimeError):
        broker.positions()
