"""What a broker remembers: orders, fills, quotes and holdings."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

ZERO = Decimal(0)


class Status(StrEnum):
    """Where an order stands; each broker has words of its own for it."""

    PENDING = "pending"  # taken, not working yet
    HELD = "held"  # waits for another order
    OPEN = "open"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected"
    REPLACED = "replaced"


WORKING = (Status.PENDING, Status.HELD, Status.OPEN)


class Kind(StrEnum):
    """How an order finds its price."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    STOP_LIMIT = "stop_limit"
    TAKE_PROFIT = "take_profit"  # triggers on the other side of a stop
    TAKE_PROFIT_LIMIT = "take_profit_limit"


class Role(StrEnum):
    """An order's part among the orders that it was placed with."""

    ALONE = ""
    CONTAINER = "container"  # holds a group together, trades nothing itself
    ENTRY = "entry"
    FOLLOWER = "follower"  # released by the entry's fill
    TAKE_PROFIT = "take_profit"
    STOP_LOSS = "stop_loss"
    COMBINATION = "combination"  # legs that trade together, at a net price
    LEG = "leg"


EXITS = (Role.TAKE_PROFIT, Role.STOP_LOSS)


@dataclass
class Order:
    """One order. ``terms`` are the broker's own words that it repeats in its answers."""

    id: str
    account: str
    symbol: str
    side: str  # buy or sell
    type: Kind
    quantity: Decimal
    placed_at: float
    limit: Decimal | None = None
    trigger: Decimal | None = None
    client_id: str = ""
    group: str = ""
    role: Role = Role.ALONE
    terms: dict[str, Any] = field(default_factory=dict)
    at_once: str = ""  # "any": what doesn't fill at once is canceled; "all": all or nothing
    status: Status = Status.PENDING
    shown_status: str = ""  # a word to show instead of the one that fits
    works_at: float = 0.0
    expires_at: float = 0.0  # 0 is never
    changed_at: float = 0.0
    filled_at: float = 0.0
    ended_at: float = 0.0
    executed: Decimal = ZERO
    value: Decimal = ZERO  # sum of quantity times price
    fee: Decimal = ZERO
    last_price: Decimal = ZERO
    last_quantity: Decimal = ZERO
    is_triggered: bool = False
    has_rested: bool = False
    cancel_asked: bool = False
    reason: str = ""
    replaces: str = ""
    replaced_by: str = ""

    @property
    def is_working(self) -> bool:
        """Whether it may still trade."""
        return self.status in WORKING

    @property
    def remaining(self) -> Decimal:
        """What hasn't been executed."""
        return self.quantity - self.executed

    @property
    def average(self) -> Decimal:
        """The average price of what was executed; 0 if nothing was."""
        return self.value / self.executed if self.executed else ZERO

    @property
    def sign(self) -> int:
        """1 for a buy, -1 for a sell."""
        return 1 if self.side == "buy" else -1


@dataclass
class Fill:
    """One execution, and where its order stood after it."""

    id: str
    order_id: str
    client_id: str
    account: str
    symbol: str
    side: str
    quantity: Decimal
    price: Decimal
    fee: Decimal
    at: float
    number: int
    is_maker: bool
    executed: Decimal  # by the order in all, this fill included
    ordered: Decimal


@dataclass
class Quote:
    """The best prices of an instrument, None where there is none, and its day so far.

    While it ``is_live`` the market repeats it, so that its time is the present.
    """

    symbol: str
    bid: Decimal | None
    ask: Decimal | None
    last: Decimal | None
    bid_size: Decimal
    ask_size: Decimal
    at: float
    opened: Decimal | None = None
    high: Decimal | None = None
    low: Decimal | None = None
    greeks: dict[str, Decimal] = field(default_factory=dict)
    is_live: bool = True

    def follow(self, before: "Quote | None") -> None:
        """Goes on with the day that an earlier quote has begun."""
        if before:
            self.opened, self.high, self.low = before.opened, before.high, before.low
            self.greeks = before.greeks
        if self.last is not None:
            self.opened = self.last if self.opened is None else self.opened
            self.high = self.last if self.high is None else max(self.high, self.last)
            self.low = self.last if self.low is None else min(self.low, self.last)


@dataclass
class Holding:
    """Money or a position of an account; ``cost`` carries the quantity's sign."""

    account: str
    asset: str
    number: int
    quantity: Decimal = ZERO
    cost: Decimal = ZERO
    realized: Decimal = ZERO
    since: float = 0.0


@dataclass
class Event:
    """Something that will happen to an order: a fill, a cancel or a rejection."""

    at: float
    what: str
    order: Order
    quantity: Decimal | None = None
    price: Decimal | None = None
    reason: str = ""


class State:
    """All of it, in the order in which it came."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.groups: dict[str, list[Order]] = {}
        self.fills: list[Fill] = []
        self.quotes: dict[str, Quote] = {}
        self.holdings: dict[tuple[str, str], Holding] = {}
        self.events: list[Event] = []
        self.numbers: Counter[str] = Counter()
        self.nonces: dict[str, int] = {}  # the last one of each key
        self.switches: dict[str, float] = {}  # when all of an account is canceled

    def add_order(self, order: Order) -> None:
        """Keeps an order, and whom it was placed with."""
        self.orders[order.id] = order
        if order.group:
            self.groups.setdefault(order.group, []).append(order)

    def next_number(self, of: str) -> int:
        """1, 2, 3 and so on, for each kind of thing."""
        self.numbers[of] += 1
        return self.numbers[of]

    def working(self, account: str | None = None) -> list[Order]:
        """The orders that may still trade, the oldest first."""
        return [
            order
            for order in self.orders.values()
            if order.is_working and account in (None, order.account)
        ]

    def group_of(self, order: Order) -> list[Order]:
        """The other orders that it was placed with."""
        return [other for other in self.groups.get(order.group, []) if other is not order]

    def holding(self, account: str, asset: str) -> Holding:
        """What an account has of something."""
        found = self.holdings.get((account, asset))
        if found is None:
            found = Holding(account, asset, 9000 + self.next_number("holding"))
            self.holdings[account, asset] = found
        return found

    def held(self, account: str, asset: str) -> Decimal:
        """How much of something an account has."""
        found = self.holdings.get((account, asset))
        return found.quantity if found else ZERO
