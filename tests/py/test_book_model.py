"""Any sequence of orders, quotes, cancels, replaces: the book keeps its sums, as the model does.

For a long run by hand: ``HYPOTHESIS_PROFILE=long pytest tests/py/test_book_model.py``, with
``HYPOTHESIS_EXAMPLES`` for another number than 5,000.
"""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.py import applications, model
from tests.py.applications import Db, Desk, one, open_desk

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
EXAMPLES = int(os.environ.get("HYPOTHESIS_EXAMPLES", "5000" if LONG else "200"))
MONDAY = datetime(2012, 3, 5, 14, 30, tzinfo=UTC)

FEES = (
    model.Fee("commission", "unit", Decimal("0.013"), minimum=Decimal("0.35")),
    model.Fee("clearing", "percent", Decimal("0.02"), side="sell", maximum=Decimal("1.5")),
    model.Fee("taking", "order", Decimal("0.101"), liquidity="taker"),
)
INSTRUMENTS = {
    "PLAIN": model.Instrument("PLAIN"),
    "COARSE": model.Instrument(
        "COARSE", tick=Decimal("0.05"), stop_trigger="quote", is_shortable=False
    ),
    "COSTLY": model.Instrument("COSTLY", fees=FEES),
}

# Few prices and mostly one symbol, so that orders and quotes meet; some quotes lie off the tick.
ticks = st.integers(97, 103).map(Decimal)
prices = st.one_of(ticks, ticks, ticks, st.decimals(97, 103, places=3))
sizes = st.sampled_from([None, Decimal(0), Decimal(100)])
symbols = st.sampled_from(["PLAIN", "PLAIN", "PLAIN", "COSTLY", "COARSE"])
steps = st.sampled_from(
    [timedelta(seconds=1)] * 5
    + [timedelta(0), timedelta(minutes=20), timedelta(hours=-1), timedelta(hours=-1)]
    + [timedelta(hours=3), timedelta(days=1, hours=1)]
)


@dataclass(frozen=True)
class Coming:
    """A quote with its time as a step from the feed's clock."""

    step: timedelta
    quote: applications.Quote


@st.composite
def comings(draw: st.DrawFn) -> Coming:
    """A quote of any kind: all prices, the last one only, one side only; crossed ones too."""
    kind = draw(st.sampled_from(["all", "all", "last", "last", "sides", "bid", "ask"]))
    first, second = draw(prices), draw(prices)
    if draw(st.integers(0, 9)) != 0:
        first, second = min(first, second), max(first, second)
    quote = applications.Quote(
        draw(symbols),
        bid=first if kind in ("all", "sides", "bid") else None,
        ask=second if kind in ("all", "sides", "ask") else None,
        last=draw(prices) if kind in ("all", "last") else None,
        volume=draw(sizes),
        bid_size=draw(sizes),
        ask_size=draw(sizes),
    )
    return Coming(draw(steps), quote)


@dataclass
class _Pot:
    """A portfolio with its twin in the model."""

    name: str
    version: int
    twin: model.Portfolio


