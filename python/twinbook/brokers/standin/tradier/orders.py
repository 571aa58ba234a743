"""What Tradier takes as an order: forms of one leg, of a combination, of orders that hang together.

A form that makes no sense is refused with HTTP 400, one that the account or the market doesn't
allow with HTTP 200. The names of errors are Tradier's; which fits which case is documented for few.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from twinbook.brokers.standin.clock import next_close
from twinbook.brokers.standin.margin import Margin
from twinbook.brokers.standin.occ import contract
from twinbook.brokers.standin.state import Kind, Order, Role, State, Status
from twinbook.brokers.standin.tradier.refusals import invalid, not_allowed, refusal

_TAG = re.compile(r"[A-Za-z0-9-]{1,255}")
_NUMBER = re.compile(r"\d{1,12}(\.\d{1,8})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,12}", re.ASCII)
_INDEXED = re.compile(r"(.+)\[(\d)\]", re.ASCII)
_DURATIONS = ("day", "gtc", "pre", "post")
_EQUITY_SIDES = ("buy", "buy_to_cover", "sell", "sell_short")
_OPTION_SIDES = ("buy_to_open", "buy_to_close", "sell_to_open", "sell_to_close")
_TYPES = ("market", "limit", "stop", "stop_limit")
_COMBINED_TYPES = ("market", "debit", "credit", "even")
_LINKED = {"oco": 2, "oto": 2, "otoco": 3}
_LEG = ("symbol", "option_symbol", "side", "quantity", "type", "price", "stop", "duration")
_MOST_LEGS = 4
_MOST_SHARES = 10_000_000
_LEAST_GAP = Decimal("0.01")  # between the prices of an OCO pair; Tradier doesn't publish its own
_PENNY_STOCK = Decimal(5)

Form = Mapping[str, str]


@dataclass(frozen=True)
class Desk:
    """What the forms are checked against, and how ids are made."""

    state: State
    margin: Margin
    now: float
    account: str
    new_id: Callable[[], str]


def orders_of(form: Form, desk: Desk) -> list[Order]:
    """The orders of a form; with more than one, the whole is first. Raises Refusal."""
    tag = form.get("tag", "")
    if "tag" in form and not _TAG.fullmatch(tag):
        raise invalid("tag", "is too long." if len(tag) > 255 else "contains invalid characters.")
    kind = _one_of(form, "class", ("equity", "option", "multileg", *_LINKED))
    if kind in ("equity", "option"):
        if any(_INDEXED.fullmatch(name) for name in form):
            raise refusal("Indexed parameters are not allowed for this order class.")
        orders = [_single(form, desk, kind)]
        _check_position(orders[0], desk)
    elif kind == "multileg":
        orders = _combination(form, desk)
    else:
        orders = _linked(form, desk, kind)
    for order in orders:
        order.client_id = tag
    if desk.margin.need_of(orders) > desk.margin.worth(desk.account).spendable:
        raise not_allowed("Backoffice rejected override of the order.", "InitialMargin")
    return orders


def change(order: Order, form: Form) -> None:
    """Changes type, duration, price and stop of a working order. Raises Refusal."""
    foreign = set(form) - {"type", "duration", "price", "stop"}
    if foreign or order.role in (Role.CONTAINER, Role.LEG):
        raise invalid(min(foreign, default="class"), "can't be changed.")
    terms = {"type": order.terms["type"], "duration": order.terms["duration"]}
    for name, value in (("price", order.limit), ("stop", order.trigger)):
        if value is not None:
            terms[name] = str(abs(value))
    terms |= form
    duration = _one_of(terms, "duration", _DURATIONS)
    if order.role == Role.COMBINATION:
        order.limit = _net_limit(terms)
    else:
        order.type, order.limit, order.trigger = _prices(terms)
    order.terms["type"], order.terms["duration"] = terms["type"], duration
    order.expires_at = _expiry(duration, order.placed_at)
    order.is_triggered = order.has_rested = False


def side_of(symbol: str, side: str, held: Decimal) -> str:
    """Buying or selling in Tradier's words, by what is held."""
    closes = held < 0 if side == "buy" else held > 0
    if contract(symbol):
        return f"{side}_to_{'close' if closes else 'open'}"
    words = {("buy", True): "buy_to_cover", ("sell", False): "sell_short"}
    return words.get((side, closes), side)


