"""What the database refuses, as exceptions: one class a code, mapped from SQLSTATE here only.

The codes and their meanings are the database's, in the view shared_data.error_codes; a test
compares them with the classes below.
"""

import psycopg
from psycopg_pool import PoolTimeout, TooManyRequests


class TwinbookError(Exception):
    """Something that the database refused or that failed; ``code`` is its SQLSTATE.

    ``detail`` tells more, ``hint`` what to do next; either may be empty.
    """

    code: str = ""

    def __init__(self, message: str, detail: str = "", hint: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail
        self.hint = hint
        self.code = code or type(self).code

    def __str__(self) -> str:
        said = "; ".join(part for part in (self.message, self.detail, self.hint) if part)
        return f"{self.code}: {said}" if self.code else said


class Immutable(TwinbookError):
    """A fact or a term that never changes."""

    code = "TB001"


class TransitionNotAllowed(TwinbookError):
    """This status can't follow that one."""

    code = "TB002"


class BadArgument(TwinbookError):
    """An unknown word, or a value that makes no sense."""

    code = "TB400"


class NoUser(TwinbookError):
    """No user is set, or one who is unknown or not active."""

    code = "TB401"


class NotPermitted(TwinbookError):
    """This user, or this mode, may not do it."""

    code = "TB403"


class NotVisible(TwinbookError):
    """It doesn't exist, or it isn't yours."""

    code = "TB404"


class StaleVersion(TwinbookError):
    """Somebody edited it since you read it."""

    code = "TB409"


class KeyReused(TwinbookError):
    """The idempotency key belongs to another request."""

    code = "TB412"


class StateForbids(TwinbookError):
    """It makes sense, but not now."""

    code = "TB422"


class LiveNotConfirmed(TwinbookError):
    """A live order needs one more yes."""

    code = "TB428"


class NoMarketData(TwinbookError):
    """There is no price to work with."""

    code = "TB503"


class NoPrivilege(NotPermitted):
    """Postgres itself refused it: the role has no right to it."""

    code = "42501"


class TryAgain(TwinbookError):
    """Nothing was kept, since somebody else was in the way; the same request may pass now."""


class Disconnected(TwinbookError):
    """The server can't be reached, or it broke off; what wasn't committed isn't there."""


CODES: dict[str, type[TwinbookError]] = {
    kind.code: kind
    for kind in (
        Immutable,
        TransitionNotAllowed,
        BadArgument,
        NoUser,
        NotPermitted,
        NotVisible,
        StaleVersion,
        KeyReused,
        StateForbids,
        LiveNotConfirmed,
        NoMarketData,
    )
}

# What Postgres itself refuses: by the whole code, else by its class.
_POSTGRES: dict[str, tuple[type[TwinbookError], str]] = {
    "42501": (NoPrivilege, "Use a login of that book; what a user may change has a verb."),
    "22": (BadArgument, ""),
    "23": (BadArgument, ""),
    "25P02": (TwinbookError, "Open a new session: after an error nothing of this one is kept."),
    "25P03": (Disconnected, "The transaction stood idle for too long; keep sessions short."),
    "40": (TryAgain, "Nothing was kept; try again."),
    "53": (TryAgain, "The server is short of connections, memory or disk."),
    "55P03": (TryAgain, "Somebody else holds it; try again."),
    "57014": (TryAgain, "It took too long, or was canceled; nothing was kept."),
    "08": (Disconnected, "Nothing was kept; try again."),
    "57P": (Disconnected, "The server is stopping or starting; try again."),
    "28": (Disconnected, "Check the address, the login and its password."),
    "3D000": (Disconnected, "Check the name in the address."),
    "3F000": (TwinbookError, "Is Twinbook installed here? Run `twinbook migrate`."),
    "42704": (TwinbookError, "Is Twinbook installed here? Run `twinbook migrate`."),
    "42883": (TwinbookError, "Is this database of another version? Run `twinbook migrate`."),
}


def from_database(error: psycopg.Error) -> TwinbookError:
    """The exception that says what this error of psycopg's means."""
    code = error.sqlstate
    if code is None:
        return _from_client(error)
    said = error.diag
    kind, hint = CODES.get(code, TwinbookError), ""
    if kind is TwinbookError:
        known = (_POSTGRES[code[:length]] for length in (5, 3, 2) if code[:length] in _POSTGRES)
        kind, hint = next(known, (TwinbookError, ""))
    return kind(
        said.message_primary or str(error),
        said.message_detail or "",
        hint or said.message_hint or "",
        code,
    )


def _from_client(error: psycopg.Error) -> TwinbookError:
    # Without an SQLSTATE it is psycopg's own word: about a value, or about the connection.
    if isinstance(error, PoolTimeout | TooManyRequests):
        hint = "All are taken, or the server is down: end sessions sooner, or raise max_size."
        return Disconnected("no connection became free in time", hint=hint)
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        hint = "Check the address; `twinbook up` starts the project's own server."
        return Disconnected(f"can't connect: {error}", hint=hint)
    return BadArgument(str(error))
