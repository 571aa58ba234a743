"""Says who is asking: a pool of connections, and transactions that begin by naming their user."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool

from twinbook.books import BOOKS, Mode, search_path
from twinbook.errors import Disconnected, NoUser, TwinbookError, from_database
from twinbook.identity import LIFETIME, KeptTokens, Opens, TokenSource, installed
from twinbook.verbs import Administration, Book, Logins, MarketData

# A login that belongs to this group alone stays itself, as does one that can't take it and whose
# own group will do. Every other takes on the group's rights and no more: an installer, or a login
# that may use both books.
_SAY_WHO = """
select set_config('app.current_user', %(user)s, true),
       set_config('search_path', %(path)s, true),
       case when pg_has_role(session_user, %(not_also)s, 'usage')
              or not case when pg_has_role(session_user, %(group)s, 'member')
                          then pg_has_role(session_user, %(group)s, 'usage')
                          else pg_has_role(session_user, %(will_do)s, 'usage') end
            then set_config('role', %(group)s, true) end
"""

_CHECK_ADDRESS = "Check the address; `twinbook up` starts the project's own server."


class Database:
    """Connections to one database, shared by threads. Close it, or use it in ``with``."""

    def __init__(
        self,
        url: str,
        min_size: int = 0,
        max_size: int = 10,
        timeout: float = 30,
        prepare_threshold: int | None = None,
        token: TokenSource | None = None,
        login_url: str | None = None,
    ) -> None:
        try:
            # First by itself, for the reason of a failure: a pool would only go on trying.
            with psycopg.connect(url) as first:
                self.identity = installed(first)
                self._login = (first.execute("select session_user").fetchone() or ("",))[0]
        except psycopg.Error as error:
            raise Disconnected(f"can't connect: {error}", hint=_CHECK_ADDRESS) from error
        self._pool = ConnectionPool(
            url,
            min_size=min_size,
            max_size=max_size,
            timeout=timeout,
            kwargs={"prepare_threshold": prepare_threshold},
            open=True,
        )
        self._login_url = login_url
        self._service: Database | None = None
        self._opening = threading.Lock()
        self._token = token or (KeptTokens(self._mint, LIFETIME) if login_url else None)

    @contextmanager
    def session(self, user: str, mode: Mode = "paper") -> Iterator[Book]:
        """One transaction of a user's in a book, with that book's rights and names.

        Where the identity is signed, the user proves himself by a token. Raises NoPrivilege where
        the login may not use the book, NoUser where no token is to be had.
        """
        if mode not in BOOKS:
            raise ValueError(f"there is no book {mode}; the books are {', '.join(BOOKS)}")
        other = "live" if mode == "paper" else "paper"
        said = self.says(user, mode)
        who = _who(f"twinbook_{mode}", f"twinbook_{other}", search_path(mode), said)
        with self._transaction(who) as connection:
            try:
                yield Book(connection)
            except NoUser:
                if isinstance(self._token, KeptTokens):
                    self._token.forget(user)  # Its key may be gone, or he was closed.
                raise

    @contextmanager
    def administration(self, user: str = "") -> Iterator[Administration]:
        """One transaction of an administrator's: the user given, else the login itself.

        An auditor's login stays one, and may verify.
        """
        path = "identity, shared_data, pg_temp"
        said = self.says(user, "administration")
        who = _who("twinbook_admin", "twinbook_engine", path, said, "twinbook_auditor")
        with self._transaction(who) as connection:
            yield Administration(connection)

    @contextmanager
    def market_data(self) -> Iterator[MarketData]:
        """One transaction of market data's: instruments, fees, shared feeds and their quotes."""
        who = _who("twinbook_market_data", "twinbook_engine", "shared_data, pg_temp", "")
        with self._transaction(who) as connection:
            yield MarketData(connection)

    @contextmanager
    def logins(self) -> Iterator[Logins]:
        """One transaction of the login service's, which says who has logged in."""
        who = _who("twinbook_login", "twinbook_engine", "identity, pg_temp", "")
        with self._transaction(who) as connection:
            yield Logins(connection)

    def says(self, user: str, opens: Opens) -> str:
        """What app.current_user has to hold for this user: his name, or a token. Raises NoUser."""
        if not user or self.identity != "signed":
            return user
        if self._token is None:
            raise NoUser(
                "this database takes no names, but tokens of its login service",
                hint="Give connect() a token= or a login_url=, or set TWINBOOK_LOGIN_URL.",
            )
        return self._token(user, opens)

    def close(self) -> None:
        """Closes every connection."""
        if self._service:
            self._service.close()
        self._pool.close()

    def _mint(self, user: str, opens: Opens) -> str:
        # Bound to this database's own login, so that no other can make use of it.
        with self._opening:
            if self._service is None:
                self._service = Database(self._login_url or "", max_size=2)
        with self._service.logins() as desk:
            return desk.mint_token(user, opens, lifetime=LIFETIME, login=self._login)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _transaction(self, who: dict[str, str]) -> Iterator[psycopg.Connection[Any]]:
        try:
            with self._ready(who) as connection:
                yield connection
                if connection.info.transaction_status == TransactionStatus.INERROR:
                    # COMMIT would roll back without a word.
                    raise TwinbookError(
                        "nothing of this session was kept, since a statement in it failed",
                        hint="Let the error end the session, then open a new one.",
                        code="25P02",
                    )
        except psycopg.Error as error:
            raise from_database(error) from error

    @contextmanager
    def _ready(self, who: dict[str, str]) -> Iterator[psycopg.Connection[Any]]:
        """A connection whose transaction has begun and knows who is asking: one round trip."""
        for more in range(self._pool.max_size, -1, -1):
            with self._pool.connection() as connection:
                try:
                    with connection.pipeline():
                        connection.execute(_SAY_WHO, who)
                except psycopg.OperationalError:
                    if connection.broken and more:
                        continue  # It died while idle, and nothing was asked of it yet.
                    raise
                yield connection
                return


def connect(
    url: str,
    *,
    min_size: int = 0,
    max_size: int = 10,
    timeout: float = 30,
    prepare_threshold: int | None = None,
    token: TokenSource | None = None,
    login_url: str | None = None,
) -> Database:
    """Opens a pool on any libpq address. Raises Disconnected.

    Where the identity is signed, ``token`` is asked, with a user and ``paper``, ``live`` or
    ``administration``, for each session's token. Without it they come from ``login_url``, else
    TWINBOOK_LOGIN_URL, the address of a login that may mint them, and are kept for some minutes.

    ``timeout`` is how many seconds a session waits for a free connection. ``prepare_threshold``
    stays None behind PgBouncer before 1.21; straight to Postgres, 5 saves some planning.
    """
    login_url = login_url or os.environ.get("TWINBOOK_LOGIN_URL") or None
    return Database(url, min_size, max_size, timeout, prepare_threshold, token, login_url)


def _who(group: str, not_also: str, path: str, user: str, will_do: str = "") -> dict[str, str]:
    return {
        "group": group,
        "not_also": not_also,
        "will_do": will_do or group,
        "path": path,
        "user": user,
    }
