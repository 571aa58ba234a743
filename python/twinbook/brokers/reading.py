"""What the readers and writers of all brokers' messages have in common."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from twinbook.brokers.errors import NotSupported, Rejected
from twinbook.brokers.terms import Greeks, OrderStatus

T = TypeVar("T")
Fields = Mapping[str, Any]

_OCC = re.compile(r"([A-Z0-9.]{1,6})(\d{2})(\d{2})(\d{2})([CP])(\d{8})", re.ASCII)


class Malformed(Exception):
    """An answer that isn't what the broker documents; what it means is up to the caller."""


def number(value: object) -> Decimal:
    """A JSON number or a decimal string. Raises Malformed."""
    found = maybe_number(value)
    if found is None:
        raise Malformed("a number is missing")
    return found


def maybe_number(value: object) -> Decimal | None:
    """The same, None for null and an empty string."""
    if value is None or value == "":
        return None
    if isinstance(value, Decimal | str | int) and not isinstance(value, bool):
        try:
            found = Decimal(value)
        except InvalidOperation:
            found = Decimal("NaN")
        if found.is_finite():
            return found
    raise Malformed("something else stands where a number should")


def price(value: object) -> Decimal | None:
    """A price; brokers write 0 for none."""
    found = maybe_number(value)
    return found if found else None


def text(value: object) -> str:
    """A string that can be stored, or a whole number such as an id. Raises Malformed."""
    if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
        return readable(str(value))
    raise Malformed("a text is missing")


def readable(said: str) -> str:
    """A text without what neither a terminal nor the database takes, such as a NUL."""
    return said if said.isprintable() else "".join(c if c.isprintable() else " " for c in said)


def maybe_text(value: object) -> str | None:
    """The same, None for null and an empty string."""
    return None if value is None or value == "" else text(value)


def one_of(words: Mapping[str, T], value: object) -> T:
    """What one of a broker's words means. Raises Malformed for another one: never guessed."""
    if isinstance(value, str) and value in words:
        return words[value]
    raise Malformed("an unknown word stands where a known one should")


def fields(value: object) -> Fields:
    """A JSON object. Raises Malformed."""
    if isinstance(value, dict):
        return value
    raise Malformed("something else stands where an object should")


def items(value: object) -> list[Any]:
    """A JSON array. Raises Malformed."""
    if isinstance(value, list):
        return value
    raise Malformed("something else stands where a list should")


def moment(value: object) -> datetime | None:
    """An RFC 3339 time, cut to microseconds; None for null. Raises Malformed."""
    if value is None or value == "":
        return None
    try:
        at = datetime.fromisoformat(text(value))
    except ValueError:
        at = datetime.min  # noqa: DTZ901
    if at.tzinfo is None:
        raise Malformed("something else stands where a time with its zone should")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        pass
    raise Malformed("a time is out of range")


def from_epoch(value: object, unit: int = 1) -> datetime | None:
    """A time from an epoch in 1/unit seconds, cut to microseconds; None for null and 0."""
    found = maybe_number(value)
    if not found:
        return None
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
            microseconds=int(found * 1_000_000 / unit)
        )
    except ArithmeticError:  # decimal's own overflow isn't an OverflowError
        pass
    raise Malformed("a time is out of range")


def day(value: object) -> date:
    """A day as 2026-12-18. Raises Malformed."""
    try:
        return date.fromisoformat(text(value))
    except ValueError:
        pass
    raise Malformed("something else stands where a day should")


def plain(value: Decimal) -> str:
    """A number as brokers take it: no exponent, no idle zeros.

    Raises TypeError for a float, Rejected for what is no number.
    """
    if not isinstance(value, Decimal):
        raise TypeError("money and quantities are Decimal")
    if not value.is_finite():
        raise Rejected(f"{value} is not a number that can be sent")
    written = format(value, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


def read_greeks(told: Fields, volatility: object) -> Greeks:
    """An option's greeks, by the names that all use. Raises Malformed."""
    return Greeks(
        delta=maybe_number(told.get("delta")),
        gamma=maybe_number(told.get("gamma")),
        theta=maybe_number(told.get("theta")),
        vega=maybe_number(told.get("vega")),
        rho=maybe_number(told.get("rho")),
        implied_volatility=maybe_number(volatility),
    )


def standing(
    status: OrderStatus | None, quantity: Decimal | None, filled: Decimal
) -> tuple[OrderStatus, bool]:
    """Where an order stands by its broker's word and its quantities, and whether they agree.

    A working order that has fills is partially filled, whatever its broker calls it. A word that
    isn't known (None), and one that its quantities contradict, is never the order's end.
    """
    is_contradicted = (
        status is OrderStatus.FILLED and quantity is not None and filled < quantity
    ) or (status is OrderStatus.REJECTED and filled > 0)
    if status is not None and status.is_final and not is_contradicted:
        return status, True
    is_pending = status is OrderStatus.PENDING
    working = OrderStatus.PENDING if is_pending else OrderStatus.OPEN
    shown = OrderStatus.PARTIALLY_FILLED if filled > 0 else working
    return shown, status is not None and not is_contradicted


@dataclass(frozen=True)
class Contract:
    """What an OCC option symbol says."""

    root: str
    expiration: date
    right: str
    strike: Decimal


def contract(symbol: str) -> Contract | None:
    """Reads an OCC symbol, such as AAA261218C00025000; None if it isn't one."""
    found = _OCC.fullmatch(symbol)
    if not found:
        return None
    root, year, month, day_, right, strike = found.groups()
    try:
        expiration = date(2000 + int(year), int(month), int(day_))
    except ValueError:
        return None
    return Contract(root, expiration, "call" if right == "C" else "put", Decimal(strike) / 1000)


def translate(table: Mapping[Any, str], word: Any, broker: str) -> str:
    """A word of ours in the broker's own. Raises NotSupported."""
    if word not in table:
        raise NotSupported(f"{word} orders aren't possible here", broker=broker)
    return table[word]


def batches(values: list[str], size: int) -> Iterator[list[str]]:
    """The values in pieces of at most that many."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