class Book(RuleBasedStateMachine):
    """Does everything twice: in the database as an application, and in the model."""

    desk: Desk
    people: Iterator[int]
    db: Db
    other: Db
    sweeper: Db

    def __init__(self) -> None:
        super().__init__()
        self.pots: list[_Pot] = []
        self.ids: dict[int, list[str]] = {}

    @initialize(
        fills_next=st.sampled_from([False, False, False, True]),
        delay=st.sampled_from([0, 0, 0, 2000, 3_600_000]),
        slippage=st.sampled_from(["0", "0.1", "0.35"]),
        cash=st.lists(st.sampled_from(["100000", "4000.37", "1500"]), min_size=1, max_size=2),
        allow_short=st.sampled_from([True, True, False]),
        is_empty=st.booleans(),
    )
    def open(
        self,
        fills_next: bool,
        delay: int,
        slippage: str,
        cash: list[str],
        allow_short: bool,
        is_empty: bool,
    ) -> None:
        """A user with a feed and one or two portfolios on it."""
        person = f"user{next(self.people)}"
        self.desk.register(person)
        for db in (self.db, self.other):
            db.execute("select set_config('app.current_user', %s, false)", [person])
        fills_on = "next quote" if fills_next else "this quote"
        self.db.execute("select shared_data.open_feed('own', fills_on => %s)", [fills_on])
        self.venue = model.Venue(INSTRUMENTS, fills_next)
        for number, amount in enumerate(cash):
            self.db.execute(
                "select open_portfolio(%s, initial_balances => jsonb_build_object('USD', %s::text),"
                " feed => 'own', slippage_percent => %s, fill_delay_ms => %s, allow_short => %s)",
                [f"p{number}", amount, slippage, delay, allow_short],
            )
            twin = model.Portfolio(
                self.venue,
                Decimal(amount),
                Decimal(slippage),
                timedelta(milliseconds=delay),
                allow_short,
            )
            self.venue.portfolios.append(twin)
            self.pots.append(_Pot(f"p{number}", 1, twin))
            self.ids[number] = []
        if not is_empty:
            for symbol in INSTRUMENTS:
                hundred = Decimal(100)
                quote = applications.Quote(symbol, hundred, hundred, hundred)
                self.quotes([Coming(timedelta(0), quote)], in_one=False, busy=None)

    @rule(
        pot=st.sampled_from([0, 0, 0, 1]),
        symbol=symbols,
        strategy=st.sampled_from(["", "", "", "", "trend"]),
        side=st.sampled_from(["buy", "sell"]),
        quantity=st.integers(1, 12).map(Decimal),
        order_type=st.sampled_from(["market", "limit", "limit", "limit", "stop", "stop_limit"]),
        limit=ticks,
        stop=ticks,
        time_in_force=st.sampled_from(["DAY", "DAY", "GTC", "GTC", "IOC", "FOK"]),
    )
    def place(
        self,
        pot: int,
        symbol: str,
        strategy: str,
        side: str,
        quantity: Decimal,
        order_type: str,
        limit: Decimal,
        stop: Decimal,
        time_in_force: str,
    ) -> None:
        """An order of any kind."""
        home = self.pots[pot % len(self.pots)]
        if order_type.startswith("stop") and time_in_force in ("IOC", "FOK"):
            time_in_force = "GTC"
        terms = {
            "order_type": order_type,
            "time_in_force": time_in_force,
            "strategy": strategy,
            "limit_price": limit if order_type.endswith("limit") else None,
            "stop_price": stop if order_type.startswith("stop") else None,
        }
        placed = applications.place(self.db, symbol, side, quantity, portfolio=home.name, **terms)
        home.twin.place(symbol, side, quantity, **terms)  # type: ignore[arg-type]
        self.ids[pot % len(self.pots)].append(placed.order_id)

    @rule(
        order_type=st.sampled_from(["market", "limit", "limit", "stop"]),
        price=ticks,
        quantity=st.integers(1, 12).map(Decimal),
    )
    def enter(self, order_type: str, price: Decimal, quantity: Decimal) -> None:
        """A buy that may well be filled, so that there is a position to work with."""
        self.place(0, "PLAIN", "", "buy", quantity, order_type, price, price, "GTC")

    @rule(
        order_type=st.sampled_from(["limit", "limit", "stop", "stop_limit"]),
        price=ticks,
        quantity=st.integers(1, 6).map(Decimal),
        time_in_force=st.sampled_from(["DAY", "GTC", "GTC"]),
    )
    def leave(self, order_type: str, price: Decimal, quantity: Decimal, time_in_force: str) -> None:
        """A sell that waits; several share a position."""
        self.place(0, "PLAIN", "", "sell", quantity, order_type, price, price, time_in_force)

    @rule(
        coming=st.lists(comings(), min_size=1, max_size=4),
        in_one=st.booleans(),
        busy=st.sampled_from([None, None, None, 0, 1]),
    )
    def quotes(self, coming: list[Coming], in_one: bool, busy: int | None) -> None:
        """Quotes, one by one or in a batch; perhaps while a client sits on a portfolio's lock."""
        clock = self.venue.clock or MONDAY
        came = []
        for each in coming:
            came.append(replace(each.quote, quoted_at=clock + each.step))
            clock = max(clock, clock + each.step)
        with self._busy(busy):
            for batch in [came] if in_one else [[each] for each in came]:
                applications.replay(self.db, "own", batch)
        self.venue.take([_known(each) for each in came])

    @precondition(lambda self: any(self.ids.values()))
    @rule(pick=st.integers(0, 99))
    def cancel(self, pick: int) -> None:
        """Cancels any order, ended ones too."""
        order_id, home, order = self._any(pick)
        self._both(
            lambda: one(self.db, "select * from cancel_order(%s)", order_id),
            lambda: home.twin.cancel(order),
        )

    @precondition(lambda self: any(self.ids.values()))
    @rule(
        pick=st.integers(0, 99),
        behind=st.sampled_from([0, 0, 0, 0, 1]),
        quantity=st.one_of(st.none(), st.integers(1, 30).map(Decimal)),
        limit=st.one_of(st.none(), ticks),
        stop=st.one_of(st.none(), ticks),
    )
    def replace(
        self,
        pick: int,
        behind: int,
        quantity: Decimal | None,
        limit: Decimal | None,
        stop: Decimal | None,
    ) -> None:
        """Replaces any order's terms, sometimes with a stale version."""
        order_id, home, order = self._any(pick)
        limit = limit if order.limit_price else None
        stop = stop if order.stop_price else None
        version = order.version - behind
        query = "select * from replace_order(%s, %s, %s, limit_price => %s, stop_price => %s)"
        self._both(
            lambda: one(self.db, query, order_id, version, quantity, limit, stop),
            lambda: home.twin.replace(order, version, quantity, limit, stop),
        )

    @rule(pot=st.integers(0, 1), allow_short=st.booleans(), seldom=st.integers(0, 9))
    def edit(self, pot: int, allow_short: bool, seldom: int) -> None:
        """A portfolio allows shorts from now on, or no longer."""
        if seldom:
            return
        home = self.pots[pot % len(self.pots)]
        query = "select * from edit_portfolio(%s, %s, allow_short => %s)"
        home.version = one(self.db, query, home.name, home.version, allow_short).version
        home.twin.allow_short = allow_short

    @invariant()
    def equals_the_model(self) -> None:
        """Orders, positions and money, in each portfolio."""
        for number, home in enumerate(self.pots):
            stored, expected = self._stored(home.name), _expected(home.twin)
            assert [s for s in stored if s not in expected] == [
                e for e in expected if e not in stored
            ]
            stored = one(
                self.db,
                "select b.amount, b.held from balances as b join portfolios as p"
                " using (username, portfolio_id) where p.name = %s",
                home.name,
            )
            assert (stored.amount, stored.held) == (home.twin.cash, home.twin.held())
            assert len(self.ids[number]) == len(home.twin.orders)

    def teardown(self) -> None:
        if not self.pots:
            return
        for row in self.db.execute("select * from verify_portfolios()"):
            assert (row.rebuilt_equals_stored, row.chain_intact) == (True, True)
        for query in (
            "select * from (select username, portfolio_id, currency, sum(amount) as entries"
            " from ledger_entries group by 1, 2, 3) as l join balances using"
            " (username, portfolio_id, currency) where amount <> entries",
            "select * from (select username, portfolio_id, symbol, strategy,"
            " sum(case side when 'buy' then quantity else -quantity end) as executed"
            " from executions group by 1, 2, 3, 4) as e full join positions using"
            " (username, portfolio_id, symbol, strategy) where executed is distinct from quantity",
            "select * from orders where filled_quantity < 0 or filled_quantity > quantity",
        ):
            assert self.db.execute(query.encode()).fetchall() == []

    def _any(self, pick: int) -> tuple[str, _Pot, model.Order]:
        everything = [
            (order_id, self.pots[number], self.pots[number].twin.orders[place])
            for number, ids in self.ids.items()
            for place, order_id in enumerate(ids)
        ]
        waiting = [each for each in everything if each[2].is_open]
        choice = waiting if waiting and pick % 5 else everything
        return choice[pick % len(choice)]

    def _both(self, stored: Any, expected: Any) -> None:
        said = meant = None
        try:
            expected()
        except model.Refused as refused:
            meant = str(refused)
        try:
            stored()
        except psycopg.Error as error:
            said = error.sqlstate
            note(str(error))
        assert said == meant

    def _stored(self, portfolio: str) -> list[tuple[object, ...]]:
        orders = self.db.execute(
            "select o.order_number, o.status, coalesce(o.reject_reason, o.end_reason) as reason,"
            " o.version, o.quantity, o.filled_quantity, o.filled_value, o.fees, o.held_amount,"
            " o.held_quantity, o.expires_at, p.name"
            " from orders as o join portfolios as p using (username, portfolio_id)"
            " where p.name = %s order by o.order_number",
            [portfolio],
        ).fetchall()
        positions = self.db.execute(
            "select s.symbol, s.strategy, s.quantity, s.average_price, s.realized_pnl, s.fees"
            " from positions as s join portfolios as p using (username, portfolio_id)"
            " where p.name = %s",
            [portfolio],
        ).fetchall()
        return [
            (
                *row[:2],
                (row.reason or "").split(":")[0],
                *row[3:10],
                row.expires_at if row.status == "OPEN" else None,
            )
            for row in orders
        ] + [
            (*row[:3], _near(row.average_price), _near(row.realized_pnl), row.fees)
            for row in positions
        ]

    @contextmanager
    def _busy(self, pot: int | None) -> Iterator[None]:
        """Somebody holds a portfolio's lock, idle, and goes away; a sweep works off what came."""
        if pot is None:
            yield
            return
        home = self.pots[pot % len(self.pots)]
        with self.other.transaction(force_rollback=True):
            query = "select * from edit_portfolio(%s, %s, slippage_percent => 0)"
            one(self.other, query, home.name, home.version)
            yield
        self.sweeper.execute("select shared_data.sweep()")


