"""How Kraken words its answers: numbers are text with fixed decimals, times are floats."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from twinbook.brokers.standin.kraken.orders import describe
from twinbook.brokers.standin.kraken.pairs import COST_DECIMALS, find_pair
from twinbook.brokers.standin.state import Fill, Order, Quote, Status
from twinbook.brokers.standin.wire import Answer, as_json

_WORDS = {
    Status.PENDING: "pending",
    Status.HELD: "pending",
    Status.OPEN: "open",
    Status.FILLED: "closed",
    Status.CANCELED: "canceled",
    Status.EXPIRED: "expired",
    Status.REJECTED: "canceled",
}
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def result(value: Any) -> Answer:
    """An answer without errors."""
    return as_json({"error": [], "result": value})


def order(one: Order, trades: Sequence[str] | None) -> dict[str, Any]:
    """An order; with its trades where they are asked for."""
    pair = find_pair(one.symbol)
    average = f"{one.average:.{pair.price_decimals if pair else 5}f}"
    shown: dict[str, Any] = {
        "refid": one.terms.get("refid"),
        "userref": one.terms["userref"],
        "cl_ord_id": one.client_id or None,
        "status": one.shown_status or _WORDS[one.status],
        "opentm": stamp(one.placed_at),
        "starttm": _seconds(one.terms["starttm"]),
        "expiretm": _seconds(one.expires_at),
        "descr": describe(one),
        "vol": f"{one.quantity:.8f}",
        "vol_exec": f"{one.executed:.8f}",
        "cost": cost(one.value),
        "fee": cost(one.fee),
        "price": average if one.executed else cost(Decimal(0)),
        "stopprice": cost(one.trigger if one.is_triggered and one.trigger else Decimal(0)),
        "limitprice": cost(one.limit if one.is_triggered and one.limit else Decimal(0)),
        "misc": "",
        "oflags": one.terms["oflags"],
    }
    if not one.is_working:
        shown |= {"reason": one.reason or None, "closetm": stamp(one.ended_at)}
    if trades is not None and trades:
        shown["trades"] = list(trades)
    return shown


def trade(one: Fill, order_type: str) -> dict[str, Any]:
    """A trade."""
    return {
        "ordertxid": one.order_id,
        "postxid": txid("T", 1_000_000 + one.number),
        "pair": one.symbol,
        "time": stamp(one.at),
        "type": one.side,
        "ordertype": order_type,
        "price": cost(one.price),
        "cost": cost(one.price * one.quantity),
        "fee": cost(one.fee),
        "vol": f"{one.quantity:.8f}",
        "margin": cost(Decimal(0)),
        "leverage": "0",
        "misc": "",
        "trade_id": 68_230_000 + one.number,
        "maker": one.is_maker,
    }


def ticker(one: Quote) -> dict[str, Any]:
    """A pair's ticker; what is not traded here is shown at the last price."""
    last = cost(one.last or Decimal(0))
    day = ["0.00000000", "0.00000000"]
    return {
        "a": [cost(one.ask or Decimal(0)), str(int(one.ask_size)), f"{one.ask_size:.3f}"],
        "b": [cost(one.bid or Decimal(0)), str(int(one.bid_size)), f"{one.bid_size:.3f}"],
        "c": [last, "0.01000000"],
        "v": day,
        "p": [last, last],
        "t": [0, 0],
        "l": [cost(one.low or Decimal(0))] * 2,
        "h": [cost(one.high or Decimal(0))] * 2,
        "o": cost(one.opened or Decimal(0)),
    }


def balance(asset: str, amount: Decimal) -> str:
    """An amount of an asset: money with 4 decimals, the rest with 10."""
    return f"{amount:.{4 if asset.startswith('Z') else 10}f}"


def cost(amount: Decimal) -> str:
    """An amount with the decimals of costs."""
    return f"{amount:.{COST_DECIMALS}f}"


def stamp(moment: float) -> float:
    """Epoch seconds to the tenth of a millisecond."""
    return round(moment, 4)


def consolidated(fills: Iterable[Fill]) -> list[Fill]:
    """Takes of one order at one moment made one trade, under the first one's id."""
    merged: dict[tuple[str, float, int], list[Fill]] = {}
    for one in fills:
        own = one.number if one.is_maker else 0
        merged.setdefault((one.order_id, one.at, own), []).append(one)
    return [_merge(group) for group in merged.values()]


def txid(kind: str, number: int) -> str:
    """An id as Kraken's look: a letter for its kind, then groups of 5, 5 and 6."""
    digits = ""
    for _ in range(15):
        number, digit = divmod(number, len(_LETTERS))
        digits = _LETTERS[digit] + digits
    return f"{kind}{digits[:5]}-{digits[5:10]}-A{digits[10:]}"


def _merge(group: list[Fill]) -> Fill:
    first = group[0]
    if len(group) == 1:
        return first
    volume = sum((one.quantity for one in group), Decimal(0))
    value = sum((one.quantity * one.price for one in group), Decimal(0))
    fee = sum((one.fee for one in group), Decimal(0))
    merged = Fill(**vars(first))
    merged.quantity, merged.price, merged.fee = volume, value / volume, fee
    return merged


def _seconds(moment: float) -> int | float:
    return int(moment) if moment == int(moment) else stamp(moment)
