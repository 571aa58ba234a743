"""A file that makes a stand-in remember everything over a restart, in JSON.

What it was told to do wrong and how much of its limits is used up are forgotten. It survives a
killed process, not a machine that loses power.
"""

import json
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

from twinbook.brokers.standin.state import (
    Event,
    Fill,
    Holding,
    Kind,
    Order,
    Quote,
    Role,
    State,
    Status,
)


class Store:
    """Reads the file once, and writes it anew when something has changed; without one, nothing."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._written = ""

    def load(self, broker: str, state: State) -> float | None:
        """Fills a state; returns how far its clock is ahead, None if there is nothing to read.

        Raises ValueError for another broker's file, or no stand-in's.
        """
        if self._file is None or not self._file.exists():
            return None
        try:
            told = json.loads(self._file.read_text(), object_hook=_as_decimal)
            owner = told["broker"]
        except (ValueError, LookupError, TypeError):
            raise ValueError(f"{self._file} is no stand-in's") from None
        if owner != broker:
            raise ValueError(f"{self._file} belongs to a stand-in of {owner}")
        for one in told["orders"]:
            state.add_order(_order(one))
        state.fills = [Fill(**one) for one in told["fills"]]
        state.quotes = {one["symbol"]: Quote(**one) for one in told["quotes"]}
        state.holdings = {
            (one["account"], one["asset"]): Holding(**one) for one in told["holdings"]
        }
        state.events = [
            Event(**one | {"order": state.orders[one["order"]]}) for one in told["events"]
        ]
        state.numbers.update(told["numbers"])
        state.nonces = told["nonces"]
        state.switches = told["switches"]
        return float(told["ahead"])

    def save(self, broker: str, state: State, ahead: float) -> None:
        """Writes the state, whole or not at all."""
        if self._file is None:
            return
        text = json.dumps(
            {
                "broker": broker,
                "ahead": ahead,
                "orders": [asdict(one) for one in state.orders.values()],
                "fills": [asdict(one) for one in state.fills],
                "quotes": [asdict(one) for one in state.quotes.values()],
                "holdings": [asdict(one) for one in state.holdings.values()],
                "events": [vars(one) | {"order": one.order.id} for one in state.events],
                "numbers": state.numbers,
                "nonces": state.nonces,
                "switches": state.switches,
            },
            default=_from_decimal,
        )
        if text != self._written:
            fresh = self._file.with_name(self._file.name + ".new")
            fresh.write_text(text)
            fresh.replace(self._file)
            self._written = text


def _order(told: dict[str, Any]) -> Order:
    words = {"type": Kind, "role": Role, "status": Status}
    return Order(**told | {name: kind(told[name]) for name, kind in words.items()})


def _from_decimal(value: object) -> dict[str, str]:
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    raise TypeError(f"no JSON for {value!r}")


def _as_decimal(value: dict[str, Any]) -> Any:
    return Decimal(value["decimal"]) if value.keys() == {"decimal"} else value