def _known(quote: applications.Quote) -> model.Quote:
    assert quote.quoted_at
    return model.Quote(
        quote.symbol,
        quote.quoted_at,
        quote.bid,
        quote.ask,
        quote.last,
        quote.volume,
        quote.bid_size,
        quote.ask_size,
    )


def _expected(twin: model.Portfolio) -> list[tuple[object, ...]]:
    return [
        (
            order.number,
            order.status,
            order.reason or "",
            order.version,
            order.quantity,
            order.filled,
            order.value,
            order.fees,
            twin.held_by(order),
            twin.reduces(order) if order.is_open else 0,
            order.expires_at if order.status == "OPEN" else None,
        )
        for order in twin.orders
    ] + [
        (
            *place,
            held.quantity,
            _near(held.cost / held.quantity) if held.quantity else None,
            _near(held.realized),
            held.fees,
        )
        for place, held in twin.positions.items()
    ]


def _near(number: Decimal | None) -> float | None:
    # Averages and what follows from them are rounded at the twelfth digit.
    return None if number is None else round(float(number), 6)


def _make_market(desk: Desk) -> None:
    for each in INSTRUMENTS.values():
        desk.add_instruments(
            each.symbol,
            tick=each.tick,
            stop_trigger=each.stop_trigger,
            is_shortable=each.is_shortable,
            venue=each.symbol.lower(),
        )
    with desk.prices() as db:
        for fee in FEES:
            db.execute(
                "select shared_data.add_fee('costly', 'equity', %s, %s, %s, 'made up', side => %s,"
                " liquidity => %s, minimum => %s, maximum => %s)",
                [
                    fee.component,
                    fee.basis,
                    fee.rate,
                    fee.side,
                    fee.liquidity,
                    fee.minimum,
                    fee.maximum,
                ],
            )


def test_the_book_equals_the_model(db_url: str) -> None:
    with open_desk(db_url) as desk:
        _make_market(desk)

        class OnThisDatabase(Book):
            pass

        OnThisDatabase.desk = desk
        OnThisDatabase.people = itertools.count()
        OnThisDatabase.db = desk.trader()
        OnThisDatabase.other = desk.trader()
        OnThisDatabase.sweeper = desk.prices()
        run_state_machine_as_test(
            OnThisDatabase,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=60,
                derandomize=not LONG,
                database=None,
                deadline=None,
                print_blob=False,
                report_multiple_bugs=False,
                suppress_health_check=list(HealthCheck),
            ),
        )
        assert desk.faults() == []
