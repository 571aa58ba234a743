"""Time as the brokers' clients see it: all of it comes from here, so that a test can be the clock.

Called as ``clock.now()``, never imported by name.
"""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds from some moment on, never set back."""
    return time.monotonic()


def nanoseconds() -> int:
    """Nanoseconds since 1970."""
    return time.time_ns()


def pause(seconds: float) -> None:
    """Waits."""
    time.sleep(seconds)
