"""Nonces: numbers that rise with each request, taken one at a time."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from twinbook.brokers import clock


class NonceSource(Protocol):
    """Gives out strictly rising numbers, and one turn at a time."""

    def turn(self) -> AbstractContextManager[int]:
        """The next number, held until the ``with`` block ends, which is after the answer.

        So requests arrive in the order of their numbers.
        """


class NonceStore(Protocol):
    """Remembers the last number of one key; it may be a row of the database."""

    def advance(self, at_least: int) -> int:
        """The greater of ``at_least`` and the last number plus one, kept before it is returned.

        As a row, committed at once: ``update … set nonce = greatest(nonce + 1, %s) returning
        nonce``. A number that was kept and never sent does no harm.
        """


class Memory:
    """A store that ends with the process. The clock takes over: it is ahead of the last number."""

    def __init__(self) -> None:
        self._last = 0

    def advance(self, at_least: int) -> int:
        """See NonceStore."""
        self._last = max(self._last + 1, at_least)
        return self._last


class Nonces:
    """Nanoseconds since 1970, or one more than the last where the clock stands or is set back.

    No smaller unit will do for a key that has once seen nanoseconds, and no other client's
    milliseconds or microseconds are above them. The turns are this process's: several processes
    get rising numbers from one store, but only a lease on the account keeps them in order.
    """

    def __init__(self, store: NonceStore | None = None) -> None:
        self._store = store or Memory()
        self._lock = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[int]:
        """See NonceSource."""
        with self._lock:
            yield self._store.advance(clock.nanoseconds())
