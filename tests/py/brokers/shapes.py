"""Example answers of the brokers, and whether an answer has the shape of one."""

import json
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).with_name("payloads")

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# Keys that name something instead of describing it: ids, symbols, pairs.
_NAME = re.compile(
    r"[A-Z]{1,6}\d{6}[CP]\d{8}|[A-Z0-9]{6}-[A-Z0-9]{5}-[A-Z0-9]{6}|[A-Z0-9]{3,8}", re.ASCII
)


def example(name: str) -> Any:
    """One answer, such as tradier/order_get_open."""
    text = (EXAMPLES / f"{name}.json").read_text()
    return json.loads(text, parse_float=Decimal)


def text_example(name: str) -> str:
    """One answer in plain text, such as tradier/order_400_bad_tag."""
    return (EXAMPLES / f"{name}.txt").read_text().strip()


def misfits(value: Any, like: Any, *, optional: tuple[str, ...] = (), at: str = "") -> list[str]:
    """Where an answer differs in keys or types from an example; null fits everything.

    Text that holds a number, a time or a date must hold one in both. ``optional`` keys may be
    missing in either.
    """
    if value is None or like is None:
        return []
    if isinstance(like, dict) and isinstance(value, dict):
        return _misfits_of_keys(value, like, optional, at)
    if isinstance(like, list) and isinstance(value, list):
        return [
            misfit
            for number, one in enumerate(value)
            for misfit in misfits(one, _nearest(one, like), optional=optional, at=f"{at}[{number}]")
        ]
    if _kind(value) != _kind(like):
        return [f"{at}: {value!r} where the example has {like!r}"]
    return []


def _misfits_of_keys(
    value: dict[str, Any], like: dict[str, Any], optional: tuple[str, ...], at: str
) -> list[str]:
    if like and all(_NAME.fullmatch(name) for name in like):
        return [
            misfit
            for name, one in value.items()
            for misfit in misfits(
                one, _nearest(one, list(like.values())), optional=optional, at=f"{at}.{name}"
            )
        ]
    different = (set(value) ^ set(like)) - set(optional)
    found = [
        f"{at}.{name}: {'missing' if name in like else 'not in the example'}"
        for name in sorted(different)
    ]
    for name in sorted(set(value) & set(like)):
        found += misfits(value[name], like[name], optional=optional, at=f"{at}.{name}")
    return found


def _nearest(value: Any, candidates: list[Any]) -> Any:
    """The candidate with the most keys in common."""
    if not candidates or not isinstance(value, dict):
        return candidates[0] if candidates else None
    return min(candidates, key=lambda one: len(set(one) ^ set(value)))


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float | Decimal):
        return "number"
    if not isinstance(value, str):
        return type(value).__name__
    if _NUMBER.fullmatch(value):
        return "number in text"
    if _TIME.fullmatch(value):
        datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value.removesuffix("Z")))
        return "time in text"
    return "date in text" if _DATE.fullmatch(value) else "text"
