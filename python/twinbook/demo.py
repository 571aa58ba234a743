"""A year of real prices, two traders, and proof of what neither of them can do.

The story runs on a server of its own, which always begins empty, so it is the same every time.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import psycopg
from psycopg import conninfo

from twinbook import errors, logins
from twinbook.database import connect
from twinbook.migrate import migrate
from twinbook.prices import PriceFile
from twinbook.replay import close_of, in_time_order, moment_of, open_for_bars
from twinbook.rows import Order, Quote
from twinbook.session import Session
from twinbook.verbs import Book

FILES = Path(__file__).parent / "data" / "prices"
SYMBOLS = {"AAPL": "Apple", "GOOG": "Google", "MSFT": "Microsoft"}
TRADERS = {"alice": 100_000, "bob": 50_000}
FEED = "y2012"
_LOGIN = "twinbook_demo"

Orders = dict[str, Order]


@dataclass(frozen=True)
class Act:
    """What a trader does on a day, once the market has opened."""

    day: date
    trader: str
    tells: str
    key: str
    do: Callable[[Book, Orders], Order]


@dataclass(frozen=True)
class Claim:
    """Something that was tried, and what came of it."""

    says: str
    shown: str
    holds: bool


def _act(
    day: str, trader: str, tells: str, key: str, symbol: str, side: str, quantity: int, **terms: Any
) -> Act:
    def do(book: Book, _: Orders) -> Order:
        return book.place_order(symbol, side, quantity, idempotency_key=key, **terms)

    return Act(date.fromisoformat(day), trader, tells, key, do)


def _lower_the_limit(book: Book, orders: Orders) -> Order:
    offer = orders["offer"]
    return book.replace_order(offer.order_id, offer.version, limit_price=Decimal(600))


_GTC = {"time_in_force": "GTC"}
_LIMIT = {"order_type": "limit"}
_STOP = {"order_type": "stop", **_GTC}
_SWING = {"strategy": "swing"}

ACTS = [
    _act("2012-01-03", "alice", "buys at the market", "apple", "AAPL", "buy", 100),
    _act("2012-01-03", "alice", "buys at the market", "google", "GOOG", "buy", 50),
    _act("2012-01-05", "alice", "guards it with a stop, and it gaps", "guard", "GOOG", "sell", 50,
         stop_price=Decimal(600), **_STOP),
    _act("2012-01-25", "alice", "enters with a bracket, 425 to 500", "swing", "AAPL", "buy", 20,
         stop_loss=Decimal(425), take_profit=Decimal(500), **_SWING),
    _act("2012-02-01", "alice", "offers half, then lowers her limit", "offer", "AAPL", "sell", 50,
         limit_price=Decimal(620), **_LIMIT, **_GTC),
    Act(date(2012, 3, 1), "alice", "", "offer", _lower_the_limit),
    _act("2012-03-30", "alice", "asks for more than she can pay", "greed", "AAPL", "buy", 1000),
    _act("2012-05-04", "bob", "bids below the market", "bid", "MSFT", "buy", 500,
         limit_price=Decimal(30), **_LIMIT, **_GTC),
    _act("2012-05-18", "bob", "guards it with a stop, and it gaps", "guard", "MSFT", "sell", 500,
         stop_price=Decimal("27.50"), **_STOP),
    _act("2012-06-04", "alice", "bids far below, for the day", "dip", "MSFT", "buy", 100,
         limit_price=Decimal(25), **_LIMIT),
    _act("2012-07-24", "bob", "bids at once or not at all", "now", "AAPL", "buy", 10,
         limit_price=Decimal(550), time_in_force="IOC", **_LIMIT),
    _act("2012-08-01", "bob", "buys the break-out, by a stop", "break", "AAPL", "buy", 20,
         stop_price=Decimal(620), **_STOP),
    _act("2012-09-19", "alice", "takes some profit", "profit", "AAPL", "sell", 25),
    _act("2012-10-01", "alice", "enters with a bracket, 640 to 720", "again", "AAPL", "buy", 10,
         stop_loss=Decimal(640), take_profit=Decimal(720), **_SWING),
    _act("2012-12-03", "alice", "still waits for it at year's end", "patience", "AAPL", "buy", 20,
         limit_price=Decimal(480), **_LIMIT, **_GTC),
]  # fmt: skip


class Demo:
    """The story on one database, which it installs; traders come by an application's login."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.orders: dict[str, Orders] = {trader: {} for trader in TRADERS}
        self._closing = ExitStack()
        migrate(url)
        logins.add(url, _LOGIN, "paper")
        self.installer = self._closing.enter_context(connect(url))
        application = conninfo.make_conninfo(url, user=_LOGIN)
        self.application = self._closing.enter_context(connect(application))
        self.days = self._set_up()

    def close(self) -> None:
        """Closes its connections."""
        self._closing.close()

    def _set_up(self) -> list[list[list[Quote]]]:
        """Instruments, users, portfolios; returns each day's quotes, moment by moment."""
        with self.installer.market_data() as market:
            market.add_fee(
                "demo", "equity", "commission", "unit", Decimal("0.005"), "made up", minimum=1
            )
            for symbol, name in SYMBOLS.items():
                market.add_instrument(symbol, "equity", "USD", name=name, venue="demo")
            streams = [
                PriceFile(FILES / f"{symbol}_2012_daily.csv").quotes(
                    symbol, close_of(market, symbol)
                )
                for symbol in SYMBOLS
            ]
        with self.installer.administration() as administration:
            for trader in TRADERS:
                administration.register_user(trader)
        for trader, dollars in TRADERS.items():
            with self.application.session(trader) as book:
                open_for_bars(book, FEED)
                book.open_portfolio("main", feed=FEED, initial_balances={"USD": dollars})
        moments = [list(quotes) for _, quotes in groupby(in_time_order(streams), moment_of)]
        return [
            list(day) for _, day in groupby(moments, lambda quotes: moment_of(quotes[0]).date())
        ]

    def play(self) -> Iterator[date]:
        """Replays the year, a day at a time: the open, then what the traders do, then the rest."""
        for first, *rest in self.days:
            today = moment_of(first[0]).date()
            later = [quote for quotes in rest for quote in quotes]
            for trader, orders in self.orders.items():
                with self.application.session(trader) as book:
                    book.replay_quotes(FEED, first)
                    for act in ACTS:
                        if (act.day, act.trader) == (today, trader):
                            orders[act.key] = act.do(book, orders)
                    book.replay_quotes(FEED, later)
            yield today

    def story(self) -> list[dict[str, Any]]:
        """The acts, and how each order stands now."""
        told = []
        for act in ACTS:
            if act.tells:
                order_id = self.orders[act.trader][act.key].order_id
                with self.application.session(act.trader) as book:
                    found = book.execute("select * from orders where order_id = %s", [order_id])
                told.append({"day": act.day, "who": act.trader, "tells": act.tells, **found[0]})
        return told

    def moves(self, key: str) -> list[dict[str, Any]]:
        """The moves of the trade that an act of alice's began."""
        query = "select m.* "
        query += "from state_transitions as m where trade_id = %s order by seq, part"
        with self.application.session("alice") as book:
            return book.execute(query, [self.orders["alice"][key].trade_id])

    def of_everybody(self, query: str) -> list[dict[str, Any]]:
        """One query, asked by each trader in turn: each sees his own."""
        rows = []
        for trader in TRADERS:
            with self.application.session(trader) as book:
                rows += book.execute(query)
        return rows

    def claims(self) -> Iterator[Claim]:
        """Tries what must not be possible, one thing after the other."""
        yield self._bob_sees_none_of_alice()
        yield self._bob_cancels_none_of_alice()
        yield from self._paper_never_touches_live()
        yield from self._executed_rows_never_change()
        yield from self._keys_are_used_once()
        yield from self._the_book_is_whole()

    def _bob_sees_none_of_alice(self) -> Claim:
        tables = ["portfolios", "balances", "orders", "executions", "ledger_entries", "positions"]
        tables += ["audit_log", "shared_data.quotes", "identity.users"]
        mine = theirs = 0
        with self.application.session("bob") as book:
            for table in tables:
                found = book.execute(
                    f"select count(*) filter (where username = 'bob') as mine, "
                    f"count(*) filter (where username = 'alice') as theirs from {table}"
                )[0]
                mine, theirs = mine + found["mine"], theirs + found["theirs"]
        return Claim(
            "bob sees none of alice's rows",
            f"in {len(tables)} tables {mine} rows of his own, {theirs} of hers",
            mine > 0 and theirs == 0,
        )

    def _bob_cancels_none_of_alice(self) -> Claim:
        hers = self.orders["alice"]["patience"].order_id
        return self._refused(
            "he can't cancel her order, even by its id",
            errors.NotVisible,
            "bob",
            lambda book: book.cancel_order(hers),
        )

    def _paper_never_touches_live(self) -> Iterator[Claim]:
        yield self._refused(
            "a paper session can't read live_trading",
            errors.NoPrivilege,
            "alice",
            lambda book: book.execute("select * from live_trading.orders"),
        )
        yield self._refused(
            "nor place an order there",
            errors.NoPrivilege,
            "alice",
            lambda book: book.execute("select * from live_trading.place_order('AAPL', 'buy', 1)"),
        )
        yield self._refused(
            "nor become a live session",
            errors.NoPrivilege,
            "alice",
            lambda book: book.execute("set role twinbook_live"),
        )

    def _executed_rows_never_change(self) -> Iterator[Claim]:
        change = "update paper_trading.executions set price = price * 2"
        yield self._refused(
            "alice can't change a fill", errors.NoPrivilege, "alice",
            lambda book: book.execute(change),
        )  # fmt: skip
        for query in (change, "delete from paper_trading.executions"):
            with _as_superuser(self.url) as installer:
                yield _claim(
                    f"nor can the superuser {query.split()[0]} one",
                    errors.Immutable,
                    lambda query=query: installer.execute(query),  # type: ignore[misc]
                )

    def _keys_are_used_once(self) -> Iterator[Claim]:
        first = self.orders["alice"]["apple"]
        count = "select count(*) as orders, max(audit_seq) as events, max(order_seq) as numbers "
        count += "from portfolios join orders using (username, portfolio_id)"
        with self.application.session("alice") as book:
            before = book.execute(count)
            again = book.place_order("AAPL", "buy", 100, idempotency_key="apple")
            after = book.execute(count)
        yield Claim(
            "replaying an idempotency key changes nothing",
            f"the first order again, {again.status}; still {after[0]['orders']} orders, "
            f"{after[0]['events']} events",
            again.order_id == first.order_id and before == after,
        )
        yield self._refused(
            "and the key serves no other request",
            errors.KeyReused,
            "alice",
            lambda book: book.place_order("AAPL", "buy", 101, idempotency_key="apple"),
        )

    def _the_book_is_whole(self) -> Iterator[Claim]:
        with self.installer.administration() as administration:
            verified = administration.verify_book("paper")
        yield Claim(
            "the book verifies: every audit chain is intact",
            f"{len(verified)} portfolios, {sum(row.events or 0 for row in verified)} events",
            len(verified) == len(TRADERS) and all(row.chain_intact for row in verified),
        )
        yield Claim(
            "and its state is what the events say",
            "rebuilt equals stored",
            all(row.rebuilt_equals_stored for row in verified),
        )
        with _as_superuser(self.url) as installer:
            sums = installer.execute(_SUMS)[0]
        yield Claim(
            "balances and positions equal the sums of their facts",
            f"{sums['balances']} balances, {sums['positions']} positions, {sums['wrong']} wrong",
            sums["balances"] > 0 and sums["positions"] > 0 and sums["wrong"] == 0,
        )
        with _as_superuser(self.url) as installer:
            installer.execute("select oversight.open_maintenance('the demo', '1 minute')")
            installer.execute("alter table paper_trading.audit_log disable trigger user")
            installer.execute(
                "update paper_trading.audit_log set details = '{}' "
                "where username = 'alice' and seq = 3"
            )
            found = installer.execute(
                "select username, first_bad_seq from paper_trading.verify() where not chain_intact"
            )
        yield Claim(
            "a superuser who switches the guards off is found out",
            "; ".join(
                f"chain of {row['username']} breaks at {row['first_bad_seq']}" for row in found
            ),
            found == [{"username": "alice", "first_bad_seq": 3}],
        )

    def _refused(
        self,
        says: str,
        kind: type[errors.TwinbookError],
        trader: str,
        attempt: Callable[[Book], object],
    ) -> Claim:
        def run() -> None:
            with self.application.session(trader) as book:
                attempt(book)

        return _claim(says, kind, run)


