"""Application logins on a test's database, and the few words that its stories are told in.

Only set-up is done as the installer. A trader's login is a member of twinbook_paper and of nothing
else, the one for prices of twinbook_market_data.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import astuple, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import conninfo, sql
from psycopg.rows import namedtuple_row

Db = psycopg.Connection[Any]

TRADER = "twinbook_test_trader"
PRICES = "twinbook_test_prices"
_PASSWORD = "only-for-tests"  # noqa: S105
_PATH = "paper_trading,shared_data,pg_temp"


@dataclass(frozen=True)
class Quote:
    """One quote as it is fed, in the order of the type shared_data.quote."""

    symbol: str
    bid: Decimal | None = None
    ask: Decimal | None = None
    last: Decimal | None = None
    volume: Decimal | None = None
    quoted_at: datetime | None = None
    bid_size: Decimal | None = None
    ask_size: Decimal | None = None


class Desk:
    """A migrated database with its logins; closes the connections that it gave out."""

    def __init__(self, url: str, stack: ExitStack) -> None:
        self.url = url
        self._stack = stack

    def installer(self) -> Db:
        """For set-up only."""
        return self._stack.enter_context(
            psycopg.connect(self.url, autocommit=True, row_factory=namedtuple_row)
        )

    def trader(self, person: str = "", **settings: str) -> Db:
        """An application's connection that acts for a person; without one, for nobody."""
        if person:
            settings["app.current_user"] = person
        return self._login(TRADER, settings)

    def prices(self, **settings: str) -> Db:
        """The connection of whoever feeds prices."""
        return self._login(PRICES, settings)

    def login_url(self) -> str:
        """A trader's address, for a program of its own."""
        return conninfo.make_conninfo(self.url, user=TRADER, password=_PASSWORD)

    def register(self, *people: str) -> None:
        """New users, all ACTIVE."""
        with self.installer() as db:
            db.execute(
                "select identity.register_user(person) from unnest(%s::text[]) as person",
                [[*people]],
            )

    def add_instruments(self, *symbols: str, **terms: object) -> None:
        """Equities in dollars, with a tick of a cent unless said otherwise."""
        named = "".join(f", {name} => %({name})s" for name in terms)
        with self.installer() as db:
            for symbol in symbols:
                verb = f"shared_data.add_instrument(%(symbol)s, 'equity', 'USD'{named})"
                db.execute(f"select {verb}".encode(), terms | {"symbol": symbol})

    def faults(self) -> list[Any]:
        """What doesn't verify in the paper book, seen by the installer; nothing is right."""
        with psycopg.connect(self.url) as db:
            bad = "select * from paper_trading.differences()"
            broken = (
                "select * from oversight.verify_book('paper') "
                "where not (rebuilt_equals_stored and chain_intact)"
            )
            return [*db.execute(bad), *db.execute(broken)]

    def _login(self, role: str, settings: dict[str, str]) -> Db:
        options = " ".join(f"-c {k}={v}" for k, v in ({"search_path": _PATH} | settings).items())
        return self._stack.enter_context(
            psycopg.connect(
                self.url,
                user=role,
                password=_PASSWORD,
                options=options,
                autocommit=True,
                row_factory=namedtuple_row,
            )
        )


@contextmanager
def open_desk(url: str) -> Iterator[Desk]:
    """The logins made, where they aren't there yet: roles belong to the cluster."""
    with psycopg.connect(url, autocommit=True) as db:
        for login, group in ((TRADER, "twinbook_paper"), (PRICES, "twinbook_market_data")):
            if not db.execute("select from pg_roles where rolname = %s", [login]).fetchall():
                db.execute(
                    sql.SQL("create role {} login password {} in role {}").format(
                        sql.Identifier(login), _PASSWORD, sql.Identifier(group)
                    )
                )
    with ExitStack() as stack:
        yield Desk(url, stack)


def one(db: Db, query: str, *values: object) -> Any:
    """The only row of a query."""
    (row,) = db.execute(query.encode(), values).fetchall()
    return row


def place(db: Db, symbol: str, side: str, quantity: object, **terms: object) -> Any:
    """An order as place_order returns it."""
    named = "".join(f", {name} => %({name})s" for name in terms)
    return db.execute(
        f"select * from place_order(%(symbol)s, %(side)s, %(quantity)s{named})".encode(),
        terms | {"symbol": symbol, "side": side, "quantity": quantity},
    ).fetchone()


def order(db: Db, order_id: str) -> Any:
    """An order as it stands, after all that is committed."""
    return one(db, "select * from orders where order_id = %s", order_id)


def replay(db: Db, feed: str, quotes: Sequence[Quote]) -> None:
    """Quotes into a feed of one's own, in one call."""
    _feed(db, "replay_quotes(%s, quotes)", feed, quotes)


def record(db: Db, quotes: Sequence[Quote], feed: str = "realtime") -> None:
    """Quotes into a shared feed, in one call."""
    _feed(db, "record_quotes(feed => %s, quotes => quotes)", feed, quotes)


def _feed(db: Db, call: str, feed: str, quotes: Sequence[Quote]) -> None:
    columns = [list(column) for column in zip(*map(astuple, quotes), strict=True)]
    db.execute(
        f"select shared_data.{call} from (select array_agg(row(q.symbol, q.bid, q.ask, q.last, "
        "q.volume, coalesce(q.quoted_at, clock_timestamp()), q.bid_size, q.ask_size)"
        "::shared_data.quote order by q.place) as quotes from unnest(%s::text[], %s::numeric[], "
        "%s::numeric[], %s::numeric[], %s::numeric[], %s::timestamptz[], %s::numeric[], "
        "%s::numeric[]) with ordinality as q (symbol, bid, ask, last, volume, quoted_at, "
        "bid_size, ask_size, place)) as batch".encode(),
        [feed, *columns],
    )
