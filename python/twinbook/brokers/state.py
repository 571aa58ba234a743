"""What all clients of one account share: what its limits have left, and its nonces."""

import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Protocol

from twinbook.brokers.limits import Limit
from twinbook.brokers.nonce import Nonces, NonceSource


class AccountState(Protocol):
    """One for each token or key. Where processes share an account, it may stand in the database."""

    @property
    def nonces(self) -> NonceSource:
        """The key's numbers."""

    def limit(self, name: str, fresh: Callable[[], Limit]) -> Limit:
        """The limit of that name; ``fresh`` makes it, as the broker documents it, when it's new."""


Used = Mapping[str, Sequence[Sequence[float]]]


class ProcessState:
    """Shared by the threads of this process, and gone with it.

    ``used`` is what another process remembered of the limits, by their names.
    """

    def __init__(self, nonces: NonceSource | None = None, used: Used | None = None) -> None:
        self._nonces = nonces or Nonces()
        self._used = used or {}
        self._limits: dict[str, Limit] = {}
        self._lock = threading.Lock()

    @property
    def nonces(self) -> NonceSource:
        """See AccountState."""
        return self._nonces

    def limit(self, name: str, fresh: Callable[[], Limit]) -> Limit:
        """See AccountState."""
        with self._lock:
            if name not in self._limits:
                self._limits[name] = fresh()
                self._limits[name].recall(self._used.get(name, ()))
            return self._limits[name]

    def remember(self) -> Used:
        """What was used of the limits, for another process to go on from."""
        with self._lock:
            return {name: limit.remember() for name, limit in self._limits.items()}


_shared: dict[Hashable, ProcessState] = {}
_shared_lock = threading.Lock()


def state_of(key: Hashable) -> ProcessState:
    """This process's state for a token or key, the same one however many clients use it."""
    with _shared_lock:
        return _shared.setdefault(key, ProcessState())
