"""The paper venue and its book as the rules page tells them, for equities, in plain Python.

One feed with its clock, and the portfolios that trade on it. Everything happens at once and in
order: what the database does under locks and late is compared with this. Sums are in dollars. What
orders hold is never stored here: it follows from the open orders and the positions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from zoneinfo import ZoneInfo

ZERO = Decimal(0)
CENT = Decimal("0.01")
_NEW_YORK = ZoneInfo("America/New_York")


class Refused(Exception):
    """A call that the book answers with an error of this SQLSTATE."""


@dataclass(frozen=True)
class Fee:
    """One component of a venue's fees (rule 24)."""

    component: str
    basis: str
    rate: Decimal
    side: str = "both"
    liquidity: str = "both"
    minimum: Decimal | None = None
    maximum: Decimal | None = None

    def of(self, side: str, liquidity: str, quantity: Decimal, value: Decimal) -> Decimal:
        """What it charges for a fill: bounded, then rounded up to the cent."""
        if self.side not in ("both", side) or self.liquidity not in ("both", liquidity):
            return ZERO
        units = {"order": Decimal(1), "unit": quantity, "percent": value / 100}[self.basis]
        charge = self.rate * units
        if self.minimum is not None:
            charge = max(charge, self.minimum)
        if self.maximum is not None:
            charge = min(charge, self.maximum)
        return charge.quantize(CENT, ROUND_CEILING)


@dataclass(frozen=True)
class Instrument:
    """An equity that closes at 16:00 in New York on weekdays."""

    symbol: str
    tick: Decimal = CENT
    stop_trigger: str = "last"
    is_shortable: bool = True
    fees: tuple[Fee, ...] = ()

    def fee(self, side: str, liquidity: str, quantity: Decimal, price: Decimal) -> Decimal:
        """All components together."""
        return sum((f.of(side, liquidity, quantity, quantity * price) for f in self.fees), ZERO)


@dataclass(frozen=True)
class Quote:
    """A quote of an instrument; None is unknown, of sizes and volume unlimited (rule 20)."""

    symbol: str
    quoted_at: datetime
    bid: Decimal | None = None
    ask: Decimal | None = None
    last: Decimal | None = None
    volume: Decimal | None = None
    bid_size: Decimal | None = None
    ask_size: Decimal | None = None

    @property
    def is_crossed(self) -> bool:
        """Crossed quotes don't fill (rule 22)."""
        return self.bid is not None and self.ask is not None and self.bid > self.ask

    def price(self, side: str) -> Decimal | None:
        """Buy at the ask, sell at the bid, else at the last price (rule 18)."""
        near = self.ask if side == "buy" else self.bid
        return self.last if near is None else near

    def reaches(self, side: str, limit: Decimal) -> bool:
        """Whether a resting limit fills: traded through, or touched with volume left (rule 19)."""
        way = 1 if side == "buy" else -1
        near, size = (self.ask, self.ask_size) if side == "buy" else (self.bid, self.bid_size)
        return any(
            price is not None and (price * way < limit * way or (price == limit and left != 0))
            for price, left in ((near, size), (self.last, self.volume))
        )


