"""What Alpaca takes as an order. Trailing stops and auctions it has, this stand-in hasn't."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from twinbook.brokers.standin.alpaca.refusals import forbidden, invalid, not_unique
from twinbook.brokers.standin.clock import at, next_close
from twinbook.brokers.standin.margin import Margin
from twinbook.brokers.standin.occ import contract
from twinbook.brokers.standin.state import EXITS, ZERO, Kind, Order, Role, State, Status

Body = dict[str, Any]

_NUMBER = re.compile(r"\d{1,12}(\.\d{1,9})?", re.ASCII)
_TYPES = ("market", "limit", "stop", "stop_limit")
_DURATIONS = ("day", "gtc", "ioc", "fok")
_CLASSES = ("", "simple", "bracket", "oco", "oto", "mleg")
_AT_ONCE = {"ioc": "any", "fok": "all"}
_INTENTS = ("buy_to_open", "buy_to_close", "sell_to_open", "sell_to_close")
_LONGEST_ID = 128
_MOST_LEGS = 4
_GOOD_FOR = timedelta(days=90)
_DOLLAR = Decimal(1)


@dataclass(frozen=True)
class Desk:
    """What an order is checked against, and how ids are made."""

    state: State
    margin: Margin
    now: float
    account: str
    new_id: Callable[[], str]
    new_client_id: Callable[[], str]


def orders_of(body: Body, desk: Desk) -> list[Order]:
    """The orders of a request, the one that it is answered with first. Raises Refusal."""
    class_ = _one_of(body, "order_class", _CLASSES, "")
    client_id = client_id_of(body, desk)
    orders = _combination(body, desk) if class_ == "mleg" else [_single(body, desk)]
    orders[0].client_id = client_id
    if class_ in ("bracket", "oco", "oto"):
        orders += _exits(body, orders[0], class_, desk)
    group = desk.new_id() if len(orders) > 1 else ""
    for order in orders:
        order.group = group
        order.terms["order_class"] = "" if class_ == "simple" else class_
    _check_account(orders, desk)
    return orders


def replacement(old: Order, body: Body, desk: Desk) -> Order:
    """The order that takes a working one's place. Raises Refusal.

    ``qty`` is the new total; how Alpaca counts what has been filled is unverified. Here the new
    order is for the rest.
    """
    client_id = client_id_of(body, desk)
    total = _quantity(body, "qty") if "qty" in body else old.quantity
    if total <= old.executed:
        raise invalid("qty must be greater than the filled qty")
    changed: Body = {
        "limit_price": old.limit,
        "stop_price": old.trigger,
        "time_in_force": old.terms["time_in_force"],
    } | {name: value for name, value in body.items() if value is not None}
    limit, trigger = _prices(changed, old.type)
    for price in (limit, trigger):
        _check_tick(price, old.symbol)
    duration = _one_of(changed, "time_in_force", _DURATIONS)
    return Order(
        id=desk.new_id(),
        account=old.account,
        symbol=old.symbol,
        side=old.side,
        type=old.type,
        quantity=total - old.executed,
        placed_at=desk.now,
        limit=limit,
        trigger=trigger,
        client_id=client_id,
        group=old.group,
        role=old.role,
        terms=old.terms | {"time_in_force": duration},
        at_once=_AT_ONCE.get(duration, ""),
        expires_at=_expiry(duration, desk.now),
        replaces=old.id,
    )


def client_id_of(body: Body, desk: Desk) -> str:
    """The client's id, or one of our own. Unique for ever, also after a cancel. Raises Refusal."""
    given = body.get("client_order_id") or ""
    if not isinstance(given, str) or len(given) > _LONGEST_ID:
        raise invalid(f"client_order_id must be no more than {_LONGEST_ID} characters")
    if any(
        given and one.client_id == given and one.account == desk.account
        for one in desk.state.orders.values()
    ):
        raise not_unique()
    return given or desk.new_client_id()


def intent_of(side: str, held: Decimal) -> str:
    """What buying or selling does to what is held, in Alpaca's words."""
    is_opening = held * (1 if side == "buy" else -1) >= 0
    return f"{side}_to_{'open' if is_opening else 'close'}"


