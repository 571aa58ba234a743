"""What a stock account is worth and may still spend, by coarse rules of our own.

Stocks need half of their value, long or short; options bought need all of it, options sold 20 % of
the strike. What an order closes needs nothing. A cash account needs all of a stock's value.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from twinbook.brokers.standin.occ import contract
from twinbook.brokers.standin.state import EXITS, ZERO, Holding, Order, Role, State, Status

_HUNDRED = Decimal(100)
_NAKED = Decimal("0.2")


@dataclass(frozen=True)
class Worth:
    """An account at the present quotes, in its currency; short values are below zero."""

    cash: Decimal
    long_stock: Decimal
    short_stock: Decimal
    long_options: Decimal
    short_options: Decimal
    cost: Decimal
    realized: Decimal
    required: Decimal  # by positions
    reserved: Decimal  # by working orders
    reserve_rate: Decimal  # for stocks

    @property
    def market_value(self) -> Decimal:
        """All positions."""
        return self.long_stock + self.short_stock + self.long_options + self.short_options

    @property
    def equity(self) -> Decimal:
        """Cash and positions."""
        return self.cash + self.market_value

    @property
    def spendable(self) -> Decimal:
        """What options may be bought with, and what stocks need their share of."""
        return max(self.equity - self.required - self.reserved, ZERO)

    @property
    def stock_buying_power(self) -> Decimal:
        """What stocks may be bought for."""
        return self.spendable / self.reserve_rate


class Margin:
    """Computes it."""

    def __init__(self, state: State, money: str, *, is_cash_account: bool = False) -> None:
        self._state = state
        self._money = money
        self.reserve_rate = Decimal(1) if is_cash_account else Decimal("0.5")

    def worth(self, account: str) -> Worth:
        """The account now."""
        sums = dict.fromkeys(("long_stock", "short_stock", "long_options", "short_options"), ZERO)
        required = cost = realized = ZERO
        for holding in self.positions(account, is_all=True):
            value = self.value_of(holding)
            side = "long" if holding.quantity > 0 else "short"
            sums[f"{side}_{'options' if contract(holding.asset) else 'stock'}"] += value
            price = value / holding.quantity / size_of(holding.asset) if holding.quantity else ZERO
            required += self._requirement(holding.asset, holding.quantity, price)
            cost += holding.cost
            realized += holding.realized
        return Worth(
            cash=self._state.held(account, self._money),
            cost=cost,
            realized=realized,
            required=required,
            reserved=self._reserved(account),
            reserve_rate=self.reserve_rate,
            **sums,
        )

    def positions(self, account: str, *, is_all: bool = False) -> list[Holding]:
        """What the account holds besides money; with ``is_all`` also what it once held."""
        return [
            holding
            for holding in self._state.holdings.values()
            if holding.account == account
            and holding.asset != self._money
            and (holding.quantity or is_all)
        ]

    def value_of(self, holding: Holding) -> Decimal:
        """A position at the last price; at cost where there is none."""
        quote = self._state.quotes.get(holding.asset)
        if quote is None or quote.last is None:
            return holding.cost
        return holding.quantity * quote.last * size_of(holding.asset)

    def need_of(self, orders: Iterable[Order]) -> Decimal:
        """What orders placed together need: the dearest of them."""
        needs = [self.need(order) for order in orders if order.role != Role.CONTAINER]
        return max(needs, default=ZERO)

    def need(self, order: Order) -> Decimal:
        """What one order needs beyond what it closes."""
        if order.role == Role.LEG:
            return ZERO
        if order.role == Role.COMBINATION:
            return max(order.limit or ZERO, ZERO) * order.remaining * _HUNDRED
        held = self._state.held(order.account, order.symbol)
        opens = order.remaining - max(-order.sign * held, ZERO)
        return self._requirement(order.symbol, order.sign * max(opens, ZERO), self.price(order))

    def price(self, order: Order) -> Decimal:
        """What an order is reckoned at: its limit, else its trigger, else the quote."""
        quote = self._state.quotes.get(order.symbol)
        market = (quote.ask if order.side == "buy" else quote.bid) if quote else None
        return order.limit or order.trigger or market or ZERO

    def closable(self, account: str, symbol: str, side: str) -> Decimal:
        """How much of a position no working order closes yet. An OCO pair counts once."""
        held = self._state.held(account, symbol)
        left = max(held if side == "sell" else -held, ZERO)
        seen = set()
        for order in self._state.working(account):
            is_second = order.role in EXITS and order.group in seen
            if (order.symbol, order.side) != (symbol, side) or is_second:
                continue
            if order.role != Role.CONTAINER and order.status != Status.HELD:
                left -= order.remaining
                seen.add(order.group)
        return left

    def _reserved(self, account: str) -> Decimal:
        groups: dict[str, list[Order]] = {}
        for order in self._state.working(account):
            groups.setdefault(order.group or order.id, []).append(order)
        return sum((self.need_of(orders) for orders in groups.values()), ZERO)

    def _requirement(self, symbol: str, quantity: Decimal, price: Decimal) -> Decimal:
        option = contract(symbol)
        if option is None:
            return abs(quantity) * price * self.reserve_rate
        if quantity < 0:
            return -quantity * option.strike * _NAKED * _HUNDRED
        return quantity * price * _HUNDRED


def size_of(symbol: str) -> Decimal:
    """How many units one contract stands for."""
    return _HUNDRED if contract(symbol) else Decimal(1)
