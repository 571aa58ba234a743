"""Each broker's client and its stand-in, on one clock, so that one test says something of all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.py.brokers.script import FakeClock

from twinbook.brokers import (
    AssetClass,
    BrokerProvider,
    Credentials,
    Environment,
    OcoRequest,
    Order,
    OrderRequest,
    OrderType,
    Placed,
    ProcessState,
    Secret,
    Side,
    new_client_id,
)
from twinbook.brokers.alpaca import Alpaca
from twinbook.brokers.kraken import Kraken
from twinbook.brokers.limits import Limit
from twinbook.brokers.standin import STAND_INS, StandIn
from twinbook.brokers.tradier import Tradier


class Lifted:
    """A limit that never binds, where many requests are the point."""

    def reserve(self, cost: float) -> float:
        return 0.0

    def observe(self, left: int, resets_in: float, allowed: int | None) -> None:
        return

    def exhaust(self, resets_in: float | None) -> None:
        return

    def remember(self) -> list[list[float]]:
        return []

    def recall(self, used: Sequence[Sequence[float]]) -> None:
        return


class Hurried(ProcessState):
    """An account's state without limits."""

    def limit(self, name: str, fresh: Callable[[], Limit]) -> Limit:
        return Lifted()


_CLIENTS: dict[str, type[BrokerProvider]] = {
    client.name: client for client in (Tradier, Alpaca, Kraken)
}


def credentials_for(standin: StandIn) -> Credentials:
    """What the stand-in prints when it is started by hand."""
    login = standin.logins[0]
    held: Mapping[str, Secret] = {"token": Secret(login.key)}
    if login.secret:
        held = {"key_id": Secret(login.key), "secret": Secret(login.secret)}
    return Credentials(environment=Environment.SANDBOX, account=login.accounts[0], **held)


def client_of(
    standin: StandIn, credentials: Credentials, state: ProcessState | None = None
) -> BrokerProvider:
    """A client that shares nothing with other ones, unless it is given a state."""
    kind = _CLIENTS[standin.broker]
    return kind(credentials, standin.origin, state=state or ProcessState())


@dataclass
class Venue:
    """A stand-in and a client of it; prices lie around ``price``, ``quantity`` is affordable."""

    standin: StandIn
    broker: BrokerProvider
    clock: FakeClock
    symbol: str
    asset_class: AssetClass
    price: Decimal
    quantity: Decimal

    def pass_time(self, seconds: float) -> None:
        """For the client and, through it, for the stand-in."""
        self.clock.pause(seconds)

    def quote(self, price: Decimal) -> None:
        """Moves the market."""
        self.standin.set_quote(self.symbol, price, price, price)

    def request(self, **changes: Any) -> OrderRequest:
        """An order that rests: to buy at 80 % of the price, today."""
        terms: dict[str, Any] = {
            "client_id": new_client_id(),
            "symbol": self.symbol,
            "side": Side.BUY,
            "quantity": self.quantity,
            "order_type": OrderType.LIMIT,
            "limit_price": self.price * Decimal("0.8"),
            "asset_class": self.asset_class,
            "expires_at": self.clock.now() + timedelta(hours=6),
        }
        return OrderRequest(**terms | changes)

    def market(self, **changes: Any) -> OrderRequest:
        """An order that fills at once."""
        return self.request(order_type=OrderType.MARKET, limit_price=None, **changes)

    def pair(self, **changes: Any) -> OcoRequest:
        """Exits of what ``market`` buys."""
        terms: dict[str, Any] = {
            "client_id": new_client_id(),
            "symbol": self.symbol,
            "side": Side.SELL,
            "quantity": self.quantity,
            "take_profit": self.price * Decimal("1.1"),
            "stop_loss": self.price * Decimal("0.9"),
            "asset_class": self.asset_class,
        }
        return OcoRequest(**terms | changes)

    def place(self, request: OrderRequest | None = None) -> Placed:
        """Places an order."""
        return self.broker.place_order(request or self.request())

    def read(self, placed: Placed) -> Order:
        """The order as it stands."""
        return self.broker.get_order(placed.order_id)

    def found(self, request: OrderRequest) -> list[Order]:
        """What the broker shows under the order's client id."""
        return self.broker.list_orders(client_id=request.client_id)

    def another_client(self) -> BrokerProvider:
        """As a worker opens it that was started anew: with limits and nonces of its own."""
        return client_of(self.standin, self.broker.credentials)

    def since(self) -> datetime:
        """Before anything happened."""
        return self.clock.now() - timedelta(days=1)


_TRADED = {
    "tradier": ("AAPL", AssetClass.EQUITY, Decimal(180), Decimal(10)),
    "alpaca": ("AAPL", AssetClass.EQUITY, Decimal(180), Decimal(10)),
    "kraken": ("XBTUSD", AssetClass.CRYPTO, Decimal(27500), Decimal("0.5")),
}


@contextmanager
def venue_of(name: str, clock: FakeClock, **settings: Any) -> Iterator[Venue]:
    """A broker's venue; its stand-in's clock is the tests' one."""
    with STAND_INS[name](start=clock.now(), frozen=True, **settings) as standin:
        clock.followers.append(standin.advance)
        symbol, asset_class, price, quantity = _TRADED[name]
        with client_of(standin, credentials_for(standin)) as broker:
            yield Venue(standin, broker, clock, symbol, asset_class, price, quantity)
        clock.followers.remove(standin.advance)