@dataclass
class Order:
    """An order with its terms and its progress."""

    number: int
    instrument: Instrument
    strategy: str
    side: str
    order_type: str
    time_in_force: str
    quantity: Decimal
    limit_price: Decimal | None
    stop_price: Decimal | None
    status: str = "PENDING"
    reason: str | None = None
    version: int = 1
    filled: Decimal = ZERO
    value: Decimal = ZERO
    fees: Decimal = ZERO
    hold_unit: Decimal = ZERO
    hold_fee: Decimal = ZERO
    is_triggered: bool = False
    is_resting: bool = False
    effective_at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether a quote may still fill it."""
        return self.status in ("PENDING", "OPEN", "PARTIALLY_FILLED")

    @property
    def is_stop(self) -> bool:
        """Whether it still waits for its trigger."""
        return self.order_type.startswith("stop") and not self.is_triggered

    @property
    def rest(self) -> Decimal:
        """What is left to fill."""
        return self.quantity - self.filled

    @property
    def way(self) -> int:
        """1 adds to a position, -1 takes from it."""
        return 1 if self.side == "buy" else -1

    @property
    def place(self) -> tuple[str, str]:
        """The position that it trades in (rule 1)."""
        return self.instrument.symbol, self.strategy


@dataclass
class Position:
    """What is held per symbol and strategy, at average cost (rules 1 and 4)."""

    quantity: Decimal = ZERO
    cost: Decimal = ZERO
    realized: Decimal = ZERO
    fees: Decimal = ZERO

    def trade(self, quantity: Decimal, price: Decimal) -> None:
        """Moves it by a signed quantity: first closing what it reduces, then opening the rest."""
        closing = ZERO
        if self.quantity * quantity < 0:
            closing = min(abs(quantity), abs(self.quantity)).copy_sign(quantity)
            cost = self.cost * -closing / self.quantity
            self.realized += -closing * price - cost
            self.cost -= cost
        self.cost += (quantity - closing) * price
        self.quantity += quantity


@dataclass
class Portfolio:
    """One pot of dollars that trades on the venue's feed."""

    venue: "Venue"
    cash: Decimal
    slippage: Decimal
    fill_delay: timedelta
    allow_short: bool
    max_quote_age: timedelta = timedelta(days=1)
    orders: list[Order] = field(default_factory=list)
    positions: dict[tuple[str, str], Position] = field(default_factory=dict)

    # -- what a user does ---------------------------------------------------------------------

    def place(
        self,
        symbol: str,
        side: str,
        quantity: Decimal,
        order_type: str,
        time_in_force: str,
        strategy: str = "",
        limit_price: Decimal | None = None,
        stop_price: Decimal | None = None,
    ) -> Order:
        """A new order: filled, open, canceled or REJECTED with a reason."""
        order = Order(
            number=len(self.orders) + 1,
            instrument=self.venue.instruments[symbol],
            strategy=strategy,
            side=side,
            order_type=order_type,
            time_in_force=time_in_force,
            quantity=quantity,
            limit_price=limit_price,
            stop_price=stop_price,
        )
        market = self._market(symbol)
        self._hold(order, market)
        if order_type == "market" and market is None:
            order.reason = "stale market data"
        else:
            order.reason = self._refusal(order)
        if order.reason:
            order.status = "REJECTED"
            self.orders.append(order)
            return order
        self.orders.append(order)
        self._become_effective(order)
        self._route(order, market)
        return order

    def cancel(self, order: Order) -> None:
        """Ends an open order; what was filled stays filled."""
        if not order.is_open:
            raise Refused("TB422")
        order.version += 1
        self._end(order, "CANCELED", None)

    def replace(
        self,
        order: Order,
        version: int,
        quantity: Decimal | None = None,
        limit_price: Decimal | None = None,
        stop_price: Decimal | None = None,
    ) -> None:
        """New terms, with which it meets the market anew; on failure it is unchanged (rule 11)."""
        if version != order.version:
            raise Refused("TB409")
        if not order.is_open or (stop_price is not None and order.is_triggered):
            raise Refused("TB422")
        wanted = replace(
            order,
            quantity=quantity or order.quantity,
            limit_price=limit_price or order.limit_price,
            stop_price=stop_price or order.stop_price,
        )
        market = self._market(order.instrument.symbol)
        self._hold(wanted, market)
        if self._refusal(wanted):
            raise Refused("TB422")
        order.quantity, order.limit_price = wanted.quantity, wanted.limit_price
        order.stop_price = wanted.stop_price
        order.hold_unit, order.hold_fee = wanted.hold_unit, wanted.hold_fee
        order.version += 1
        self._become_effective(order)
        self._route(order, market)

    # -- what follows from orders and positions -----------------------------------------------

    def open_orders(self) -> list[Order]:
        """In the order of their numbers."""
        return [order for order in self.orders if order.is_open]

    def position(self, order: Order) -> Position:
        """The position that an order trades in."""
        return self.positions.get(order.place, Position())

    def reduces(self, order: Order) -> Decimal:
        """How much of the position it takes: earlier orders on its side take theirs first."""
        taken = sum(
            (
                other.rest
                for other in self.open_orders()
                if other.place == order.place
                and other.side == order.side
                and other.number < order.number
            ),
            ZERO,
        )
        return min(order.rest, max(self.position(order).quantity * -order.way - taken, ZERO))

    def increases(self, order: Order) -> Decimal:
        """How much of it would add to exposure."""
        return order.rest - self.reduces(order)

    def held_by(self, order: Order) -> Decimal:
        """The money that an open order holds (rule 7)."""
        more = self.increases(order)
        return more * order.hold_unit + order.hold_fee if order.is_open and more else ZERO

    def held(self) -> Decimal:
        """All that open orders hold."""
        return sum(map(self.held_by, self.open_orders()), ZERO)

    # -- rules --------------------------------------------------------------------------------

    def _market(self, symbol: str) -> Quote | None:
        """The latest quote while it is fresh by the feed's clock (rule 22)."""
        quote = self.venue.latest.get(symbol)
        if quote is None or self.venue.clock is None:
            return None
        return quote if quote.quoted_at >= self.venue.clock - self.max_quote_age else None

    def _hold(self, order: Order, market: Quote | None) -> None:
        """What a unit that increases exposure holds, and what the order holds for fees (rule 7)."""
        near = ZERO
        if market is not None:
            near = next(p for p in (market.ask, market.last, market.bid) if p is not None)
        limit, stop = order.limit_price or ZERO, order.stop_price or ZERO
        if order.side == "buy":
            price = limit or max(stop, near) * (1 + self.slippage / 100)
        else:
            price = max(limit, stop, near * Decimal("1.03"))
        price = _to_tick(price, order.instrument.tick, ROUND_CEILING)
        order.hold_unit = price if order.side == "buy" else price / 2
        if self.venue.clock is None:  # no fee has begun where there is no time
            order.hold_fee = ZERO
            return
        order.hold_fee = max(
            order.instrument.fee(order.side, liquidity, order.quantity, price)
            for liquidity in ("maker", "taker")
            if liquidity == "taker" or order.order_type != "market"
        )

    def _short_value(self) -> Decimal:
        """What buying back all shorts would cost now."""
        total = ZERO
        for (symbol, _), position in self.positions.items():
            if position.quantity < 0:
                quote = self.venue.latest.get(symbol)
                marks = (quote.ask, quote.last, quote.bid) if quote else ()
                mark = next((price for price in marks if price is not None), None)
                total -= position.quantity * (mark or position.cost / position.quantity)
        return total

    def _free(self, order: Order) -> Decimal:
        """Cash, less what other orders hold, less 150 % of the shorts."""
        others = sum(
            (self.held_by(o) for o in self.open_orders() if o.number != order.number), ZERO
        )
        return self.cash - others - self._short_value() * Decimal("1.5")

    def _may_increase(self, order: Order) -> bool:
        return order.side == "buy" or (self.allow_short and order.instrument.is_shortable)

    def _refusal(self, order: Order) -> str | None:
        """Why it can't be taken; only what increases exposure is refused (rules 7 and 8)."""
        more = self.increases(order)
        if not more:
            return None
        if not self._may_increase(order):
            return "not enough to sell"
        short = self._short_value()
        if short and self.cash < short * Decimal("1.3"):
            return "margin call"
        if more * order.hold_unit + order.hold_fee > self._free(order):
            return "insufficient funds"
        return None

    def _become_effective(self, order: Order) -> None:
        """It meets the feed as it is now; under a fill delay only later quotes (rule 21)."""
        order.is_resting = False
        order.effective_at = None
        clock = self.venue.clock
        if clock is not None and self.fill_delay:
            order.effective_at = clock + self.fill_delay
        if clock is not None and order.time_in_force == "DAY" and order.expires_at is None:
            order.expires_at = next_close(order.effective_at or clock)

    def _route(self, order: Order, market: Quote | None) -> None:
        """A new order, or new terms: fills at the quote that it meets, or waits."""
        waits = self.venue.fills_next or order.effective_at is not None
        price = self._fill_price(order, market) if market else None
        if price is not None and not waits:
            self._fill(order, price, order.rest)
        elif order.time_in_force in ("IOC", "FOK") and not waits:
            reason = "could not be filled at once" if market else "stale market data"
            self._end(order, "CANCELED", reason)
        else:
            may_rest = order.limit_price is not None and order.time_in_force in ("DAY", "GTC")
            order.is_resting = may_rest and not order.is_stop and price is None
            order.status = "PARTIALLY_FILLED" if order.filled else "OPEN"

    def _fill_price(self, order: Order, quote: Quote) -> Decimal | None:
        """At the quote, never worse than the limit; what rests, at its limit (rules 18 and 19)."""
        if quote.is_crossed or order.is_stop:
            return None
        limit = order.limit_price
        if order.is_resting and limit is not None:
            return limit if quote.reaches(order.side, limit) else None
        near = quote.price(order.side)
        if near is None or (limit is not None and near * order.way > limit * order.way):
            return None
        price = near
        if (quote.ask if order.side == "buy" else quote.bid) is None:
            price = near * (1 + order.way * self.slippage / 100)
        way = ROUND_CEILING if order.side == "buy" else ROUND_FLOOR
        price = max(_to_tick(price, order.instrument.tick, way), order.instrument.tick)
        if limit is None:
            return price
        return min(price, limit) if order.side == "buy" else max(price, limit)

    def meet(self, quote: Quote | None, clock: datetime) -> None:
        """A quote came, and the clock moved to here; None for a quote that was late."""
        for order in self.open_orders():
            if order.time_in_force == "DAY" and order.expires_at is None:
                order.expires_at = next_close(clock)
        for order in self.open_orders():
            if order.expires_at is not None and order.expires_at <= clock:
                self._end(order, "EXPIRED", "end of day")
        if quote is None or quote.is_crossed:
            return
        for order in self.open_orders():
            is_effective = order.effective_at is None or order.effective_at <= quote.quoted_at
            if order.instrument.symbol == quote.symbol and order.is_open and is_effective:
                self._match(order, quote)

    def _match(self, order: Order, quote: Quote) -> None:
        if order.is_stop:
            if not _triggers(order, quote):
                return
            order.is_triggered = True
        price = self._fill_price(order, quote)
        if price is None:
            if order.time_in_force in ("IOC", "FOK"):
                self._end(order, "CANCELED", "could not be filled at once")
            elif order.limit_price is not None:
                order.is_resting = True
        elif self.increases(order) and not self._may_increase(order):
            self._end(order, "CANCELED", "short selling is not allowed")
        elif (paid := self._payable(order, price)) < order.rest:
            if paid:
                self._fill(order, price, paid)
            self._end(order, "CANCELED", "insufficient funds at the fill")
        else:
            self._fill(order, price, order.rest)

    def _payable(self, order: Order, price: Decimal) -> Decimal:
        """All of its rest, or nothing; what works as a market order is cut to what can be paid."""
        more = self.increases(order)
        unit = price if order.side == "buy" else price / 2
        liquidity = "maker" if order.is_resting else "taker"
        fee = order.instrument.fee(order.side, liquidity, order.rest, price)
        free = self._free(order)
        if not more or more * unit + fee <= free:
            return order.rest
        if order.limit_price is not None:
            return ZERO
        return order.rest - more + max((free - fee) // unit, ZERO)

    def _fill(self, order: Order, price: Decimal, quantity: Decimal) -> None:
        liquidity = "maker" if order.is_resting else "taker"
        fee = order.instrument.fee(order.side, liquidity, quantity, price)
        position = self.positions.setdefault(order.place, Position())
        position.trade(order.way * quantity, price)
        position.fees += fee
        self.cash -= order.way * quantity * price + fee
        order.filled += quantity
        order.value += quantity * price
        order.fees += fee
        order.status = "PARTIALLY_FILLED" if order.rest else "FILLED"

    def _end(self, order: Order, status: str, reason: str | None) -> None:
        order.status = status
        order.reason = reason


@dataclass
class Venue:
    """A feed of the user's own, its instruments, and who trades on it."""

    instruments: dict[str, Instrument]
    fills_next: bool = False
    clock: datetime | None = None
    latest: dict[str, Quote] = field(default_factory=dict)
    portfolios: list[Portfolio] = field(default_factory=list)

    def take(self, quotes: Sequence[Quote]) -> None:
        """Quotes in their order: each moves the clock, and what isn't late is matched (rule 23)."""
        for quote in quotes:
            known = self.latest.get(quote.symbol)
            is_late = known is not None and quote.quoted_at < known.quoted_at
            if not is_late:
                self.latest[quote.symbol] = quote
            self.clock = max(self.clock or quote.quoted_at, quote.quoted_at)
            for portfolio in self.portfolios:
                portfolio.meet(None if is_late else quote, self.clock)

    def orders(self) -> Iterator[tuple[Portfolio, Order]]:
        """Every order with its portfolio."""
        for portfolio in self.portfolios:
            for order in portfolio.orders:
                yield portfolio, order


def next_close(after: datetime) -> datetime:
    """The first close after a moment: 16:00 in New York on a weekday (rule 12)."""
    day = after.astimezone(_NEW_YORK).date()
    while True:
        close = datetime.combine(day, time(16), _NEW_YORK)
        if day.isoweekday() <= 5 and close.timestamp() > after.timestamp():
            return close
        day += timedelta(days=1)


def _triggers(order: Order, quote: Quote) -> bool:
    """Stops trigger on the last price, or on bid or ask (rule 13)."""
    shown = quote.ask if order.side == "buy" else quote.bid
    if order.instrument.stop_trigger == "last" and quote.last is not None:
        shown = quote.last
    if shown is None or order.stop_price is None:
        return False
    return shown * order.way >= order.stop_price * order.way


def _to_tick(price: Decimal, tick: Decimal, rounding: str) -> Decimal:
    return (price / tick).quantize(Decimal(1), rounding) * tick