def preview(orders: list[Order], margin: Margin, now: str) -> dict[str, Any]:
    """What an order would cost: numbers of the first that trades."""
    order = next(one for one in orders if one.role != Role.CONTAINER)
    size = Decimal(100 if order.role == Role.COMBINATION or contract(order.symbol) else 1)
    cost = order.sign * margin.price(order) * order.quantity * size
    kind = orders[0].terms["class"]
    return {
        "status": "ok",
        "commission": Decimal(0),
        "cost": cost,
        "fees": 0,
        "symbol": order.terms["symbol"],
        "quantity": int(order.quantity),
        "side": order.terms["side"],
        "type": order.terms["type"],
        "duration": order.terms["duration"],
        "result": True,
        "order_cost": cost,
        "margin_change": margin.need_of(orders),
        "request_date": now,
        "extended_hours": order.terms["duration"] in ("pre", "post"),
        "class": kind,
        "strategy": orders[0].terms.get("strategy", kind),
        "day_trades": 0,
    }


def _single(form: Form, desk: Desk, kind: str) -> Order:
    symbol = _needed(form, "symbol")
    traded = _needed(form, "option_symbol") if kind == "option" else symbol
    side = _one_of(form, "side", _OPTION_SIDES if kind == "option" else _EQUITY_SIDES)
    quantity = _quantity(form)
    type_, limit, trigger = _prices(form)
    duration = _one_of(form, "duration", _DURATIONS)
    if duration in ("pre", "post") and type_ != Kind.LIMIT:
        raise invalid("duration", "extended hours take limit orders only.")
    option = contract(traded)
    if traded not in desk.state.quotes or (option is not None) != (kind == "option"):
        raise not_allowed("SecurityUndefined")
    if option and option.underlying != symbol:
        raise invalid("symbol", "is not the option's underlying.")
    return Order(
        id=desk.new_id(),
        account=desk.account,
        symbol=traded,
        side="buy" if side.startswith("buy") else "sell",
        type=type_,
        quantity=quantity,
        placed_at=desk.now,
        limit=limit,
        trigger=trigger,
        expires_at=_expiry(duration, desk.now),
        terms={
            "class": kind,
            "symbol": symbol,
            "side": side,
            "type": str(type_),
            "duration": duration,
        },
    )


def _combination(form: Form, desk: Desk) -> list[Order]:
    symbol = _needed(form, "symbol")
    limit = _net_limit(form)
    duration = _one_of(form, "duration", ("day", "gtc"))
    legs = _indexed(form, ("option_symbol", "side", "quantity"))
    if len(legs) < 2:
        raise refusal("A multileg order takes 2 to 4 legs.")
    if len(legs) > _MOST_LEGS:
        raise not_allowed("TooManyLegs")
    terms = {"symbol": symbol, "type": form["type"], "duration": duration}
    whole = Order(
        id=desk.new_id(),
        account=desk.account,
        symbol=symbol,
        side="buy",
        type=Kind.MARKET if limit is None else Kind.LIMIT,
        quantity=Decimal(math.gcd(*(int(_quantity(leg)) for leg in legs))),
        placed_at=desk.now,
        limit=limit,
        role=Role.COMBINATION,
        expires_at=_expiry(duration, desk.now),
        terms=terms
        | {
            "class": "multileg",
            "side": "sell" if form["type"] == "credit" else "buy",
            "num_legs": len(legs),
            "strategy": "spread",
        },
    )
    whole.group = whole.id
    orders = [whole]
    for leg in legs:
        order = _single(leg | terms | {"type": "market"}, desk, "option")
        order.group, order.role = whole.id, Role.LEG
        order.terms |= terms
        order.limit = None if limit is None else abs(limit)
        if order.terms["side"].endswith("close"):
            _check_position(order, desk)
        orders.append(order)
    return orders


def _linked(form: Form, desk: Desk, kind: str) -> list[Order]:
    legs = _indexed(form, _LEG)
    if len(legs) != _LINKED[kind]:
        raise refusal(f"An {kind} order takes {_LINKED[kind]} legs.")
    whole_id = desk.new_id()
    orders = []
    for leg in legs:
        terms = {"duration": form.get("duration", ""), **leg}
        order = _single(terms, desk, "option" if "option_symbol" in leg else "equity")
        order.group = whole_id
        orders.append(order)
    exits = orders if kind == "oco" else orders[1:]
    if kind != "oco":
        orders[0].role = Role.ENTRY
        if orders[0].type == Kind.MARKET:
            raise not_allowed("OtoFirstLegIsMarketNotAllowed")
        for order in exits:
            order.status, order.role = Status.HELD, Role.FOLLOWER
    _check_position(orders[0], desk)
    if len(exits) == 2:
        _pair(*exits)
    container = Order(
        id=whole_id,
        account=desk.account,
        symbol=orders[0].symbol,
        side=orders[0].side,
        type=Kind.MARKET,
        quantity=orders[0].quantity,
        placed_at=desk.now,
        group=whole_id,
        role=Role.CONTAINER,
        terms={
            "class": kind,
            "duration": form.get("duration") or orders[0].terms["duration"],
            "num_legs": len(orders),
        },
    )
    return [container, *orders]


