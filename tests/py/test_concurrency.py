"""Many connections at once: no deadlock, no lost update, no lost quote, and the book verifies.

Bounded by counts; ``TWINBOOK_LOAD=10`` makes it ten times as much.
"""

import os
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from typing import Any

import psycopg
import pytest
from tests.py.applications import Db, Desk, Quote, one, open_desk, place, record

LOAD = float(os.environ.get("TWINBOOK_LOAD", "1"))
CLIENTS = 8
SYMBOLS = ["AAPL", "MSFT", "TSLA"]

# What a client may be told when others were faster: his version is stale, his order has ended.
EXPECTED = {"TB409", "TB422"}


@pytest.fixture
def desk(db_url: str) -> Iterator[Desk]:
    with open_desk(db_url) as desk:
        desk.add_instruments(*SYMBOLS)
        feed = desk.prices()
        feed.execute("select shared_data.open_shared_feed('second')")
        for name in ("realtime", "second"):
            record(feed, [_at(symbol, 100) for symbol in SYMBOLS], name)
        yield desk


def _at(symbol: str, middle: int) -> Quote:
    price = Decimal(middle)
    cent = Decimal("0.01")
    return Quote(symbol, bid=price - cent, ask=price + cent, last=price)


class _Client:
    """One connection that does as a random trader would, and remembers what it was told."""

    def __init__(self, db: Db, seed: int, portfolios: list[tuple[str, str]]) -> None:
        self.db = db
        self.chance = random.Random(seed)  # noqa: S311
        self.portfolios = portfolios
        self.placed: list[Any] = []
        self.errors: Counter[str | None] = Counter()

    def work(self, count: int) -> None:
        for _ in range(count):
            person, portfolio = self.chance.choice(self.portfolios)
            try:
                with self.db.transaction():
                    self.db.execute("select set_config('app.current_user', %s, true)", [person])
                    self.chance.choice([self._market, self._rest, self._rest, self._change])(
                        person, portfolio
                    )
            except psycopg.Error as error:
                self.errors[error.sqlstate] += 1

    def _market(self, _: str, portfolio: str) -> None:
        side = self.chance.choice(["buy", "buy", "sell"])
        self._place(side, self.chance.randint(1, 5), portfolio, strategy="now")

    def _rest(self, _: str, portfolio: str) -> None:
        side = self.chance.choice(["buy", "buy", "sell"])
        price = Decimal(self.chance.randint(95, 105))
        if self.chance.random() < 0.3:
            terms = {"order_type": "stop", "stop_price": price, "time_in_force": "GTC"}
        else:
            terms = {"order_type": "limit", "limit_price": price, "time_in_force": "GTC"}
        self._place(side, self.chance.randint(1, 5), portfolio, **terms)

    def _place(self, side: str, quantity: int, portfolio: str, **terms: Any) -> None:
        symbol = self.chance.choice(SYMBOLS)
        order = place(self.db, symbol, side, quantity, portfolio=portfolio, **terms)
        self.placed.append(order)

    def _change(self, person: str, _: str) -> None:
        mine = [order for order in self.placed[-20:] if order.username == person]
        if not mine:
            return
        order = self.chance.choice(mine)
        if self.chance.random() < 0.5:
            self.db.execute("select cancel_order(%s)", [order.order_id])
        else:
            self.db.execute(
                "select replace_order(%s, %s, quantity => %s)",
                [order.order_id, order.version, order.quantity + 1],
            )


def _hammer(desk: Desk, portfolios: list[tuple[str, str]], count: int) -> list[_Client]:
    """Clients, two who feed prices, and one who sweeps; until the clients are done."""
    clients = [_Client(desk.trader(), seed, portfolios) for seed in range(CLIENTS)]
    feeds = [desk.prices(), desk.prices()]
    sweeper = desk.prices()
    over = threading.Event()

    def feed(number: int) -> None:
        chance = random.Random(100 + number)  # noqa: S311
        while not over.wait(0.02):
            quotes = [_at(symbol, chance.randint(95, 105)) for symbol in SYMBOLS]
            chance.shuffle(quotes)
            record(feeds[number], quotes[:2], chance.choice(["realtime", "second"]))

    def sweep() -> None:
        while not over.wait(0.05):
            sweeper.execute("select shared_data.sweep()")

    with ThreadPoolExecutor(CLIENTS + 3) as pool:
        background: list[Future[None]] = [pool.submit(feed, 0), pool.submit(feed, 1)]
        background.append(pool.submit(sweep))
        working = [pool.submit(client.work, count) for client in clients]
        try:
            for each in working:
                each.result()
        finally:
            over.set()
        for each in background:
            each.result()
    sweeper.execute("select shared_data.sweep()")
    return clients