_SUMS = """
with checked as (
  select 'balance' as kind, b.amount = coalesce(sum(l.amount), 0) as holds
  from paper_trading.balances as b
  left join paper_trading.ledger_entries as l using (username, portfolio_id, currency)
  group by b.username, b.portfolio_id, b.currency
  union all
  select 'position',
         s.quantity = sum(case e.side when 'buy' then e.quantity else -e.quantity end)
         and s.realized_pnl = sum(e.realized_pnl) and s.fees = sum(e.fee)
  from paper_trading.positions as s
  left join paper_trading.executions as e using (username, portfolio_id, symbol, strategy)
  group by s.username, s.portfolio_id, s.symbol, s.strategy
)
select count(*) filter (where kind = 'balance') as balances,
       count(*) filter (where kind = 'position') as positions,
       count(*) filter (where holds is not true) as wrong
from checked
"""


def _claim(says: str, kind: type[errors.TwinbookError], attempt: Callable[[], object]) -> Claim:
    try:
        attempt()
    except errors.TwinbookError as error:
        return Claim(says, f"{error.code} {error.message}", type(error) is kind)
    return Claim(says, "nobody refused", False)


@contextmanager
def _as_superuser(url: str) -> Iterator[Session]:
    """The installer without any user or role; nothing of it is kept."""
    with psycopg.connect(url) as connection:
        yield Session(connection)
        connection.rollback()
