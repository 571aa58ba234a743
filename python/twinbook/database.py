"""Says who is asking: a pool of connections, and transactions that begin by naming their user."""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar

import psycopg
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool

from twinbook.access_log import AccessLog
from twinbook.books import BOOKS, Mode, other_than, search_path
from twinbook.errors import Disconnected, NoUser, TwinbookError, from_database
from twinbook.identity import LIFETIME, KeptTokens, Opens, TokenSource, installed
from twinbook.session import Session
from twinbook.verbs import Administration, Book, BrokerWork, Logins, MarketData

# A login that belongs to this group alone stays itself, as does one that can't take it and whose
# own group will do. Every other takes on the group's rights and no more: an installer, or a login
# that may use both books.
_SAY_WHO = """
select set_config('app.current_user', %(user)s, true),
       set_config('search_path', %(path)s, true),
       case when %(confirm_live)s <> ''
            then set_config('app.confirm_live_trade', %(confirm_live)s, true) end,
       case when pg_has_role(session_user, %(not_also)s, 'usage')
              or not case when pg_has_role(session_user, %(group)s, 'member')
                          then pg_has_role(session_user, %(group)s, 'usage')
                          else pg_has_role(session_user, %(will_do)s, 'usage') end
            then set_config('role', %(group)s, true) end
"""

_LOG = logging.getLogger(__name__)

S = TypeVar("S", bound=Session)

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
    def session(
        self, user: str, mode: Mode = "paper", *, confirm_live: bool = False
    ) -> Iterator[Book]:
        """One transaction of a user's in a book, with that book's rights and names.

        ``confirm_live`` is the yes that each live order needs which increases exposure. Where the
        identity is signed, the user proves himself by a token. Raises NoPrivilege where the login
        may not use the book, NoUser where no token is to be had.
        """
        if mode not in BOOKS:
            raise ValueError(f"there is no book {mode}; the books are {', '.join(BOOKS)}")
        who = _who_in(mode, self.says(user, mode))
        who["confirm_live"] = "true" if confirm_live and mode == "live" else ""
        with self._transaction(who, Book, AccessLog(mode)) as book:
            try:
                yield book
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
        with self._transaction(who, Administration, AccessLog()) as administration:
            yield administration

    @contextmanager
    def market_data(self) -> Iterator[MarketData]:
        """One transaction of market data's: instruments, fees, shared feeds and their quotes."""
        who = _who("twinbook_market_data", "twinbook_engine", "shared_data, pg_temp", "")
        with self._transaction(who, MarketData, AccessLog()) as market_data:
            yield market_data

    @contextmanager
    def broker_work(self, said: str = "") -> Iterator[BrokerWork]:
        """One transaction of a broker worker's, for the user whose account it holds.

        ``said`` is what worker_identity gave for him.
        """
        path = "live_trading, shared_data, pg_temp"
        who = _who("twinbook_broker", "twinbook_engine", path, said)
        with self._transaction(who, BrokerWork, AccessLog()) as work:
            yield work

    @contextmanager
    def logins(self) -> Iterator[Logins]:
        """One transaction of the login service's, which says who has logged in."""
        who = _who("twinbook_login", "twinbook_engine", "identity, pg_temp", "")
        with self._transaction(who, Logins, AccessLog(can_read=False)) as logins:
            yield logins

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
    def _transaction(self, who: dict[str, str], kind: type[S], accesses: AccessLog) -> Iterator[S]:
        is_open = False
        try:
            with self._ready(who) as connection:
                is_open = True
                try:
                    yield kind(connection, accesses)
                    if connection.info.transaction_status == TransactionStatus.INERROR:
                        # COMMIT would roll back without a word.
                        raise TwinbookError(
                            "nothing of this session was kept, since a statement in it failed",
                            hint="Let the error end the session, then open a new one.",
                            code="25P02",
                        )
                    if accesses:
                        _commit_with(accesses, connection, who)
                except BaseException:
                    if accesses:
                        _tell_after_all(accesses, connection, who)
                    raise
        except psycopg.errors.InsufficientPrivilege as error:
            if accesses.mode and not is_open:
                self._report_opening(accesses.mode, who["user"])
            raise from_database(error) from error
        except psycopg.Error as error:
            raise from_database(error) from error

    def _report_opening(self, mode: Mode, user: str) -> None:
        """A login that may not use a book tried to: a crossing, from the book that it may use."""
        own = other_than(mode)
        accesses = AccessLog(own)
        accesses.note_crossing(_SAY_WHO)
        with self._pool.connection() as connection:
            _tell_after_all(accesses, connection, _who_in(own, user))

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
        "confirm_live": "",
    }


def _who_in(mode: Mode, user: str) -> dict[str, str]:
    return _who(f"twinbook_{mode}", f"twinbook_{other_than(mode)}", search_path(mode), user)


def _commit_with(
    accesses: AccessLog, connection: psycopg.Connection[Any], who: dict[str, str]
) -> None:
    """Logs and commits, in one round trip."""
    with connection.pipeline():
        if connection.info.transaction_status == TransactionStatus.IDLE:
            # Its own statement ended the transaction, and who was asking with it.
            connection.execute(_SAY_WHO, who)
        accesses.send(connection)
        connection.execute("commit")  # commit() would wait for it, and then the pipeline again
    accesses.clear()


def _tell_after_all(
    accesses: AccessLog, connection: psycopg.Connection[Any], who: dict[str, str]
) -> None:
    """What was tried is told, though nothing else of the session is kept."""
    try:
        connection.rollback()
        _commit_with(accesses, connection, who)
    except psycopg.Error as error:
        _LOG.warning("a session's accesses were not logged: %s", error)