def _single(body: Body, desk: Desk) -> Order:
    symbol = body.get("symbol")
    if not isinstance(symbol, str) or not symbol:
        raise invalid("symbol is required")
    quote = desk.state.quotes.get(symbol)
    if quote is None:
        raise invalid(f'asset "{symbol}" not found')
    side = _one_of(body, "side", ("buy", "sell"))
    type_ = Kind(_one_of(body, "type", _TYPES))
    duration = _one_of(body, "time_in_force", _DURATIONS)
    limit, trigger = _prices(body, type_)
    for price in (limit, trigger):
        _check_tick(price, symbol)
    notional = _quantity(body, "notional") if body.get("notional") is not None else None
    if (notional is None) == (body.get("qty") is None):
        raise invalid("qty or notional is required, but not both")
    quantity = _quantity(body, "qty") if notional is None else ZERO
    if notional is not None:
        price = (quote.ask if side == "buy" else quote.bid) or quote.last
        if not price:
            raise invalid("asset has no price for a notional order")
        quantity = (notional / price).quantize(Decimal("1e-9"))
    _check_class(symbol, type_, duration, quantity, body)
    held = desk.state.held(desk.account, symbol)
    intent = body.get("position_intent") or intent_of(side, held)
    if intent not in _INTENTS or not intent.startswith(side):
        raise invalid("invalid position_intent")
    return Order(
        id=desk.new_id(),
        account=desk.account,
        symbol=symbol,
        side=side,
        type=type_,
        quantity=quantity,
        placed_at=desk.now,
        limit=limit,
        trigger=trigger,
        at_once=_AT_ONCE.get(duration, ""),
        expires_at=_expiry(duration, desk.now),
        terms={
            "time_in_force": duration,
            "position_intent": intent,
            "extended_hours": bool(body.get("extended_hours")),
            "notional": notional,
        },
    )


def _check_class(symbol: str, type_: Kind, duration: str, quantity: Decimal, body: Body) -> None:
    """What one kind of instrument takes and another doesn't. Raises Refusal."""
    is_option, is_crypto = contract(symbol) is not None, "/" in symbol
    is_extended = bool(body.get("extended_hours"))
    is_whole = quantity == quantity.to_integral_value()
    notional = body.get("notional") is not None
    complaints = {
        "invalid order type for crypto order": is_crypto and type_ == Kind.STOP,
        "invalid crypto time_in_force": is_crypto and duration not in ("gtc", "ioc"),
        "qty must be integer": is_option and not is_whole,
        "options orders are market or limit": is_option and type_ not in (Kind.MARKET, Kind.LIMIT),
        "options orders must be DAY orders": is_option and duration != "day",
        "options orders take no notional or extended hours": is_option
        and (notional or is_extended),
        "extended hours order must be DAY or GTC limit orders": is_extended
        and (type_ != Kind.LIMIT or duration not in ("day", "gtc")),
        "fractional orders must be DAY orders": not is_crypto
        and not is_whole
        and duration != "day",
        "complex orders are not supported for this asset": (is_option or is_crypto)
        and body.get("order_class") in ("bracket", "oco", "oto"),
    }
    for complaint, applies in complaints.items():
        if applies:
            raise invalid(complaint)


def _exits(body: Body, parent: Order, class_: str, desk: Desk) -> list[Order]:
    """The orders behind the first: both exits, or one of them; of an OCO the first is one too."""
    profit, loss = _part(body, "take_profit"), _part(body, "stop_loss")
    given = [part for part in (profit, loss) if part]
    if len(given) != (1 if class_ == "oto" else 2):
        wanted = "one of" if class_ == "oto" else "both"
        raise invalid(f"{class_} orders require {wanted} take_profit and stop_loss")
    if parent.terms["time_in_force"] not in ("day", "gtc"):
        raise invalid("complex orders must be DAY or GTC orders")
    limit = _needed_price(profit, "limit_price", "take_profit.limit_price") if profit else None
    trigger = _needed_price(loss, "stop_price", "stop_loss.stop_price") if loss else None
    side = parent.side if class_ == "oco" else ("sell" if parent.side == "buy" else "buy")
    if limit and trigger and (limit - trigger) * (1 if side == "sell" else -1) <= 0:
        raise invalid("take_profit.limit_price must be beyond stop_loss.stop_price")
    if class_ == "oco" and parent.type != Kind.LIMIT:
        raise invalid("oco orders must be limit orders")

    exits = []
    if profit and class_ != "oco":
        exits.append(_exit(parent, side, Kind.LIMIT, limit, None, desk))
    if loss:
        beyond = _price(loss, "limit_price")
        kind = Kind.STOP if beyond is None else Kind.STOP_LIMIT
        exits.append(_exit(parent, side, kind, beyond, trigger, desk))
    parent.role = Role.ENTRY
    if class_ == "oco":
        parent.role, parent.limit = Role.TAKE_PROFIT, limit
        exits[0].status = Status.PENDING
    return exits