def _expect_order(desk: Desk, clients: list[_Client], deadlocks: int) -> None:
    errors = sum((client.errors for client in clients), Counter[str | None]())
    assert set(errors) <= EXPECTED, errors
    assert _deadlocks(desk) == deadlocks
    assert desk.faults() == []

    db = desk.installer()
    db.execute("set search_path = paper_trading, shared_data, pg_temp")
    stored = {row.order_id: row for row in db.execute("select * from orders")}
    placed = [order for client in clients for order in client.placed]
    assert {order.order_id for order in placed} == set(stored)

    # What was bought and sold at once, as the clients were told, is what the positions are.
    bought: Counter[tuple[str, str]] = Counter()
    for order in placed:
        if order.strategy == "now" and order.status == "FILLED":
            way = 1 if order.side == "buy" else -1
            bought[str(order.portfolio_id), order.symbol] += way * order.quantity
    held = db.execute("select * from positions where strategy = 'now'")
    assert {(str(p.portfolio_id), p.symbol): p.quantity for p in held} == bought

    # No order is open that a later quote reached.
    missed = db.execute(
        "select o.* from orders as o join market_data as m"
        " on (m.username, m.feed, m.symbol) = (o.feed_owner, o.feed, o.symbol)"
        " and m.kind = 'quote' and m.number > o.effective_number"
        " where o.status in ('OPEN', 'PARTIALLY_FILLED')"
        " and (o.works_as = 'limit' and o.side = 'buy' and m.ask < o.limit_price"
        " or o.works_as = 'limit' and o.side = 'sell' and m.bid > o.limit_price"
        " or o.works_as = 'stop' and o.side = 'buy' and m.last >= o.stop_price"
        " or o.works_as = 'stop' and o.side = 'sell' and m.last <= o.stop_price)"
    )
    assert missed.fetchall() == []
    filled_later = "select count(*) from executions where liquidity = 'maker'"
    assert one(db, filled_later).count > 0


def _deadlocks(desk: Desk) -> int:
    query = "select deadlocks from pg_stat_database where datname = current_database()"
    count: int = one(desk.installer(), query).deadlocks
    return count


def test_one_portfolio(desk: Desk) -> None:
    desk.register("alice")
    desk.trader("alice").execute("select open_portfolio('main')")
    before = _deadlocks(desk)
    clients = _hammer(desk, [("alice", "main")], int(60 * LOAD))
    _expect_order(desk, clients, before)


def test_a_thousand_portfolios(desk: Desk) -> None:
    people = [f"user{number}" for number in range(50)]
    names = [f"p{number}" for number in range(20)]
    desk.register(*people)
    desk.installer().execute(
        "select set_config('app.current_user', person, false),"
        " paper_trading.open_portfolio(name, feed => case when right(name, 1) in ('1', '4', '7')"
        " then 'second' else 'realtime' end)"
        " from unnest(%s::text[]) as person, unnest(%s::text[]) as name",
        [people, names],
    )
    before = _deadlocks(desk)
    portfolios = [(person, name) for person in people for name in names]
    clients = _hammer(desk, portfolios, int(150 * LOAD))
    _expect_order(desk, clients, before)


def _together(*works: Callable[[], object]) -> list[object]:
    start = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        start.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_one_batch_meets_many_portfolios_whichever_way_it_runs(desk: Desk) -> None:
    """Two feeds cross everybody's orders while everybody cancels: both in the order of keys."""
    people = [f"user{number}" for number in range(10)]
    desk.register(*people)
    traders = [desk.trader(person) for person in people]
    for db in traders:
        db.execute("select open_portfolio('main')")
    before = _deadlocks(desk)
    for _ in range(int(3 * LOAD)):
        record(desk.prices(), [_at(symbol, 100) for symbol in SYMBOLS])
        for db in traders:
            for symbol in SYMBOLS:
                place(db, symbol, "buy", 1, order_type="limit", limit_price=97)
        feeds = [desk.prices(lock_timeout="5000"), desk.prices(lock_timeout="5000")]

        crossing = [_at(symbol, 96) for symbol in SYMBOLS]
        _together(
            partial(record, feeds[0], crossing),
            partial(record, feeds[1], crossing[::-1]),
            *(partial(db.execute, b"select cancel_all()") for db in traders),
        )
    assert _deadlocks(desk) == before
    assert desk.faults() == []
    left = "select count(*) from paper_trading.orders where status = 'OPEN'"
    assert one(desk.installer(), left).count == 0


def test_of_two_tabs_that_edit_one_trade_the_second_is_told(desk: Desk) -> None:
    """Both read version 1: the first edit counts it up, the second changes nothing."""
    desk.register("tabs")
    one_tab, other_tab = desk.trader("tabs"), desk.trader("tabs")
    one_tab.execute("select open_portfolio('main')")
    placed = place(one_tab, "AAPL", "buy", 10, stop_loss=90)
    read = one(one_tab, "select * from trades where trade_id = %s", placed.trade_id)
    adjust = "select * from adjust_trade(%s, %s, stop_loss => %s)"

    def edit(db: Db, stop: int) -> str | None:
        try:
            db.execute(adjust.encode(), [read.trade_id, read.version, stop])
        except psycopg.DatabaseError as error:
            return error.sqlstate
        return None

    with ThreadPoolExecutor(2) as pool:
        told = sorted(
            pool.map(lambda call: str(edit(*call)), [(one_tab, 80), (other_tab, 85)]), key=str
        )
    assert told == ["None", "TB409"]
    after = one(one_tab, "select * from trades where trade_id = %s", placed.trade_id)
    exit_ = one(one_tab, "select * from orders where purpose = 'stop_loss' and status = 'OPEN'")
    assert after.version == read.version + 1
    assert after.stop_loss == exit_.stop_price
    assert after.stop_loss in (80, 85)
    edits = one(one_tab, "select count(*) as n from audit_log where operation = 'trade_adjusted'")
    assert edits.n == 1
