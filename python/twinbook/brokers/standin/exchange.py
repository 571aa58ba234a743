"""A broker without its API: what a test may do to it, and what it may see."""

import copy
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from pathlib import Path
from typing import Any, ClassVar

from twinbook.brokers.standin.clock import Clock
from twinbook.brokers.standin.engine import Engine
from twinbook.brokers.standin.faults import (
    CancelPlan,
    Chance,
    Failing,
    Fault,
    OrderPlan,
    Race,
    Script,
)
from twinbook.brokers.standin.margin import size_of
from twinbook.brokers.standin.state import (
    Fill,
    Holding,
    Kind,
    Order,
    Quote,
    Role,
    State,
    Status,
)
from twinbook.brokers.standin.store import Store


@dataclass(frozen=True)
class Login:
    """Credentials that a stand-in takes, and the accounts that they open."""

    key: str
    secret: str
    accounts: tuple[str, ...]


@dataclass(frozen=True)
class Snapshot:
    """What the broker holds, without ids and times, so that two can be compared with ``==``.

    ``orders``: client id to (symbol, side, quantity, executed, average, status) of each order with
    it; ``fills``: (client id, symbol, side, quantity, price); both sorted. ``positions`` and
    ``cash`` by account; what is zero is left out of the positions.
    """

    orders: dict[str, list[tuple[str, str, Decimal, Decimal, Decimal, str]]]
    fills: list[tuple[str, str, str, Decimal, Decimal]]
    positions: dict[str, dict[str, Decimal]]
    cash: dict[str, Decimal]


