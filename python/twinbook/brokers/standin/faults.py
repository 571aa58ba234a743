"""What a stand-in may be told to do wrong, and the list of what it was told."""

import random
from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Fault(StrEnum):
    """How one request goes wrong; each with or without the broker doing what was asked."""

    DROP = "drop"  # the connection closes without an answer
    RESET = "reset"  # the same by a TCP reset
    GATEWAY_TIMEOUT = "gateway_timeout"  # HTTP 504, a page in HTML
    HTML_502 = "html_502"
    UNAVAILABLE = "unavailable"  # out of order, in the broker's own words
    TOO_MANY_REQUESTS = "too_many_requests"  # with the broker's headers
    TRUNCATED = "truncated"  # half of an answer, then the connection closes
    EMPTY = "empty"  # HTTP 200 without a body
    PLAIN_400 = "plain_400"  # text where JSON is expected
    EXPIRED_TOKEN = "expired_token"  # noqa: S105  # 401, or Kraken's invalid key
    DATASTORE = "datastore"  # Tradier's gateway: 401, yet it passes by itself
    TWICE = "twice"  # the usual answer, but its lists hold each item twice; not Kraken's objects
    REFUSED = "refused"  # in the broker's words; if it commits, a rejected order is kept
    SLOW = "slow"  # answers after some time; does it before if it commits, else at the end
    ANSWER = "answer"  # whatever status, body and headers you name


class Race(StrEnum):
    """Who wins when a cancel meets a fill."""

    FILL_WINS = "fill_wins"  # it had filled already, so the cancel is refused
    FILL_AFTER_ANSWER = "fill_after_answer"  # the cancel is taken, yet the order fills
    PARTIAL_THEN_CANCELED = "partial_then_canceled"  # the cancel is taken, a part fills first
    LATE_FILL = "late_fill"  # canceled, and a fill comes in afterwards
    SLOW = "slow"  # the cancel is taken and done later


@dataclass(frozen=True)
class Failing:
    """One request that will fail; ``on`` names the call, "" is any."""

    fault: Fault
    commit: bool = False
    on: str = ""
    seconds: float = 0
    message: str = ""
    status: int = 500
    body: str = ""
    content_type: str = "text/plain"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class OrderPlan:
    """What becomes of the next order after it was taken: rejected, or canceled after a part."""

    end: str
    reason: str = ""
    quantity: Decimal | None = None  # about half
    price: Decimal | None = None
    after: float = 0


@dataclass(frozen=True)
class CancelPlan:
    """What becomes of the next cancel."""

    race: Race
    quantity: Decimal | None = None
    price: Decimal | None = None
    after: float = 0


_EITHER_WAY = (
    Fault.DROP,
    Fault.RESET,
    Fault.GATEWAY_TIMEOUT,
    Fault.HTML_502,
    Fault.UNAVAILABLE,
    Fault.TRUNCATED,
    Fault.EMPTY,
    Fault.SLOW,
)
# A broker that says so did nothing.
_WITHOUT_COMMIT = (Fault.TOO_MANY_REQUESTS,)
_ENDS_OF_ORDERS = (OrderPlan("reject"), OrderPlan("cancel"))


class Chance:
    """Misbehaves at random, the same way for the same seed and the same requests.

    ``rate`` is how likely it is for a request to fail, an order to end badly, a cancel to meet a
    fill, and a fill to be a partial one.
    """

    def __init__(self, seed: int, rate: float, seconds: float = 0.05) -> None:
        self._random = random.Random(seed)  # noqa: S311
        self._rate = rate
        self._seconds = seconds

    def happens(self) -> bool:
        """Whether it goes wrong this time."""
        return self._random.random() < self._rate

    def failing(self) -> Failing:
        """How a request fails."""
        fault = self._random.choice(_EITHER_WAY + _WITHOUT_COMMIT)
        commit = fault in _EITHER_WAY and self._random.random() < 0.5
        return Failing(fault, commit=commit, seconds=self._seconds)

    def order(self) -> OrderPlan:
        """How an order ends after it was taken."""
        return self._random.choice(_ENDS_OF_ORDERS)

    def cancel(self) -> CancelPlan:
        """What a cancel meets."""
        return CancelPlan(self._random.choice(list(Race)))


@dataclass
class Script:
    """All that was commanded and didn't happen yet, oldest first; then chance has its turn."""

    failing: list[Failing] = field(default_factory=list)
    orders: deque[OrderPlan] = field(default_factory=deque)
    cancels: deque[CancelPlan] = field(default_factory=deque)
    chance: Chance | None = None

    def take_failing(self, call: str) -> Failing | None:
        """The first fault that is meant for this call."""
        for number, failing in enumerate(self.failing):
            if failing.on in ("", call):
                return self.failing.pop(number)
        return self.chance.failing() if self.chance and self.chance.happens() else None

    def take_order(self) -> OrderPlan | None:
        """What becomes of the order that is placed now."""
        if self.orders:
            return self.orders.popleft()
        return self.chance.order() if self.chance and self.chance.happens() else None

    def take_cancel(self) -> CancelPlan | None:
        """What becomes of the cancel that is asked for now."""
        if self.cancels:
            return self.cancels.popleft()
        return self.chance.cancel() if self.chance and self.chance.happens() else None

    def splits(self) -> bool:
        """Whether the fill that is made now is a partial one."""
        return self.chance is not None and self.chance.happens()
