"""What every broker does, and what only some do."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import TracebackType
from typing import ClassVar, Self
from urllib.parse import urlsplit

from twinbook.brokers.client import is_loopback
from twinbook.brokers.credentials import Credentials, Environment
from twinbook.brokers.errors import BrokerError, NotSupported, WrongEnvironment
from twinbook.brokers.state import AccountState, state_of
from twinbook.brokers.terms import (
    AssetClass,
    Balance,
    Cancellation,
    Connection,
    Fill,
    OcoRequest,
    OptionQuote,
    Order,
    OrderChange,
    OrderRequest,
    Placed,
    Position,
    Preview,
    Quotes,
    TimeInForce,
)

# Letters as they go over the wire; others might be another name's in disguise.
_HOST = re.compile(r"[a-z0-9.-]+|[0-9a-f:.]*:[0-9a-f:.]*")


class Resubmission(StrEnum):
    """Whether an order that may have landed, but isn't found by its client id, is sent again."""

    SAFE = "safe"
    """The broker refuses a client id that it has seen."""
    BY_POLICY = "by_policy"
    """Absence is likely but not proven; only an explicit policy sends it again."""
    NEVER = "never"
    """Absence can't be shown; a person decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a broker's client can do.

    ``quoted``: what it has quotes for. ``options`` covers chain and expirations. ``preview``,
    ``replace`` and ``fills`` are the optional methods. ``preview_checks_funds``: passing a preview
    means that the money suffices. ``lists_past_days``: list_orders reaches back before today.
    ``replaces_quantity``: replacing may change the quantity, not the prices alone.
    ``client_id_is_unique``: an id is refused for ever once used.
    """

    asset_classes: frozenset[AssetClass]
    quoted: frozenset[AssetClass]
    times_in_force: frozenset[TimeInForce]
    options: bool
    oco: bool
    preview: bool
    preview_checks_funds: bool
    replace: bool
    replaces_quantity: bool
    fills: bool
    lists_past_days: bool
    client_id_is_unique: bool
    resubmission: Resubmission


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where a broker answers; ``sandbox`` is None where it has none.

    ``root`` is the path that its own addresses are written with.
    """

    production: str
    sandbox: str | None
    root: str = ""


class BrokerProvider(ABC):
    """One account at one broker. Threads may share it; ``close`` it, or use it in a ``with``.

    All methods raise BrokerError. None of them sends an order or a change twice by itself.
    """

    name: ClassVar[str]
    capabilities: ClassVar[Capabilities]
    addresses: ClassVar[Addresses]
    choices: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """What can be chosen for an account, such as a feed: values by name, the default first."""

    def __init__(
        self,
        credentials: Credentials,
        address: str | None = None,
        *,
        state: AccountState | None = None,
        chosen: Mapping[str, str] | None = None,
    ) -> None:
        """``address`` is another server than the broker's own, such as a stand-in of it.

        ``state`` is what clients of the account share, by default within this process. ``chosen``
        has values for some of ``choices``.

        Raises WrongEnvironment before anything is sent: production credentials go to the broker's
        production address and nowhere else, sandbox credentials anywhere but there.
        """
        self.credentials = credentials
        self.address = self._checked(address)
        self.state = state or state_of((self.name, self.address, credentials.secrets))
        self.chosen = self._chosen(chosen or {})

    def __repr__(self) -> str:
        environment = self.credentials.environment
        return f"{type(self).__name__}({environment}, {self.address})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:  # noqa: B027
        """Closes the connections, if there are any."""

    @abstractmethod
    def quotes(self, symbols: Sequence[str]) -> Quotes:
        """The latest prices of some symbols, in as few requests as the broker allows."""

    @abstractmethod
    def expirations(self, underlying: str) -> list[date]:
        """The days on which its options expire, ascending; empty if it has none."""

    @abstractmethod
    def chain(self, underlying: str, expiration: date) -> list[OptionQuote]:
        """All its contracts of one expiration, with greeks where there are any."""

    @abstractmethod
    def place_order(self, order: OrderRequest) -> Placed:
        """Sends an order, once. Raises Ambiguous when it may have landed all the same."""

    @abstractmethod
    def place_oco(self, pair: OcoRequest) -> Placed:
        """Sends a pair of which one cancels the other, once. Raises Ambiguous, NotSupported."""

    @abstractmethod
    def get_order(self, order_id: str) -> Order:
        """An order by the broker's id. Raises UnknownOrder, or AuthFailed where it can't tell."""

    @abstractmethod
    def list_orders(
        self,
        *,
        client_id: str | None = None,
        since: datetime | None = None,
        open_only: bool = False,
    ) -> list[Order]:
        """Orders of the account; with a client id, all those that carry it, whatever their age.

        ``since`` bounds what the broker is asked for; some older orders may come along. Without
        it, a broker with a long history gives its recent part, at least the present day's.
        """

    @abstractmethod
    def cancel_order(self, order_id: str) -> Cancellation:
        """Asks for an order's end. Raises UnknownOrder, or AuthFailed where it can't tell."""

    @abstractmethod
    def balance(self) -> Balance:
        """The account's money."""

    @abstractmethod
    def positions(self) -> list[Position]:
        """What the account holds, without what is money."""

    @abstractmethod
    def test_connection(self) -> Connection:
        """Proves that the credentials work and belong to the account. Raises AuthFailed."""

    def preview_order(self, order: OrderRequest) -> Preview:
        """What an order would do, without placing it; if ``capabilities.preview``."""
        raise self._lacks("preview orders")

    def replace_order(self, order_id: str, change: OrderChange) -> Placed:
        """Gives an order new terms, once; if ``capabilities.replace``. Raises Ambiguous.

        The order's id may be a new one. That it was taken doesn't mean that it is replaced.
        """
        raise self._lacks("replace orders")

    def fills(self, since: datetime, order_id: str | None = None) -> list[Fill]:
        """Executions from then on, ascending, of one order or of all; if ``capabilities.fills``.

        Somewhat older ones come along, so that windows overlap: match them by their ids.
        """
        raise self._lacks("list fills; compare the orders' filled quantities")

    def _lacks(self, what: str) -> NotSupported:
        return NotSupported(f"it doesn't {what}", broker=self.name)

    def _chosen(self, asked: Mapping[str, str]) -> Mapping[str, str]:
        for name, value in asked.items():
            if value not in self.choices.get(name, ()):
                known = [f"{one}: {', '.join(of)}" for one, of in self.choices.items()]
                raise BrokerError(
                    f"there is no choice {name} = {value}",
                    f"known are {'; '.join(known) or 'none'}",
                    broker=self.name,
                )
        return {name: values[0] for name, values in self.choices.items()} | dict(asked)

    def _checked(self, address: str | None) -> str:
        is_production = self.credentials.environment is Environment.PRODUCTION
        own = self.addresses.production if is_production else self.addresses.sandbox
        if address is None:
            if own is None:
                raise NotSupported(
                    "it has no sandbox",
                    "give the address of a stand-in, or production credentials",
                    broker=self.name,
                )
            return own
        origin = self._origin(address)
        production = self._origin(self.addresses.production)
        is_productions_host = urlsplit(origin).hostname == urlsplit(production).hostname
        if is_production and origin != production:
            raise WrongEnvironment(
                "production credentials go to the production address alone; nothing was sent",
                broker=self.name,
            )
        if not is_production and is_productions_host:
            raise WrongEnvironment(
                "sandbox credentials don't go to the production address; nothing was sent",
                broker=self.name,
            )
        return origin

    def _origin(self, address: str) -> str:
        try:
            parts = urlsplit(address)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        host = (parts.hostname or "").rstrip(".")
        is_plain_host = _HOST.fullmatch(host) is not None
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
        is_plain = not (parts.username or parts.password or parts.query or parts.fragment)
        is_root = parts.path.rstrip("/") in ("", self.addresses.root)
        if not (is_plain_host and is_safe and is_plain and is_root):
            raise BrokerError(
                "the broker's address can't be used",
                "give it as https://host; http only for this machine",
                broker=self.name,
            )
        usual = 443 if parts.scheme == "https" else 80
        shown = f"[{host}]" if ":" in host else host
        return f"{parts.scheme}://{shown}" + ("" if port in (None, usual) else f":{port}")