def _exit(
    parent: Order,
    side: str,
    kind: Kind,
    limit: Decimal | None,
    trigger: Decimal | None,
    desk: Desk,
) -> Order:
    for price in (limit, trigger):
        _check_tick(price, parent.symbol)
    return Order(
        id=desk.new_id(),
        account=parent.account,
        symbol=parent.symbol,
        side=side,
        type=kind,
        quantity=parent.quantity,
        placed_at=desk.now,
        limit=limit,
        trigger=trigger,
        client_id=desk.new_client_id(),
        role=Role.STOP_LOSS if trigger else Role.TAKE_PROFIT,
        status=Status.HELD,
        expires_at=parent.expires_at,
        terms=parent.terms | {"position_intent": f"{side}_to_close", "notional": None},
    )


def _combination(body: Body, desk: Desk) -> list[Order]:
    """A combination: no symbol of its own, ``qty`` times the ratios, a limit below 0 is credit."""
    legs = body.get("legs")
    if not isinstance(legs, list) or not 2 <= len(legs) <= _MOST_LEGS:
        raise invalid(f"mleg orders require 2 to {_MOST_LEGS} legs")
    if body.get("symbol"):
        raise invalid("mleg orders have no symbol")
    type_ = Kind(_one_of(body, "type", ("market", "limit")))
    duration = _one_of(body, "time_in_force", ("day",))
    limit = _signed(body, "limit_price") if type_ == Kind.LIMIT else None
    quantity = _quantity(body, "qty")
    terms = {
        "time_in_force": duration,
        "position_intent": None,
        "extended_hours": False,
        "notional": None,
    }
    whole = Order(
        id=desk.new_id(),
        account=desk.account,
        symbol="",
        side="buy",
        type=type_,
        quantity=quantity,
        placed_at=desk.now,
        limit=limit,
        role=Role.COMBINATION,
        expires_at=_expiry(duration, desk.now),
        terms=terms,
    )
    orders = [whole]
    for leg in legs:
        if not isinstance(leg, dict):
            raise invalid("legs must be objects")
        ratio = _quantity(leg, "ratio_qty")
        asked = {**leg, "qty": str(ratio * quantity), "type": "market", "time_in_force": "day"}
        if "side" not in asked and str(leg.get("position_intent")) in _INTENTS:
            asked["side"] = leg["position_intent"].partition("_")[0]
        order = _single(asked, desk)
        if contract(order.symbol) is None:
            raise invalid("mleg orders take options only")
        order.role, order.client_id = Role.LEG, desk.new_client_id()
        orders.append(order)
    return orders


def _check_account(orders: list[Order], desk: Desk) -> None:
    """What the account has: shares to sell, buying power, nothing of its own to trade with."""
    first = orders[0]
    if first.role != Role.COMBINATION:
        _check_shares(first, desk)
        _check_wash(first, desk)
    for leg in orders[1:]:
        if leg.role == Role.LEG and leg.terms["position_intent"].endswith("close"):
            _check_shares(leg, desk)
    need, worth = desk.margin.need_of(orders), desk.margin.worth(desk.account)
    if need > worth.spendable:
        is_option = first.role == Role.COMBINATION or contract(first.symbol)
        rate = Decimal(1) if is_option else worth.reserve_rate
        raise forbidden(
            "insufficient buying power",
            buying_power=text(worth.spendable / rate),
            cost_basis=text(need / rate),
        )


