"""What a session's own statements leave behind: rows of the data access log, and crossings.

Both are sent together with the commit, so they cost no round trip; where a session ends by an
error they follow the rollback, in a transaction of their own.
"""

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import psycopg
from sqlparse import lexer
from sqlparse import tokens as token

from twinbook.books import BOOKS, Mode, other_than

_SCHEMA = re.compile(
    rf'\b(identity|shared_data|oversight|prop_firm|{"|".join(BOOKS.values())})"?\s*\.',
    re.IGNORECASE,
)
_LOG = "select shared_data.log_access(%s::bytea[], %s::text[], %s::text[], %s)"
_REPORT = "select oversight.report_crossing(%s, %s::bytea)"


class Access(NamedTuple):
    """One statement: its sha256, what it does, and the schemas that it names, by commas."""

    sha256: bytes
    kind: str
    schemas: str


class AccessLog:
    """The statements of one session that aren't logged yet; of one that can read nothing, none."""

    def __init__(self, mode: Mode | None = None, can_read: bool = True) -> None:
        self._can_read = can_read
        self.mode = mode
        self._accesses: list[Access] = []
        self._crossing: bytes | None = None

    def __bool__(self) -> bool:
        return bool(self._accesses or self._crossing)

    def note(self, query: str) -> None:
        """A statement of one's own is about to run."""
        if self._can_read:
            own = BOOKS[self.mode] if self.mode else "shared_data"
            self._accesses.append(_described(query, own))

    def note_refusal(self, query: str, error: psycopg.Error) -> None:
        """A statement was refused: a crossing, if what it lacked a right to is the other book."""
        if self.mode and error.sqlstate == "42501":
            other = other_than(self.mode)
            names = rf"\b({BOOKS[other]}|twinbook_{other})\b"
            if re.search(names, f"{error}\n{query}", re.IGNORECASE):
                self.note_crossing(query)

    def note_crossing(self, query: str) -> None:
        """A statement reached for the other book, and was refused."""
        self._crossing = _sha256(query)

    def send(self, connection: psycopg.Connection[Any]) -> None:
        """Tells the database, as the user of the connection's transaction."""
        if self._accesses:
            columns = [list(column) for column in zip(*self._accesses, strict=True)]
            connection.execute(_LOG, [*columns, self.mode])
        if self._crossing:
            connection.execute(_REPORT, [self.mode, self._crossing])

    def clear(self) -> None:
        """All of it is committed."""
        self._accesses, self._crossing = [], None


@lru_cache(maxsize=1024)
def _described(query: str, own: str) -> Access:
    named = sorted({name.lower() for name in _SCHEMA.findall(query)})
    return Access(_sha256(query), _kind(query), ",".join(named or [own]))


def _sha256(query: str) -> bytes:
    return hashlib.sha256(query.encode(errors="backslashreplace")).digest()


def _kind(query: str) -> str:
    """The first word; of a ``with``, the statement's that its queries are for."""
    depth, is_with = 0, False
    pieces: Iterator[tuple[Any, str]] = lexer.tokenize(query)  # type: ignore[no-untyped-call]
    for kind, text in pieces:
        if text in ("(", ")"):
            depth += 1 if text == "(" else -1
        elif kind in token.Keyword.CTE:
            is_with = True
        elif (kind in token.Keyword.DML if is_with and depth == 0 else not is_with) and (
            re.fullmatch("[a-z]{1,30}", text, re.IGNORECASE)
        ):
            return text.lower()
    return "unknown"
