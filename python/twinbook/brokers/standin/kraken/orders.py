"""What Kraken takes as an order. Icebergs, trailing stops and margin it has, this stand-in hasn't.

Fees are always in the quote asset. Exact texts of argument errors are documented for few.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from twinbook.brokers.standin.clock import parse_time
from twinbook.brokers.standin.kraken.pairs import TAKER, Pair, find_pair
from twinbook.brokers.standin.kraken.refusals import invalid, refusal
from twinbook.brokers.standin.state import ZERO, Kind, Order, State

Form = Mapping[str, str]

KINDS = {
    "market": Kind.MARKET,
    "limit": Kind.LIMIT,
    "stop-loss": Kind.STOP,
    "stop-loss-limit": Kind.STOP_LIMIT,
    "take-profit": Kind.TAKE_PROFIT,
    "take-profit-limit": Kind.TAKE_PROFIT_LIMIT,
}
_TRIGGERED = ("stop-loss", "take-profit", "stop-loss-limit", "take-profit-limit")
_AT_ONCE = {"IOC": "any", "FOK": "all"}
_NUMBER = re.compile(r"\d{1,12}(\.\d{1,12})?", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,10}", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32}", re.ASCII)
_FREE_TEXT = re.compile(r"[a-z0-9]{1,18}", re.ASCII)
_LONGEST_DEADLINE, _SHORTEST_DEADLINE = 60.0, 2.0
_INT32 = 2**31


@dataclass(frozen=True)
class Desk:
    """What an order is checked against, and how ids are made."""

    state: State
    account: str
    now: float
    received_at: float
    most_open: int
    new_id: Callable[[], str]


def order_of(form: Form, desk: Desk, *, is_validated_only: bool) -> Order:
    """The order of a form. Funds are not looked at where it is only validated. Raises Refusal."""
    _check_deadline(form, desk)
    pair = find_pair(form.get("pair", ""))
    if pair is None:
        raise refusal("EQuery:Unknown asset pair")
    side = form.get("type", "")
    if side not in ("buy", "sell"):
        raise invalid("type")
    kind = form.get("ordertype", "")
    if kind not in KINDS:
        raise invalid("ordertype")
    volume = _volume(form, pair)
    limit, trigger = prices_of(form, kind, pair)
    order = Order(
        id=desk.new_id(),
        account=desk.account,
        symbol=pair.id,
        side=side,
        type=KINDS[kind],
        quantity=volume,
        placed_at=desk.now,
        limit=limit,
        trigger=trigger,
        client_id=_client_id(form, desk),
        at_once=_duration(form),
        works_at=_moment(form, "starttm", desk.now),
        expires_at=_moment(form, "expiretm", desk.now),
        terms={
            "ordertype": kind,
            "userref": int(form["userref"]) if form.get("userref") else None,
            "oflags": _flags(form, kind),
            "close": _close(form, pair),
        },
    )
    order.terms["starttm"] = order.works_at
    cost = volume * reckoned_price(order, desk.state)
    if cost < pair.least_cost:
        raise refusal("EOrder:Cost minimum not met")
    if not is_validated_only:
        _check_account(order, pair, cost, desk)
    return order


def prices_of(form: Form, kind: str, pair: Pair) -> tuple[Decimal | None, Decimal | None]:
    """Limit and trigger: ``price`` is the one or the other, ``price2`` the limit of ``-limit``."""
    first = _price(form, "price", pair) if kind != "market" else None
    if kind not in _TRIGGERED:
        return first, None
    return (_price(form, "price2", pair) if kind.endswith("-limit") else None), first


def reckoned_price(order: Order, state: State) -> Decimal:
    """What an order may cost apiece: its limit, else its trigger, else the quote."""
    quote = state.quotes.get(order.symbol)
    market = (quote.ask if order.side == "buy" else quote.bid) if quote else None
    return order.limit or order.trigger or market or ZERO


def held_for(account: str, asset: str, state: State) -> Decimal:
    """What working orders hold of an asset, without fees."""
    total = ZERO
    for order in state.working(account):
        pair = find_pair(order.symbol)
        if pair and order.side == "buy" and pair.quote == asset:
            total += order.remaining * reckoned_price(order, state)
        if pair and order.side == "sell" and pair.base == asset:
            total += order.remaining
    return total


def describe(order: Order) -> dict[str, str]:
    """An order in words and numbers, as Kraken repeats it."""
    pair = find_pair(order.symbol)
    name = pair.altname if pair else order.symbol
    kind = order.terms["ordertype"]
    first, second = _shown_prices(order, pair)
    words = f"{order.side} {order.quantity:.8f} {name} @ {kind}"
    if kind != "market":
        words += f" {first}"
    if second != "0":
        words += f" -> limit {second}"
    close = order.terms["close"]
    return {
        "pair": name,
        "type": order.side,
        "ordertype": kind,
        "price": first,
        "price2": second,
        "leverage": "none",
        "order": words,
        "close": close["descr"] if close else "",
    }


def _shown_prices(order: Order, pair: Pair | None) -> tuple[str, str]:
    places = pair.price_decimals if pair else 5
    if order.trigger is None:
        return _shown_price(order.limit, places), "0"
    return _shown_price(order.trigger, places), _shown_price(order.limit, places)


def _shown_price(price: Decimal | None, places: int) -> str:
    return "0" if price is None else f"{price:.{places}f}"


def _check_deadline(form: Form, desk: Desk) -> None:
    """An order that comes to the matching engine after it is refused."""
    given = form.get("deadline")
    if not given:
        return
    try:
        deadline = parse_time(given.replace("Z", "+00:00"))
    except ValueError:
        raise invalid("deadline") from None
    ahead = deadline - desk.received_at
    if desk.now > deadline:
        raise refusal("EService:Deadline elapsed")
    if not _SHORTEST_DEADLINE <= ahead <= _LONGEST_DEADLINE:
        raise invalid("deadline")


def _client_id(form: Form, desk: Desk) -> str:
    """Unique among open orders only. Free text is lower-case letters and digits, as measured."""
    given = form.get("cl_ord_id", "")
    if "cl_ord_id" not in form:
        _check_reference(form)
        return ""
    if not _UUID.fullmatch(given) and not _FREE_TEXT.fullmatch(given):
        raise invalid("cl_ord_id")
    if "userref" in form:
        raise invalid("userref and cl_ord_id are mutually exclusive")
    if any(one.client_id == given for one in desk.state.working(desk.account)):
        raise invalid("cl_ord_id not unique")
    return given


def _check_reference(form: Form) -> None:
    given = form.get("userref")
    if given and not (_WHOLE.fullmatch(given) and -_INT32 <= int(given) < _INT32):
        raise invalid("userref")


def _check_account(order: Order, pair: Pair, cost: Decimal, desk: Desk) -> None:
    working = [one for one in desk.state.working(desk.account) if one.symbol == pair.id]
    if len(working) >= desk.most_open:
        raise refusal("EOrder:Orders limit exceeded")
    asset = pair.quote if order.side == "buy" else pair.base
    needed = cost * (1 + TAKER) if order.side == "buy" else order.quantity
    free = desk.state.held(desk.account, asset) - held_for(desk.account, asset, desk.state)
    if needed > free:
        raise refusal("EOrder:Insufficient funds")


def _volume(form: Form, pair: Pair) -> Decimal:
    given = form.get("volume", "")
    if not _NUMBER.fullmatch(given):
        raise invalid("volume")
    volume = Decimal(given)
    if volume != round(volume, pair.volume_decimals):
        raise invalid("volume")
    if volume < pair.least_volume:
        raise refusal("EOrder:Order minimum not met")
    return volume


def _price(form: Form, name: str, pair: Pair) -> Decimal:
    """Relative prices (+, -, #, %) are not taken here."""
    given = form.get(name, "")
    if not _NUMBER.fullmatch(given):
        raise invalid(name)
    price = Decimal(given)
    if not price:
        raise refusal("EOrder:Invalid price")
    if price % pair.tick:
        raise refusal("EOrder:Tick size check failed")
    return price


def _duration(form: Form) -> str:
    given = form.get("timeinforce", "GTC")
    if given not in ("GTC", "GTD", *_AT_ONCE) or (given == "GTD" and not form.get("expiretm")):
        raise invalid("timeinforce")
    return _AT_ONCE.get(given, "")


def _flags(form: Form, kind: str) -> str:
    """Flags that change nothing (fciq), or that keep an order from taking (post)."""
    given = [flag for flag in form.get("oflags", "").split(",") if flag]
    if not set(given) <= {"post", "fciq"} or ("post" in given and kind != "limit"):
        raise invalid("oflags")
    return ",".join(dict.fromkeys([*given, "fciq"]))


def _moment(form: Form, name: str, now: float) -> float:
    """Epoch seconds, or seconds from now after a plus; 0 is never."""
    given = form.get(name, "0")
    if not re.fullmatch(r"\+?\d{1,10}", given, re.ASCII):
        raise invalid(name)
    if given.startswith("+"):
        return now + float(given[1:])
    return float(given)


def _close(form: Form, pair: Pair) -> dict[str, str] | None:
    """The order that each fill of this one places against it."""
    kind = form.get("close[ordertype]")
    if not kind:
        return None
    if kind == "market" or kind not in KINDS:
        raise invalid("close[ordertype]")
    terms = {"ordertype": kind, "price": form.get("close[price]", "")}
    if form.get("close[price2]"):
        terms["price2"] = form["close[price2]"]
    prices_of(terms, kind, pair)
    second = f" -> limit {terms['price2']}" if "price2" in terms else ""
    return terms | {"descr": f"close position @ {kind} {terms['price']}{second}"}