def _pair(first: Order, second: Order) -> None:
    """Makes two orders cancel each other."""
    for name in ("symbol", "side", "quantity"):
        if getattr(first, name) != getattr(second, name):
            raise invalid(f"{name}[1]", "must be the same for both orders.")
    if first.terms["duration"] != second.terms["duration"]:
        raise invalid("duration[1]", "must be the same for both orders.")
    if first.type == second.type:
        raise invalid("type[1]", "must differ from the other order's.")
    prices = [order.limit or order.trigger or Decimal(0) for order in (first, second)]
    if abs(prices[0] - prices[1]) < _LEAST_GAP:
        raise not_allowed("OcoPriceDifferenceIsLessThanDelta")
    for order in (first, second):
        order.role = Role.TAKE_PROFIT if order.type == Kind.LIMIT else Role.STOP_LOSS


def _check_position(order: Order, desk: Desk) -> None:
    held = desk.state.held(desk.account, order.symbol)
    is_too_much = order.quantity > desk.margin.closable(desk.account, order.symbol, order.side)
    side = order.terms["side"]
    last = desk.state.quotes[order.symbol].last or Decimal(0)
    is_short = side == "sell_short"
    errors = {
        "IncorrectOrderQuantity": order.quantity > _MOST_SHARES,
        "UnexpectedBuyOrder": side == "buy" and held < 0,
        "UnexpectedBuyToCoverOrder": side == "buy_to_cover" and held >= 0,
        "ShortPositionCrossZero": side == "buy_to_cover" and is_too_much,
        "UnexpectedSellOrder": side == "sell" and held <= 0,
        "LongPositionCrossZero": side == "sell" and is_too_much,
        "UnexpectedBuyOrderOption": side == "buy_to_close" and is_too_much,
        "UnexpectedSellOrderOption": side == "sell_to_close" and is_too_much,
        "UnexpectedSellShortOrder": is_short and held > 0,
        "ShortOrderIsGtc": is_short and order.terms["duration"] == "gtc",
        "SellShortOrderLastPriceBelow5": is_short and last < _PENNY_STOCK,
    }
    for name, applies in errors.items():
        if applies:
            raise not_allowed(name)


def _indexed(form: Form, names: tuple[str, ...]) -> list[dict[str, str]]:
    """The legs of a form by their index, which counts from 0 without a gap."""
    legs: dict[int, dict[str, str]] = {}
    for name, value in form.items():
        found = _INDEXED.fullmatch(name)
        if found and found[1] not in names:
            raise invalid(name, "is not allowed for this order class.")
        if found:
            legs.setdefault(int(found[2]), {})[found[1]] = value
    if sorted(legs) != list(range(len(legs))):
        raise invalid("index", "must count from 0 without a gap.")
    return [legs[index] for index in range(len(legs))]


def _prices(form: Form) -> tuple[Kind, Decimal | None, Decimal | None]:
    type_ = Kind(_one_of(form, "type", _TYPES))
    limit = _price(form, "price") if type_ in (Kind.LIMIT, Kind.STOP_LIMIT) else None
    trigger = _price(form, "stop") if type_ in (Kind.STOP, Kind.STOP_LIMIT) else None
    return type_, limit, trigger


def _net_limit(form: Form) -> Decimal | None:
    """What the combination may cost; below zero what it has to bring."""
    type_ = _one_of(form, "type", _COMBINED_TYPES)
    if type_ == "market":
        return None
    if type_ == "even":
        return Decimal(0)
    price = _price(form, "price")
    return price if type_ == "debit" else -price


def _expiry(duration: str, now: float) -> float:
    return 0.0 if duration == "gtc" else next_close(now)


def _needed(form: Form, name: str) -> str:
    if not form.get(name):
        raise invalid(name, "is required.")
    return form[name]


def _one_of(form: Form, name: str, values: tuple[str, ...]) -> str:
    value = _needed(form, name)
    if value not in values:
        raise invalid(name, f"must be one of {', '.join(values)}.")
    return value


def _quantity(form: Form) -> Decimal:
    value = _needed(form, "quantity")
    if not _WHOLE.fullmatch(value) or not int(value):
        raise invalid("quantity", "must be a whole number above 0.")
    return Decimal(value)


def _price(form: Form, name: str) -> Decimal:
    value = _needed(form, name)
    if not _NUMBER.fullmatch(value) or not Decimal(value):
        raise invalid(name, "must be a number above 0.")
    return Decimal(value)
