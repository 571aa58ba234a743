"""Rate limits: below each documented one by a margin, and corrected by what the broker says.

Written here instead of taken from pyrate-limiter: Kraken's counters decay by fractions and are
charged by an order's age, and a header's count of what is left has to lower a limit while it
runs. pyrate-limiter's buckets can do neither.
"""

import threading
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from twinbook.brokers import clock

HEADROOM = 0.9  # the part of a documented limit that is used
_SHORTEST = 0.001  # a wait that rounding would make nothing of
_LONGEST = 3600.0  # a refusal that lasts longer is asked again


class Limit(Protocol):
    """A budget of requests, shared by threads; its state may also stand in a database row."""

    def reserve(self, cost: float) -> float:
        """Takes what a request costs and returns 0, or takes nothing and says when to ask again.

        That is in seconds.
        """

    def observe(self, left: int, resets_in: float, allowed: int | None) -> None:
        """What a header said: requests left, seconds until they are renewed, and the limit."""

    def exhaust(self, resets_in: float | None) -> None:
        """The broker refused a request as one too many."""

    def remember(self) -> list[list[float]]:
        """What was used: moments, in seconds since 1970, each with an amount."""

    def recall(self, used: Sequence[Sequence[float]]) -> None:
        """Goes on from what another process remembered."""


class WindowLimit:
    """So many requests in any window of so many seconds.

    A sliding window never exceeds a broker's fixed one, wherever that begins. Requests of other
    clients with the same token are seen only in the headers: what these leave binds until reset.
    """

    def __init__(self, documented: int, seconds: float = 60, headroom: float = HEADROOM) -> None:
        self._documented = documented
        self._seconds = seconds
        self._headroom = headroom
        self._allowed = self._below(documented)
        self._sent: deque[float] = deque()
        self._left: int | None = None
        self._left_until = 0.0
        self._lock = threading.Lock()

    def reserve(self, cost: float) -> float:
        """See Limit; the cost is in whole requests, one at least."""
        requests = max(1, round(cost))
        with self._lock:
            now = clock.monotonic()
            self._forget(now)
            if self._left is not None and self._left < requests:
                return max(self._left_until - now, _SHORTEST)
            missing = len(self._sent) + requests - self._allowed
            # A cost above the whole budget passes once nothing else was sent.
            if missing > 0 and self._sent:
                oldest = self._sent[min(missing, len(self._sent)) - 1]
                return max(oldest + self._seconds - now, _SHORTEST)
            self._sent.extend([now] * requests)
            if self._left is not None:
                self._left -= requests
            return 0.0

    def observe(self, left: int, resets_in: float, allowed: int | None) -> None:
        """See Limit. Times beyond the window are a skewed clock's, and cut to it."""
        with self._lock:
            now = clock.monotonic()
            self._forget(now)
            if allowed is not None and allowed > 0:
                self._allowed = self._below(min(allowed, self._documented))
                left -= allowed - self._below(allowed)
            until = now + min(max(resets_in, 0.0), self._seconds)
            # Answers overtake each other: within one window the smaller count is the newer one.
            known = self._left if self._left is not None else left
            self._left, self._left_until = min(known, left), max(until, self._left_until)

    def exhaust(self, resets_in: float | None) -> None:
        """See Limit; without a time it is taken to be the whole window."""
        wait = self._seconds if resets_in is None else resets_in
        with self._lock:
            self._left = 0
            self._left_until = clock.monotonic() + min(max(wait, 1.0), _LONGEST)

    def remember(self) -> list[list[float]]:
        """See Limit: each request that still counts."""
        with self._lock:
            self._forget(clock.monotonic())
            return [[moment, 1] for moment in map(_on_the_wall, self._sent)]

    def recall(self, used: Sequence[Sequence[float]]) -> None:
        """See Limit."""
        with self._lock:
            self._sent.extendleft(sorted((_on_this_clock(at) for at, _ in used), reverse=True))
            self._forget(clock.monotonic())

    def _below(self, documented: int) -> int:
        return max(1, int(documented * self._headroom))

    def _forget(self, now: float) -> None:
        while self._sent and self._sent[0] <= now - self._seconds:
            self._sent.popleft()
        if now >= self._left_until:
            self._left = None


class DecayingCounter:
    """A counter that each request raises and time lowers; above its maximum all is refused.

    Kraken's model, for its REST calls and for its matching engine, there one a pair.
    """

    def __init__(self, maximum: float, decay: float, headroom: float = HEADROOM) -> None:
        """``decay`` is per second."""
        self._maximum = maximum
        self._usable = maximum * headroom
        self._decay = decay
        self._value = 0.0
        self._at = clock.monotonic()
        self._lock = threading.Lock()

    def reserve(self, cost: float) -> float:
        """See Limit."""
        with self._lock:
            self._fall()
            excess = self._value + cost - self._usable
            # A cost above the whole budget passes once the counter is empty.
            if excess > 0 and self._value > 0:
                return max(min(excess, self._value) / self._decay, _SHORTEST)
            self._value += cost
            return 0.0

    def observe(self, left: int, resets_in: float, allowed: int | None) -> None:
        """Nothing: Kraken sends no such headers."""

    def exhaust(self, resets_in: float | None) -> None:
        """See Limit: the counter stands at its maximum, whoever raised it."""
        with self._lock:
            self._fall()
            self._value = max(self._value, self._maximum)
            if resets_in is not None:
                wait = min(resets_in, _LONGEST)
                self._value = max(self._value, self._usable + wait * self._decay)

    def remember(self) -> list[list[float]]:
        """See Limit: where the counter stands now."""
        with self._lock:
            self._fall()
            return [[_on_the_wall(self._at), self._value]]

    def recall(self, used: Sequence[Sequence[float]]) -> None:
        """See Limit."""
        with self._lock:
            for at, value in used:
                self._fall()
                since = max(self._at - _on_this_clock(at), 0.0)
                self._value += max(0.0, value - since * self._decay)

    def _fall(self) -> None:
        now = clock.monotonic()
        self._value = max(0.0, self._value - (now - self._at) * self._decay)
        self._at = now


def _on_the_wall(moment: float) -> float:
    """A moment of this process's clock, in seconds since 1970, which other processes know too."""
    return clock.now().timestamp() - (clock.monotonic() - moment)


def _on_this_clock(moment: float) -> float:
    return clock.monotonic() - max(clock.now().timestamp() - moment, 0.0)
