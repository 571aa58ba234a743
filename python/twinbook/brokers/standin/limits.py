"""How many requests a broker takes: a window that fills, or a counter that decays."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """Where a window stands after a request; ``expires_at`` in epoch seconds."""

    allowed: int
    used: int
    expires_at: float
    passed: bool

    @property
    def available(self) -> int:
        """How many more requests fit."""
        return max(self.allowed - self.used, 0)


class Window:
    """So many requests in the seconds that begin with the first one."""

    def __init__(self, allowed: int, seconds: float = 60) -> None:
        self.allowed = allowed
        self._seconds = seconds
        self._used = 0
        self._expires_at = 0.0

    def take(self, now: float) -> Reading:
        """Counts a request. One that doesn't pass isn't counted."""
        if now >= self._expires_at:
            self._used, self._expires_at = 0, now + self._seconds
        passed = self._used < self.allowed
        self._used += passed
        return Reading(self.allowed, self._used, self._expires_at, passed)


class DecayingCounter:
    """Each request adds its cost, each second takes ``decay`` off; above the ceiling is too many.

    Whether a refused request counts is unverified; here it doesn't.
    """

    def __init__(self, ceiling: float, decay: float) -> None:
        self._ceiling = ceiling
        self._decay = decay
        self._level = 0.0
        self._since = 0.0

    def level(self, now: float) -> float:
        """What is left of earlier requests."""
        return max(self._level - (now - self._since) * self._decay, 0.0)

    def take(self, now: float, cost: float) -> bool:
        """Adds a cost if it fits."""
        level = self.level(now)
        if level + cost > self._ceiling:
            return False
        self.add(now, cost)
        return True

    def add(self, now: float, cost: float) -> None:
        """Adds a cost, whether it fits or not."""
        self._level, self._since = self.level(now) + cost, now
