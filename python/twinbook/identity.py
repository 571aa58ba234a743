"""Which identity a database has, and the tokens with which a signed one is convinced."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Literal

import psycopg

Kind = Literal["trusted", "signed"]
Opens = Literal["paper", "live", "administration"]
TokenSource = Callable[[str, Opens], str]

LIFETIME = timedelta(minutes=15)

# What policies really ask, whatever a table says was chosen. Any login may look.
_INSTALLED = """
select case when bool_or(answers.proname = 'trusted_username') then 'trusted' else 'signed' end
from pg_proc as asked
join pg_namespace as n on n.oid = asked.pronamespace
join pg_depend as d on (d.classid, d.objid) = ('pg_proc'::regclass, asked.oid)
join pg_proc as answers on (d.refclassid, d.refobjid) = ('pg_proc'::regclass, answers.oid)
where (n.nspname, asked.proname) = ('identity', 'current_username')
having count(*) > 0
"""


def installed(db: psycopg.Connection[Any]) -> Kind | None:
    """How this database believes app.current_user; None where there is no Twinbook."""
    found = db.execute(_INSTALLED).fetchone()
    return found[0] if found else None


class KeptTokens:
    """Tokens from a source that makes them for a known time: each is kept for half of it."""

    def __init__(self, source: TokenSource, lifetime: timedelta) -> None:
        self._source = source
        self._keep = lifetime.total_seconds() / 2
        self._kept: dict[tuple[str, Opens], tuple[float, str]] = {}
        self._lock = threading.Lock()

    def __call__(self, user: str, opens: Opens) -> str:
        """A token that is good for at least half its life."""
        with self._lock:
            until, token = self._kept.get((user, opens), (0.0, ""))
        if time.monotonic() < until:
            return token
        asked = time.monotonic()
        token = self._source(user, opens)
        with self._lock:
            self._kept = {key: kept for key, kept in self._kept.items() if kept[0] > asked}
            self._kept[user, opens] = (asked + self._keep, token)
        return token

    def forget(self, user: str) -> None:
        """Drops a user's tokens: one of them was refused."""
        with self._lock:
            self._kept = {key: kept for key, kept in self._kept.items() if key[0] != user}
