"""A tiny exchange: orders meet quotes, groups of orders hang together, accounts are kept.

Market orders fill at the quote, limits when it touches them, stops when the last price triggers
them; all of it, at any size. Quotes move only on command and the market never closes.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol

from twinbook.brokers.standin.clock import Clock
from twinbook.brokers.standin.state import (
    EXITS,
    ZERO,
    Event,
    Fill,
    Kind,
    Order,
    Role,
    State,
    Status,
)

_STOPS = (Kind.STOP, Kind.STOP_LIMIT)
_TRIGGERED = (*_STOPS, Kind.TAKE_PROFIT, Kind.TAKE_PROFIT_LIMIT)
_LIMITS = (Kind.LIMIT, Kind.STOP_LIMIT, Kind.TAKE_PROFIT_LIMIT)
_WHOLES = (Role.CONTAINER, Role.COMBINATION)


class House(Protocol):
    """What differs between brokers when a trade is booked."""

    def new_fill_id(self, at: float) -> str:
        """An id for an execution."""

    def multiplier(self, symbol: str) -> Decimal:
        """How many units one contract stands for."""

    def fee_of(self, value: Decimal, is_maker: bool) -> Decimal:
        """What a trade of that value costs."""

    def assets_of(self, symbol: str) -> tuple[str, str]:
        """What is held after a purchase, and what it is paid with."""

    def portion_of(self, order: Order) -> Decimal:
        """How much of what remains is filled at once."""

    def after_fill(self, order: Order, fill: Fill) -> None:
        """Called after each execution."""


class Engine:
    """Moves orders on. Not safe for threads by itself."""

    def __init__(self, state: State, clock: Clock, house: House) -> None:
        self._state = state
        self._clock = clock
        self._house = house
        self.is_matching = True

    def run(self) -> None:
        """Brings everything up to the present."""
        now = self._clock.now()
        for quote in self._state.quotes.values():
            if quote.is_live:
                quote.at = now
        due = [event for event in self._state.events if event.at <= now]
        for event in due:
            self._state.events.remove(event)
            self._happen(event)
        for order in self._state.working():
            if order.expires_at and now >= order.expires_at:
                self.end(order, Status.EXPIRED)
            elif order.status == Status.PENDING and now >= order.works_at:
                self._change(order, Status.OPEN)
        # A fill may release orders that can be matched too.
        while self.is_matching and sum(self._match(order) for order in self._state.working()):
            pass
        self._close_containers()

    def place(self, orders: Iterable[Order], settle_seconds: float) -> None:
        """Takes orders in; they begin to work after the seconds."""
        for order in orders:
            order.works_at = max(order.works_at, order.placed_at + settle_seconds)
            order.changed_at = order.placed_at
            self._state.add_order(order)

    def plan(
        self,
        order: Order,
        what: str,
        after: float = 0,
        *,
        quantity: Decimal | None = None,
        price: Decimal | None = None,
        reason: str = "",
    ) -> None:
        """Lets a fill, cancel or rejection happen later; after 0 s, before the next request."""
        at = self._clock.now() + after
        self._state.events.append(Event(at, what, order, quantity, price, reason))

    def has_plans_for(self, order: Order) -> bool:
        """Whether something is yet to happen to an order."""
        return any(event.order is order for event in self._state.events)

    def fill(
        self, order: Order, quantity: Decimal, price: Decimal, *, is_maker: bool = False
    ) -> Fill:
        """Fills an order: a combination by its legs, a container by its first order that trades."""
        if order.role == Role.COMBINATION:
            return self._fill_combination(order, quantity, price)
        members = self._state.group_of(order) if order.role == Role.CONTAINER else []
        trading = [one for one in members if one.status in (Status.PENDING, Status.OPEN)]
        chosen = next(iter(trading or members), order)
        return self.execute(chosen, quantity, price, is_maker=is_maker)

    def execute(
        self, order: Order, quantity: Decimal, price: Decimal, *, is_maker: bool = False
    ) -> Fill:
        """Books an execution, whatever the order's status: a late fill doesn't revive it."""
        self._count(order, quantity, price)
        fill = self._book(order, quantity, price, is_maker)
        order.fee += fill.fee
        if order.is_working:
            is_done = order.executed >= order.quantity
            self._change(order, Status.FILLED if is_done else Status.OPEN)
            self._tell_group(order, quantity)
        self._house.after_fill(order, fill)
        return fill

    def end(self, order: Order, status: Status, reason: str = "") -> None:
        """Ends a working order, and what depends on it."""
        if not order.is_working:
            return
        order.reason = reason or order.reason
        self._change(order, status)
        for other in self._state.group_of(order):
            if other.is_working and order.role in _WHOLES:
                self._change(other, status)
            elif other.is_working and _depends(other, order):
                self._change(other, Status.CANCELED)

    def price_of(self, order: Order) -> Decimal | None:
        """What the market asks for this order now; None without a quote."""
        if order.role == Role.COMBINATION:
            return self._net_price(order)
        quote = self._state.quotes.get(order.symbol)
        if quote is None:
            return None
        return quote.ask if order.side == "buy" else quote.bid

    def fair_price(self, order: Order) -> Decimal | None:
        """What a commanded fill is made at: the order's limit, else the quote, else its trigger."""
        return order.limit or self.price_of(order) or order.trigger

    def is_marketable(self, order: Order) -> bool:
        """Whether it would trade at the present quote."""
        return self._fill_price(order) is not None

    def _change(self, order: Order, status: Status) -> None:
        order.status = status
        order.changed_at = self._clock.now()
        if not order.is_working:
            order.ended_at = order.changed_at
            order.cancel_asked = False

    def _happen(self, event: Event) -> None:
        order = event.order
        if event.what == "fill":
            quantity = order.remaining if event.quantity is None else event.quantity
            price = event.price or self.fair_price(order)
            if quantity > 0 and price is not None:
                self.fill(order, quantity, price, is_maker=order.has_rested)
        else:
            status = Status.REJECTED if event.what == "reject" else Status.CANCELED
            self.end(order, status, event.reason)

    def _match(self, order: Order) -> bool:
        """Trades an order if it can; False if it rests, or has more to trade next time."""
        if order.status != Status.OPEN or order.cancel_asked:
            return False
        if order.role in (Role.CONTAINER, Role.LEG):
            return False
        price = self._fill_price(order)
        if price is None:
            order.has_rested = True
            if order.at_once:
                self.end(order, Status.CANCELED)
            return False
        if order.role == Role.COMBINATION:
            self._fill_combination(order, order.remaining, price)
        else:
            portion = self._house.portion_of(order)
            self.execute(order, portion, price, is_maker=_is_maker(order))
        return not order.is_working

    def _fill_price(self, order: Order) -> Decimal | None:
        if order.type in _TRIGGERED and not self._has_triggered(order):
            return None
        price = self.price_of(order)
        if price is None or (not price and order.role != Role.COMBINATION):
            return None
        if order.type not in _LIMITS or order.limit is None:
            return price
        if (price - order.limit) * order.sign > 0:
            return None
        return order.limit if _is_maker(order) else price

    def _has_triggered(self, order: Order) -> bool:
        quote = self._state.quotes.get(order.symbol)
        last = quote.last if quote else None
        if order.is_triggered or last is None or order.trigger is None:
            return order.is_triggered
        rises_to_it = (order.side == "buy") == (order.type in _STOPS)
        if (last >= order.trigger) if rises_to_it else (last <= order.trigger):
            order.is_triggered = True
            order.has_rested = False
        return order.is_triggered

    def _net_price(self, order: Order) -> Decimal | None:
        """What buying the legs together costs for one combination; below zero it pays."""
        net = ZERO
        for leg in self._state.group_of(order):
            price = self.price_of(leg)
            if not price:
                return None
            net += leg.sign * price * leg.quantity / order.quantity
        return net

    def _fill_combination(self, order: Order, quantity: Decimal, net: Decimal) -> Fill:
        """Each leg at its own quote; the whole only counts."""
        fills = [
            self.execute(leg, leg.quantity * quantity / order.quantity, self.price_of(leg) or ZERO)
            for leg in self._state.group_of(order)
        ]
        self._count(order, quantity, net)
        if order.is_working and order.executed >= order.quantity:
            self._change(order, Status.FILLED)
        return fills[-1]

    def _count(self, order: Order, quantity: Decimal, price: Decimal) -> None:
        order.executed += quantity
        order.value += quantity * price
        order.last_price, order.last_quantity = price, quantity
        order.filled_at = order.changed_at = self._clock.now()

    def _tell_group(self, order: Order, quantity: Decimal) -> None:
        is_filled = order.status == Status.FILLED
        for other in self._state.group_of(order):
            if order.role == Role.ENTRY and is_filled and other.status == Status.HELD:
                self._change(other, Status.OPEN)
            if order.role in EXITS and other.role in EXITS and other.is_working:
                if is_filled:
                    self._change(other, Status.CANCELED)
                else:
                    other.quantity -= quantity

    def _close_containers(self) -> None:
        for order in self._state.working():
            members = self._state.group_of(order) if order.role == Role.CONTAINER else []
            if members and not any(member.is_working for member in members):
                ends = {member.status for member in members}
                order_of_ends = (Status.FILLED, Status.REJECTED, Status.EXPIRED, Status.CANCELED)
                self._change(order, next(status for status in order_of_ends if status in ends))

    def _book(self, order: Order, quantity: Decimal, price: Decimal, is_maker: bool) -> Fill:
        now = self._clock.now()
        value = quantity * price * self._house.multiplier(order.symbol)
        fill = Fill(
            id=self._house.new_fill_id(now),
            order_id=order.id,
            client_id=order.client_id,
            account=order.account,
            symbol=order.symbol,
            side=order.side,
            quantity=quantity,
            price=price,
            fee=self._house.fee_of(value, is_maker),
            at=now,
            number=self._state.next_number("fill"),
            is_maker=is_maker,
            executed=order.executed,
            ordered=order.quantity,
        )
        self._state.fills.append(fill)
        asset, money = self._house.assets_of(order.symbol)
        self._hold(order.account, asset, order.sign * quantity, order.sign * value, now)
        self._state.holding(order.account, money).quantity -= order.sign * value + fill.fee
        return fill

    def _hold(
        self, account: str, asset: str, quantity: Decimal, value: Decimal, now: float
    ) -> None:
        """Adds to a position at cost; what reduces it takes its share of the cost along."""
        holding = self._state.holding(account, asset)
        before = holding.quantity
        after = before + quantity
        cost_before = holding.cost
        if not before or before * quantity > 0:
            holding.cost += value
        elif before * after < 0:  # through zero: only the rest is new
            holding.cost = value * after / quantity
            holding.realized -= cost_before + value - holding.cost
        else:
            holding.cost = cost_before * after / before
            holding.realized -= cost_before + value - holding.cost
        if not before or before * after < 0:
            holding.since = now
        holding.quantity = after


def _depends(other: Order, order: Order) -> bool:
    """Whether the one can't go on without the other."""
    if order.role == Role.ENTRY:
        return other.status == Status.HELD
    return order.role in EXITS and other.role in EXITS


def _is_maker(order: Order) -> bool:
    """Whether it waited in the book, and so is met at its own price."""
    return order.has_rested and order.type in _LIMITS and order.role != Role.COMBINATION
