"""What is asked of a broker and what it answers, the same for all of them.

Money, prices and quantities are Decimal; times are aware, in UTC. Symbols are the broker's own,
options by their OCC symbol, such as AAPL261218C00025000.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Self

from twinbook.brokers.credentials import Environment


class AssetClass(StrEnum):
    """What kinds of things brokers here trade."""

    EQUITY = "equity"
    OPTION = "option"
    CRYPTO = "crypto"


class Side(StrEnum):
    """Which way."""

    BUY = "buy"
    SELL = "sell"


class Effect(StrEnum):
    """Whether an order opens a position or closes one; brokers ask for it to tell shorts."""

    OPEN = "open"
    CLOSE = "close"


class OrderType(StrEnum):
    """At what price."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    STOP_LIMIT = "stop_limit"


class TimeInForce(StrEnum):
    """For how long."""

    DAY = "DAY"
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


class OrderStatus(StrEnum):
    """The book's words for where an order stands."""

    PENDING = "PENDING"
    OPEN = "OPEN"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    REJECTED = "REJECTED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"

    @property
    def is_final(self) -> bool:
        """Whether nothing follows it."""
        return self not in _WORKING


_WORKING = (OrderStatus.PENDING, OrderStatus.OPEN, OrderStatus.PARTIALLY_FILLED)


class Cancellation(StrEnum):
    """What became of asking to cancel. Neither means canceled: read the order."""

    REQUESTED = "requested"
    ALREADY_OVER = "already_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """An order to place.

    ``client_id`` is stored before it is sent; ``new_client_id`` makes one that every broker takes.
    ``effect`` is needed for options, and for short equities. ``expires_at`` is the end of a DAY
    order, for brokers without days of their own. After ``deadline`` it isn't sent any more, and
    Kraken, which can be told so, doesn't accept it any more; None lets the client choose.
    """

    client_id: str
    symbol: str
    side: Side
    quantity: Decimal
    order_type: OrderType
    time_in_force: TimeInForce = TimeInForce.DAY
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    asset_class: AssetClass = AssetClass.EQUITY
    effect: Effect | None = None
    expires_at: datetime | None = None
    deadline: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OcoRequest:
    """A take profit and a stop loss on one position; the fill of one cancels the other.

    With ``stop_limit_price`` the stop becomes a limit order.
    """

    client_id: str
    symbol: str
    side: Side
    quantity: Decimal
    take_profit: Decimal
    stop_loss: Decimal
    stop_limit_price: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    asset_class: AssetClass = AssetClass.EQUITY
    effect: Effect | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChange:
    """New terms of a working order; None leaves a term as it is. ``quantity`` is the new total."""

    quantity: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The broker took an order in; it may still be rejected later, so read it again."""

    order_id: str
    client_id: str
    status: OrderStatus = OrderStatus.PENDING
    raw_status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as it stands at the broker, whoever placed it.

    ``raw_status`` is the broker's word. ``status_is_known`` false means that the word is not in
    its documentation, or contradicts the quantities: the status is then a working one, and
    somebody should look. Terms are None where the broker gives none (parents of pairs and
    brackets) or where ours have no word for it. ``filled_quantity`` is what has been executed,
    also of an order that ended. ``fee`` is None where orders carry none. ``replaced_by`` is the
    id of the order that goes on in its place, ``replaces`` of the one in whose place it went on.
    """

    order_id: str
    client_id: str | None
    symbol: str | None
    side: Side | None
    effect: Effect | None = None
    order_type: OrderType | None
    quantity: Decimal | None
    filled_quantity: Decimal
    average_price: Decimal | None
    limit_price: Decimal | None
    stop_price: Decimal | None
    status: OrderStatus
    raw_status: str
    status_is_known: bool
    reason: str | None
    fee: Decimal | None = None
    created_at: datetime | None
    updated_at: datetime | None
    replaced_by: str | None = None
    replaces: str | None = None
    legs: tuple["Order", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """One execution. ``fill_id`` is the broker's, and the same each time it is read.

    ``order_id`` is "" where the broker names no order, as for a trade that it made itself.
    """

    fill_id: str
    order_id: str
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    fee: Decimal | None
    fee_currency: str | None
    liquidity: str | None
    executed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The best prices now; None where there is none. Sizes are in the broker's own unit.

    ``day_volume`` is the whole day's.
    """

    symbol: str
    bid: Decimal | None
    ask: Decimal | None
    last: Decimal | None
    bid_size: Decimal | None
    ask_size: Decimal | None
    day_volume: Decimal | None
    quoted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotes:
    """What was found, in the order asked for, and the symbols that the broker doesn't know."""

    found: tuple[Quote, ...]
    unmatched: tuple[str, ...]

    @classmethod
    def of(cls, asked: Iterable[str], found: Mapping[str, Quote]) -> Self:
        """Of the symbols that were asked for, each once, those that were found."""
        symbols = list(dict.fromkeys(asked))
        return cls(
            found=tuple(found[symbol] for symbol in symbols if symbol in found),
            unmatched=tuple(symbol for symbol in symbols if symbol not in found),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeks:
    """An option's sensitivities; ``implied_volatility`` is a fraction, 0.42 for 42 %."""

    delta: Decimal | None
    gamma: Decimal | None
    theta: Decimal | None
    vega: Decimal | None
    rho: Decimal | None
    implied_volatility: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionQuote:
    """One contract of a chain. ``right`` is call or put; ``multiplier`` None if not told."""

    symbol: str
    underlying: str
    expiration: date
    strike: Decimal
    right: str
    bid: Decimal | None
    ask: Decimal | None
    last: Decimal | None
    bid_size: Decimal | None
    ask_size: Decimal | None
    open_interest: Decimal | None
    multiplier: Decimal | None
    greeks: Greeks | None
    quoted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cash:
    """Money in one currency: what is there, and what can be spent on buying."""

    currency: str
    amount: Decimal
    buying_power: Decimal
    option_buying_power: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """An account's money. ``equity`` includes positions, in ``equity_currency``."""

    account: str
    cash: tuple[Cash, ...]
    equity: Decimal | None
    equity_currency: str | None

    def of(self, currency: str) -> Cash:
        """The money in a currency; nothing where the account has none of it."""
        nothing = Cash(currency=currency, amount=Decimal(0), buying_power=Decimal(0))
        return next((cash for cash in self.cash if cash.currency == currency), nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What is held; below zero is short. ``cost`` is the total, with the quantity's sign.

    ``asset_class`` is None for what isn't traded here.
    """

    symbol: str
    quantity: Decimal
    cost: Decimal | None
    asset_class: AssetClass | None
    opened_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What the broker says an order would do; nothing was placed.

    Whether passing it means that the money suffices, the broker's capabilities say.
    """

    description: str
    cost: Decimal | None = None
    fees: Decimal | None = None
    margin_change: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """The credentials work. ``status`` is the broker's word for the account or the system."""

    account: str
    environment: Environment
    accounts: tuple[str, ...]
    status: str
    can_trade: bool


def new_client_id() -> str:
    """A client id within every broker's grammar: a UUID with dashes."""
    return str(uuid.uuid4())
