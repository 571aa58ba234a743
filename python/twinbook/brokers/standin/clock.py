"""A stand-in's time: the real one, moved ahead on command, or one that stands still."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
_CLOSING_HOUR = 16


class Clock:
    """Epoch seconds. ``start`` sets the first moment; a frozen clock moves only by ``advance``."""

    def __init__(self, start: datetime | None = None, *, frozen: bool = False) -> None:
        self._frozen = frozen
        self._base = start.timestamp() if start else time.time()
        self._begun = time.monotonic()
        self.ahead = 0.0

    def now(self) -> float:
        """The stand-in's present."""
        passed = 0.0 if self._frozen else time.monotonic() - self._begun
        return self._base + passed + self.ahead

    def advance(self, seconds: float) -> None:
        """Lets that many seconds pass at once. Raises ValueError for going back."""
        if seconds < 0:
            raise ValueError("time doesn't go back")
        self.ahead += seconds


def at(moment: float) -> datetime:
    """The moment in UTC."""
    return datetime.fromtimestamp(moment, UTC)


def parse_time(text: str) -> float:
    """An ISO 8601 moment or date as epoch seconds; without a zone it is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def new_york(moment: float) -> datetime:
    """The moment on New York's wall clock."""
    return datetime.fromtimestamp(moment, NEW_YORK)


def next_close(moment: float) -> float:
    """The next 16:00 in New York. Weekends and holidays count as days: the market never rests."""
    local = new_york(moment)
    close = local.replace(hour=_CLOSING_HOUR, minute=0, second=0, microsecond=0)
    return (close if local < close else close + timedelta(days=1)).timestamp()