def _check_shares(order: Order, desk: Desk) -> None:
    held = desk.state.held(desk.account, order.symbol)
    free = desk.margin.closable(desk.account, order.symbol, order.side)
    closes = held * order.sign < 0 or str(order.terms["position_intent"]).endswith("close")
    if (closes or order.role in EXITS) and order.quantity > free:
        raise forbidden(
            "insufficient qty available for order"
            f" (requested: {text(order.quantity)}, available: {text(free)})",
            symbol=order.symbol,
            existing_qty=text(abs(held)),
            available=text(max(free, ZERO)),
            held_for_orders=text(abs(held) - max(free, ZERO)),
        )


def _check_wash(order: Order, desk: Desk) -> None:
    """An order may not meet one of the account's own; how near it must be is coarse here."""
    for other in desk.state.working(desk.account):
        is_opposite = other.symbol == order.symbol and other.side != order.side
        if not is_opposite or other.status == Status.HELD or other.role == Role.LEG:
            continue
        mine, theirs = order.limit, other.limit
        if mine is None or theirs is None or (mine - theirs) * order.sign >= 0:
            raise forbidden(
                "potential wash trade detected. use complex orders",
                existing_order_id=other.id,
                related_orders=[other.id],
            )


def _prices(body: Body, type_: Kind) -> tuple[Decimal | None, Decimal | None]:
    limit = trigger = None
    if type_ in (Kind.LIMIT, Kind.STOP_LIMIT):
        is_oco = body.get("order_class") == "oco" and body.get("limit_price") is None
        source = _part(body, "take_profit") or {} if is_oco else body
        limit = _needed_price(source, "limit_price", "limit_price")
    if type_ in (Kind.STOP, Kind.STOP_LIMIT):
        trigger = _needed_price(body, "stop_price", "stop_price")
    return limit, trigger


def _check_tick(price: Decimal | None, symbol: str) -> None:
    if price is None or "/" in symbol:
        return
    is_cheap = price < _DOLLAR and contract(symbol) is None
    places = 4 if is_cheap else 2
    if price != round(price, places):
        raise invalid(
            f"invalid limit_price {text(price)}."
            " sub-penny increment does not fulfill minimum pricing criteria"
        )


def _expiry(duration: str, now: float) -> float:
    if duration == "gtc":
        return next_close((at(now) + _GOOD_FOR).timestamp())
    return next_close(now) if duration == "day" else 0.0


def _part(body: Body, name: str) -> Body | None:
    value = body.get(name)
    if value is not None and not isinstance(value, dict):
        raise invalid(f"{name} must be an object")
    return value


def _one_of(body: Body, name: str, values: tuple[str, ...], default: str | None = None) -> str:
    value = body.get(name, default)
    if value is None and default is not None:
        return default
    if value not in values:
        raise invalid(f"{name} must be one of {', '.join(filter(None, values))}")
    return str(value)


def _quantity(body: Body, name: str) -> Decimal:
    value = _price(body, name)
    if not value:
        raise invalid(f"{name} must be a number above 0")
    return value


def _needed_price(body: Body, name: str, shown: str) -> Decimal:
    value = _price(body, name)
    if not value:
        raise invalid(f"{shown} is required and must be above 0")
    return value


def _price(body: Body, name: str) -> Decimal | None:
    """A number, or its text, plainly written."""
    value = body.get(name)
    if value is None:
        return None
    plain = format(value, "f") if isinstance(value, Decimal) else str(value)
    if isinstance(value, bool) or not _NUMBER.fullmatch(plain):
        raise invalid(f"invalid {name}")
    return Decimal(plain)


def _signed(body: Body, name: str) -> Decimal:
    try:
        value = Decimal(str(body.get(name)))
    except InvalidOperation:
        raise invalid(f"{name} is required") from None
    if not value.is_finite():
        raise invalid(f"invalid {name}")
    return value


def text(value: Decimal) -> str:
    """A number as Alpaca writes it: in full, without zeros at the end."""
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def moment(value: str) -> datetime:
    """A time or date as clients send it. Raises Refusal."""
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise invalid(f"invalid time {value}") from None