class Exchange(ABC):
    """Accounts, orders and quotes of one broker, under one lock.

    ``logins`` are the credentials that it takes, ``cash`` is what each account begins with,
    ``start`` and ``frozen`` set its clock, ``limit_factor`` multiplies the broker's limits (0 lifts
    them), ``settle_seconds`` is how long an order stays at its first status, ``file`` makes it
    remember everything over a restart. Raises ValueError for another broker's file.
    """

    broker: ClassVar[str]
    faults: ClassVar[frozenset[Fault]] = frozenset(Fault) - {Fault.DATASTORE}
    default_logins: ClassVar[tuple[Login, ...]]
    money: ClassVar[str] = "USD"
    late_rejection: ClassVar[str] = "You do not have enough buying power for this trade."

    def __init__(
        self,
        *,
        logins: Iterable[Login] = (),
        cash: Decimal = Decimal(100_000),
        start: datetime | None = None,
        frozen: bool = False,
        limit_factor: float = 1,
        settle_seconds: float = 0,
        file: Path | None = None,
    ) -> None:
        self.logins = tuple(logins) or self.default_logins
        self.clock = Clock(start, frozen=frozen)
        self.limit_factor = limit_factor
        self.settle_seconds = settle_seconds
        self.state = State()
        self.engine = Engine(self.state, self.clock, self)
        self.script = Script()
        self.lock = threading.RLock()
        self._store = Store(file)
        ahead = self._store.load(self.broker, self.state)
        self.clock.advance(ahead or 0)
        for login in self.logins:
            for account in login.accounts:
                if (account, self.money) not in self.state.holdings:
                    self.state.holding(account, self.money).quantity = cash
        if ahead is None:
            self.state.quotes = {quote.symbol: quote for quote in self.seed()}

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Under the lock, everything brought up to the present before and after, and kept."""
        with self.lock:
            self.engine.run()
            try:
                yield
            finally:
                self.engine.run()
                self._store.save(self.broker, self.state, self.clock.ahead)

    # What goes wrong.

    def fail_next(
        self,
        fault: Fault | str,
        *,
        commit: bool = False,
        on: str = "",
        times: int = 1,
        seconds: float = 0,
        message: str = "",
        status: int = 500,
        body: str = "",
        content_type: str = "text/plain",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """The next requests fail; with ``commit`` the broker does what was asked all the same.

        ``on`` names the call, such as place, cancel, order, orders. ``seconds`` is for slow ones,
        ``message`` for refused, unavailable and plain ones, ``status``, ``body``, ``content_type``
        and ``headers`` for ``answer``. Raises ValueError for a call that doesn't exist, and for a
        fault that this broker hasn't.
        """
        if Fault(fault) not in self.faults:
            raise ValueError(f"{self.broker} has no {fault}")
        calls = self.calls_known()
        if on and on not in calls:
            raise ValueError(f"there is no call {on!r}; there are {', '.join(calls)}")
        failing = Failing(
            Fault(fault),
            commit=commit,
            on=on,
            seconds=seconds,
            message=message,
            status=status,
            body=body,
            content_type=content_type,
            headers=dict(headers or {}),
        )
        with self.lock:
            self.script.failing.extend([failing] * times)

    def reject_later(self, reason: str = "", *, after: float = 0, times: int = 1) -> None:
        """The next orders are taken and rejected afterwards."""
        plan = OrderPlan("reject", reason or self.late_rejection, after=after)
        with self.lock:
            self.script.orders.extend([plan] * times)

    def partial_then_cancel(
        self, quantity: Decimal, *, price: Decimal | None = None, after: float = 0
    ) -> None:
        """The next order is filled in part, then canceled by the broker."""
        plan = OrderPlan("cancel", quantity=quantity, price=price, after=after)
        with self.lock:
            self.script.orders.append(plan)

    def race_cancel(
        self,
        race: Race | str,
        *,
        quantity: Decimal | None = None,
        price: Decimal | None = None,
        after: float = 0,
    ) -> None:
        """The next cancel meets a fill: of what remains, or of a quantity."""
        with self.lock:
            self.script.cancels.append(CancelPlan(Race(race), quantity, price, after))

    def fail_at_random(self, rate: float, *, seed: int = 0, seconds: float = 0.05) -> None:
        """From now on things go wrong by chance, the same way for the same seed and requests.

        ``rate``, 0 to 1, is how likely it is for a request to fail, an order to be rejected or
        canceled after it was taken, a cancel to meet a fill, and a fill to be a partial one. Slow
        answers take those seconds.
        """
        if not 0 <= rate <= 1:
            raise ValueError("a rate is between 0 and 1")
        with self.lock:
            self.script.chance = Chance(seed, rate, seconds)

    def behave(self) -> None:
        """Forgets all faults, plans and races that didn't happen yet, and chance."""
        with self.lock:
            self.script = Script()

    # What the market and the broker do.

    def set_quote(
        self,
        symbol: str,
        bid: Decimal | None,
        ask: Decimal | None,
        last: Decimal | None = None,
        *,
        bid_size: Decimal = Decimal(300),
        ask_size: Decimal = Decimal(500),
        is_live: bool = True,
    ) -> Quote:
        """Sets an instrument's prices, and makes it known; without ``last`` it is the middle.

        With ``is_live`` false it grows old until it is set again.
        """
        if last is None and bid is not None and ask is not None:
            last = (bid + ask) / 2
        with self.acting():
            symbol = self.canonical(symbol)
            now = self.clock.now()
            quote = Quote(symbol, bid, ask, last, bid_size, ask_size, now, is_live=is_live)
            quote.follow(self.state.quotes.get(symbol))
            self.state.quotes[symbol] = quote
            return copy.copy(quote)

    def fill(
        self,
        order: str,
        quantity: Decimal | None = None,
        price: Decimal | None = None,
        *,
        is_maker: bool | None = None,
    ) -> Fill:
        """Fills an order by its id or client id: what remains, or a quantity.

        Works on an ended order too, as a late fill. The price is, unless named, its limit, else
        the quote's. It is a maker if it rested. Raises LookupError.
        """
        with self.acting():
            found = self._find(order)
            amount = found.remaining if quantity is None else quantity
            at = price or self.engine.fair_price(found)
            if at is None or amount <= 0:
                raise LookupError(f"order {order} has nothing left to fill, or no price")
            is_resting = found.has_rested if is_maker is None else is_maker
            return self.engine.fill(found, amount, at, is_maker=is_resting)

    def reject(self, order: str, reason: str = "") -> None:
        """Rejects a working order, late."""
        self._end(order, Status.REJECTED, reason or self.late_rejection)

    def cancel(self, order: str, reason: str = "") -> None:
        """Cancels a working order, as the broker itself would."""
        self._end(order, Status.CANCELED, reason)

    def expire(self, order: str) -> None:
        """Lets a working order expire."""
        self._end(order, Status.EXPIRED, "")

    def show_status(self, order: str, word: str) -> None:
        """Shows a status word of your own for an order; "" ends that."""
        with self.acting():
            self._find(order).shown_status = word

    def hold_matching(self) -> None:
        """Orders rest until you fill them."""
        with self.acting():
            self.engine.is_matching = False

    def resume_matching(self) -> None:
        """Orders meet quotes again."""
        with self.acting():
            self.engine.is_matching = True

    def trade_outside(
        self, symbol: str, side: str, quantity: Decimal, price: Decimal, account: str = ""
    ) -> Fill:
        """Trades on an account past our API, as a person at the broker's own page would."""
        with self.acting():
            order = self._order_outside(account, symbol, side, Kind.MARKET, quantity)
            return self.engine.execute(order, quantity, price)

    def order_outside(
        self, symbol: str, side: str, quantity: Decimal, limit: Decimal, account: str = ""
    ) -> Order:
        """Places a limit order past our API, without a client id of ours or any check."""
        with self.acting():
            order = self._order_outside(account, symbol, side, Kind.LIMIT, quantity)
            order.limit = limit
            return copy.copy(order)

    def deposit(self, amount: Decimal, *, asset: str = "", account: str = "") -> Holding:
        """Puts money, or something else, on an account; below zero takes it away."""
        with self.acting():
            name = account or self.logins[0].accounts[0]
            holding = self.state.holding(name, asset or self.money)
            holding.quantity += amount
            return copy.copy(holding)

    def advance(self, seconds: float) -> None:
        """Lets time pass."""
        with self.acting():
            self.clock.advance(seconds)

    # What can be seen.

    def orders(self) -> list[Order]:
        """All orders, also legs, the oldest first."""
        with self.acting():
            return [copy.copy(order) for order in self.state.orders.values()]

    def order(self, order: str) -> Order:
        """One order by its id, or the newest with a client id. Raises LookupError."""
        with self.acting():
            return copy.copy(self._find(order))

    def fills(self) -> list[Fill]:
        """All executions, the oldest first."""
        with self.acting():
            return list(self.state.fills)

    def holdings(self) -> list[Holding]:
        """Money and positions of all accounts."""
        with self.acting():
            return [copy.copy(holding) for holding in self.state.holdings.values()]

    def quotes(self) -> list[Quote]:
        """All quotes."""
        with self.lock:
            return [copy.copy(quote) for quote in self.state.quotes.values()]

    def snapshot(self) -> Snapshot:
        """All that a book should agree with."""
        with self.acting():
            orders: dict[str, list[tuple[str, str, Decimal, Decimal, Decimal, str]]] = {}
            for one in self.state.orders.values():
                if one.role not in (Role.CONTAINER, Role.LEG):
                    orders.setdefault(one.client_id, []).append(
                        (one.symbol, one.side, one.quantity, one.executed, one.average, one.status)
                    )
            positions: dict[str, dict[str, Decimal]] = {}
            cash: dict[str, Decimal] = {}
            for holding in self.state.holdings.values():
                if holding.asset == self.money:
                    cash[holding.account] = holding.quantity
                elif holding.quantity:
                    positions.setdefault(holding.account, {})[holding.asset] = holding.quantity
            return Snapshot(
                {client_id: sorted(same) for client_id, same in sorted(orders.items())},
                sorted(
                    (one.client_id, one.symbol, one.side, one.quantity, one.price)
                    for one in self.state.fills
                ),
                positions,
                cash,
            )

    # What brokers differ in.

    @abstractmethod
    def calls_known(self) -> list[str]:
        """The names of the calls that can fail."""

    @abstractmethod
    def new_fill_id(self, at: float) -> str:
        """An id for an execution."""

    @abstractmethod
    def new_order_id(self) -> str:
        """An id for an order."""

    @abstractmethod
    def terms_outside(self, account: str, symbol: str, side: str, kind: Kind) -> dict[str, Any]:
        """The broker's own terms of an order that a person placed at its page."""

    def own_client_id(self) -> str:
        """The client id of such an order, where the broker gives it one."""
        return ""

    @abstractmethod
    def seed(self) -> Iterable[Quote]:
        """Quotes to begin with."""

    def canonical(self, symbol: str) -> str:
        """The broker's own name of an instrument. Raises LookupError where there must be one."""
        return symbol

    def multiplier(self, symbol: str) -> Decimal:
        """How many units one contract stands for."""
        return size_of(symbol)

    def fee_of(self, value: Decimal, is_maker: bool) -> Decimal:
        """Stocks and options are free here."""
        return Decimal(0)

    def assets_of(self, symbol: str) -> tuple[str, str]:
        """The instrument is held itself, and paid for in money."""
        return symbol, self.money

    def portion_of(self, order: Order) -> Decimal:
        """All that remains; by chance a part of it, but not of what must fill at once."""
        return (
            self._part_of(order) if not order.at_once and self.script.splits() else order.remaining
        )

    def after_fill(self, order: Order, fill: Fill) -> None:
        """Nothing more happens."""
        return

    # What a broker's API asks of it, under the lock.

    def place(self, orders: list[Order]) -> None:
        """Takes orders in, after all checks."""
        self.engine.place(orders, self.settle_seconds)
        plan = self.script.take_order()
        if plan is None:
            return
        order = next((one for one in orders if one.role != Role.CONTAINER), orders[0])
        if plan.end == "cancel":
            part = self._part_of(order) if plan.quantity is None else plan.quantity
            self.engine.plan(order, "fill", plan.after, quantity=part, price=plan.price)
        reason = plan.reason or (self.late_rejection if plan.end == "reject" else "")
        self.engine.plan(order, plan.end, plan.after, reason=reason)

    def ask_cancel(self, order: Order, reason: str = "") -> bool:
        """A client asks to cancel. False if the order is over, also since it just filled."""
        if not order.is_working:
            return False
        if order.cancel_asked and self.engine.has_plans_for(order):
            return True  # asked again, which hurries nothing
        plan = self.script.take_cancel()
        if plan is None:
            self.engine.end(order, Status.CANCELED, reason)
            return True
        if plan.race == Race.FILL_WINS:
            self.engine.plan(order, "fill", quantity=plan.quantity, price=plan.price)
            self.engine.run()
            if order.is_working:
                self.engine.end(order, Status.CANCELED, reason)
                return True
            return False
        if plan.race == Race.LATE_FILL:
            self.engine.end(order, Status.CANCELED, reason)
        else:
            order.cancel_asked = True
        if plan.race != Race.SLOW:
            self.engine.plan(order, "fill", plan.after, quantity=plan.quantity, price=plan.price)
        if plan.race in (Race.SLOW, Race.PARTIAL_THEN_CANCELED):
            self.engine.plan(order, "cancel", plan.after, reason=reason)
        return True

    def limited(self, documented: int) -> int:
        """A limit of the broker's, times the factor."""
        return round(documented * self.limit_factor) if self.limit_factor else 1_000_000_000

    def _order_outside(
        self, account: str, symbol: str, side: str, kind: Kind, quantity: Decimal
    ) -> Order:
        if side not in ("buy", "sell") or quantity <= 0:
            raise ValueError("a side is buy or sell, a quantity above 0")
        name = account or self.logins[0].accounts[0]
        traded = self.canonical(symbol)
        order = Order(
            id=self.new_order_id(),
            account=name,
            symbol=traded,
            side=side,
            type=kind,
            quantity=quantity,
            placed_at=self.clock.now(),
            client_id=self.own_client_id(),
            terms=self.terms_outside(name, traded, side, kind),
        )
        self.engine.place([order], 0)
        return order

    def _part_of(self, order: Order) -> Decimal:
        """About half of what remains; whole numbers of what is ordered in whole numbers."""
        half = order.remaining / 2
        if order.quantity == order.quantity.to_integral_value():
            return half.to_integral_value(ROUND_FLOOR) or order.remaining
        return half

    def _find(self, order: str) -> Order:
        found = self.state.orders.get(order)
        named = [one for one in self.state.orders.values() if one.client_id == order]
        if found:
            return found
        if not order or not named:
            raise LookupError(f"there is no order {order!r}")
        newest = named[-1]
        if not newest.group:
            return newest
        # Of a group, the first that trades: the entry, until it is done.
        together = [one for one in named if one.group == newest.group]
        trading = [one for one in together if one.status in (Status.PENDING, Status.OPEN)]
        return next((one for one in trading if one.role != Role.CONTAINER), together[0])

    def _end(self, order: str, status: Status, reason: str) -> None:
        with self.acting():
            self.engine.end(self._find(order), status, reason)
