"""The crash matrix's stories and misbehaviours: what a person does, and what the broker does wrong.

A story has a part before, in peace, and an act that the worker is killed in, at each of its steps.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.py.sync.firm import Firm
from twinbook.brokers.standin import Fault, Race

BROKERS = ("tradier", "alpaca", "kraken")


@dataclass(frozen=True)
class Story:
    """``before`` returns what ``act`` goes on with; ``call`` is the request that can go wrong."""

    name: str
    before: Callable[[Firm], Any]
    act: Callable[[Firm, Any], None]
    call: str
    brokers: tuple[str, ...] = BROKERS


@dataclass(frozen=True)
class Trouble:
    """What the broker does wrong, once, in the act; in which stories, and at which brokers."""

    name: str
    make: Callable[[Firm, str], None]
    calls: tuple[str, ...] = ("place", "cancel", "replace")
    brokers: tuple[str, ...] = BROKERS


@dataclass(frozen=True)
class Case:
    """One cell of the matrix."""

    story: Story
    trouble: Trouble
    broker: str

    @property
    def name(self) -> str:
        """As it stands in the table."""
        return f"{self.broker}: {self.story.name}; {self.trouble.name}"


def _nothing(_firm: Firm) -> None:
    return


def _resting(firm: Firm) -> Any:
    placed = firm.rest()
    firm.settle()
    return placed


def _entered(firm: Firm) -> Any:
    placed = firm.place(stop_loss=firm.at("0.95"), take_profit=firm.at("1.05"))
    firm.settle()
    return firm.order(placed)


def _close(firm: Firm, order: Any) -> None:
    with firm.session() as book:
        book.close_trade(str(order.trade_id))


def _fill_a_part(firm: Firm, order: Any) -> None:
    firm.standin.fill(str(firm.sent(order)[0].client_id), firm.traded.quantity / 5)


STORIES = (
    Story("a market order fills", _nothing, lambda firm, _: _ignored(firm.place()), "place"),
    Story("a limit order comes to rest", _nothing, lambda firm, _: _ignored(firm.rest()), "place"),
    Story("a resting order fills in part", _resting, _fill_a_part, ""),
    Story("a resting order is canceled", _resting, lambda f, o: _ignored(f.cancel(o)), "cancel"),
    Story(
        "a resting order is replaced",
        _resting,
        lambda firm, order: _ignored(firm.replace(order, limit_price=firm.at("0.8"))),
        "replace",
        ("tradier", "alpaca"),
    ),
    Story(
        "an entry fills, and its stop is placed",
        _nothing,
        lambda firm, _: _ignored(firm.place(stop_loss=firm.at("0.95"))),
        "place",
    ),
    Story(
        "the profit takes the stop's place",
        _entered,
        lambda firm, _: firm.quote(firm.at("1.05") + 20 * firm.traded.tick),
        "cancel",
    ),
    Story("a trade with a stop is closed", _entered, _close, "cancel"),
)


def _ignored(_value: object) -> None:
    return


def _failing(fault: Fault, *, commit: bool) -> Callable[[Firm, str], None]:
    return lambda firm, call: firm.standin.fail_next(fault, commit=commit, on=call)


_ANY = ("", "place", "cancel", "replace")

TROUBLES = (
    Trouble("nothing goes wrong", lambda _firm, _call: None, _ANY),
    Trouble("done, and the connection drops", _failing(Fault.DROP, commit=True)),
    Trouble("not done, and the connection drops", _failing(Fault.DROP, commit=False)),
    Trouble("done, and the gateway says 504", _failing(Fault.GATEWAY_TIMEOUT, commit=True)),
    Trouble("too many requests", _failing(Fault.TOO_MANY_REQUESTS, commit=False)),
    Trouble("taken, then rejected", lambda firm, _call: firm.standin.reject_later(), ("place",)),
    Trouble(
        "filled in part, then canceled by the broker",
        lambda firm, _call: firm.standin.partial_then_cancel(firm.traded.quantity / 5),
        ("place",),
    ),
    Trouble(
        "it fills before the cancel arrives",
        lambda firm, _call: firm.standin.race_cancel(Race.FILL_WINS),
        ("cancel",),
    ),
    Trouble(
        "a part fills before it is canceled",
        lambda firm, _call: firm.standin.race_cancel(
            Race.PARTIAL_THEN_CANCELED, quantity=firm.traded.quantity / 5
        ),
        ("cancel",),
    ),
)


def cases() -> Iterator[Case]:
    """All cells, in the table's order."""
    for story in STORIES:
        for trouble in TROUBLES:
            if story.call in trouble.calls:
                for broker in BROKERS:
                    if broker in story.brokers and broker in trouble.brokers:
                        yield Case(story, trouble, broker)
