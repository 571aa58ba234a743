"""Quotes come to the same one by one, in batches, and worked off after somebody held the lock.

What a quote does depends on the quotes before it, never on which others came with it, nor on when
a portfolio was matched: the same orders, fills, trades, money and events, but for ids and times of
the system.

For a long run by hand: ``HYPOTHESIS_EXAMPLES=500 pytest tests/py/test_batches.py``.
"""

import itertools
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg.pq import TransactionStatus
from tests.py.applications import Db, Desk, Quote, open_desk, replay
from tests.py.test_brackets import ANSWERS
from tests.py.test_determinism import FACTS, facts

EXAMPLES = int(os.environ.get("HYPOTHESIS_EXAMPLES", "15"))
MONDAY = datetime(2012, 3, 5, 14, 30, tzinfo=UTC)
CALL = "AAPL120306C100"

symbols = st.sampled_from([*["AAPL"] * 8, "MSFT", "MSFT", "BTC", CALL, "EURUSD", "SAP"])
prices = st.integers(92, 108).map(Decimal)
sizes = st.sampled_from([None, None, Decimal(0), Decimal(5), Decimal(40)])
distances = st.one_of(st.none(), st.integers(1, 6).map(Decimal))
# Seconds until the next quote; below zero it is late, or only behind another symbol's.
waits = st.sampled_from([0, 1, 1, 60, 3600, 7 * 3600, -90, -4 * 3600])


@dataclass(frozen=True)
class Tick:
    """A quote so many seconds after the one before."""

    symbol: str
    bid: Decimal
    ask: Decimal
    sides: str
    size: Decimal | None
    wait: int


@dataclass(frozen=True)
class Act:
    """A statement of the trader's, or a sweep; where it takes a row, the nth that there is."""

    verb: str
    parameters: tuple[object, ...] = ()
    of: str = ""
    nth: int = 0


ticks = st.builds(Tick, symbols, prices, prices, st.sampled_from([*["both"] * 5, "last", "ask"]),
                  sizes, waits)  # fmt: skip
waiting = "orders where status in ('OPEN', 'PARTIALLY_FILLED') and purpose = 'trade'"
open_trades = "trades as t where closed_at is null"


@st.composite
def orders(draw: Callable[..., Any]) -> Act:
    side = draw(st.sampled_from(["buy", "sell"]))
    order_type = draw(st.sampled_from(["market", "market", "limit", "stop", "stop", "stop_limit"]))
    price = draw(prices)
    stop, profit = draw(distances), draw(distances)
    way = 1 if side == "buy" else -1
    return Act(
        "select place_order(%s, %s, %s, %s, %s, %s, %s, strategy => %s, stop_loss => %s,"
        " take_profit => %s)",
        (
            draw(symbols), side, draw(st.integers(1, 15)), order_type,
            price if order_type.endswith("limit") else None,
            price if order_type.startswith("stop") else None,
            draw(st.sampled_from(["DAY", "DAY", "GTC", "GTC", "IOC", "FOK"])),
            draw(st.sampled_from(["", "", "trend"])),
            stop and price - way * stop, profit and price + way * profit,
        ),
    )  # fmt: skip


changes = {
    "cancel": st.builds(Act, st.just("select cancel_order(order_id) from found"), st.just(()),
                        st.just(waiting), st.integers(0, 3)),
    "replace": st.builds(Act, st.just("select replace_order(order_id, version, %s) from found"),
                         st.tuples(st.integers(1, 15)), st.just(waiting), st.integers(0, 3)),
    "adjust": st.builds(Act, st.just("select adjust_trade(trade_id, version, %s, %s) from found"),
                        st.tuples(prices, prices), st.just(open_trades), st.integers(0, 3)),
    "close": st.builds(Act, st.just("select close_trade(trade_id, %s) from found"),
                       st.tuples(st.one_of(st.none(), st.integers(1, 5))), st.just(open_trades),
                       st.integers(0, 3)),
    "rare": st.sampled_from([
        Act("select flatten()"),
        Act("select reset_portfolio()"),
        Act("select shared_data.replay_corporate_action('own', 'AAPL', 2, 1)"),
        Act("select shared_data.replay_corporate_action('own', 'AAPL', 1, 3)"),
        Act("select shared_data.replay_corporate_action('own', 'MSFT', new_symbol => 'MSF')"),
        Act("sweep"),
    ]),
}  # fmt: skip
acts = st.sampled_from([*["order"] * 12, *changes]).flatmap(
    lambda kind: changes[kind] if kind in changes else orders()
)
rounds = st.tuples(st.lists(acts, min_size=1, max_size=4), st.lists(ticks, min_size=2, max_size=9))
scripts = st.lists(rounds, min_size=3, max_size=6).map(
    lambda played: [step for acts, ticks in played for step in (*acts, *ticks)]
)
terms = st.fixed_dictionaries({
    "partial_fills": st.booleans(),
    "max_participation": st.sampled_from([25, 100]),
    "fill_delay_ms": st.sampled_from([0, 0, 2000]),
    "touch_fill_percent": st.sampled_from([100, 50]),
    "initial_balances": st.sampled_from(['{"USD": 100000, "EUR": 5000}', '{"USD": 1500}']),
})  # fmt: skip


@dataclass
class Player:
    """Plays a script for a new user, and reads what came of it."""

    desk: Desk
    market: Db
    people: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def play(
        self,
        script: list[Tick | Act],
        opens: dict[str, object],
        fills_on: str,
        batches: Callable[[list[Quote]], list[list[Quote]]],
        is_held: bool = False,
    ) -> dict[str, list[str]]:
        """``batches`` cuts the quotes between two acts; held, nothing is matched until the next."""
        person = f"trader{next(self.people)}"
        self.desk.register(person)
        db, other = self.desk.trader(person), self.desk.trader(person)
        db.execute("select shared_data.open_feed('own', fills_on => %s)", [fills_on])
        named = "".join(f", {name} => %({name})s" for name in opens)
        db.execute(
            "select open_portfolio('main', feed => 'own', allow_short => true, seed => 3,"
            f" max_quote_age => '9 days'{named})".encode(),
            opens,
        )
        at, due = MONDAY, list[Quote]()
        for step in [*_opening(), *script, Act("sweep")]:
            if isinstance(step, Tick):
                at += timedelta(seconds=step.wait)
                due.append(_quote(step, at))
                at += timedelta(seconds=max(-step.wait, 0))
                continue
            if is_held and due and other.info.transaction_status == TransactionStatus.IDLE:
                other.execute("begin")
                other.execute("select place_order('MSFT', 'buy', 1, 'limit', 1)")
            for batch in batches(due):
                replay(db, "own", batch)
            due = []
            if "corporate_action" not in step.verb:
                other.execute("rollback")
            if is_held and step.of:  # what it picks from is as it would have been
                self._act(db, Act("sweep"))
            self._act(db, step)
        self._act(db, Act("sweep"))
        assert not db.execute("select * from unmatched where cause <> 'placed'").fetchall()
        told = {
            table: sorted(repr(row).replace(person, "trader") for row in facts(db, table, columns))
            for table, columns in FACTS.items()
        }
        db.close()
        other.close()
        return told

    def _act(self, db: Db, act: Act) -> None:
        try:
            if act.verb == "sweep":
                self.market.execute("select shared_data.sweep()")
            elif act.of:
                order_by = (
                    "order_number"
                    if act.of == waiting
                    else (
                        "(select order_number from orders as o where o.order_id = t.entry_order_id)"
                    )
                )
                db.execute(
                    f"with found as (select * from {act.of} order by {order_by}, placed_at"
                    f" offset {act.nth} limit 1) {act.verb}".encode(),
                    act.parameters,
                )
            else:
                db.execute(act.verb.encode(), act.parameters)
        except psycopg.DatabaseError as error:
            if error.sqlstate not in ANSWERS:
                raise


def _opening() -> list[Tick]:
    return [Tick(symbol, Decimal(99), Decimal(101), "both", None, 1)
            for symbol in ("AAPL", "MSFT", "BTC", "SAP", CALL)]  # fmt: skip


def _quote(tick: Tick, at: datetime) -> Quote:
    bid, ask = tick.bid, tick.ask
    if tick.size != 5:  # else it may be crossed
        bid, ask = min(bid, ask), max(bid, ask)
    last = (bid + ask) / 2
    return Quote(
        tick.symbol,
        bid=bid if tick.sides == "both" else None,
        ask=ask if tick.sides in ("both", "ask") else None,
        last=None if tick.sides == "ask" else last,
        volume=tick.size,
        quoted_at=at,
        bid_size=tick.size,
        ask_size=tick.size,
    )


def _all_at_once(quotes: list[Quote]) -> list[list[Quote]]:
    return [quotes] if quotes else []


def _one_by_one(quotes: list[Quote]) -> list[list[Quote]]:
    return [[quote] for quote in quotes]


def _cut_at(seed: int) -> Callable[[list[Quote]], list[list[Quote]]]:
    chance = random.Random(seed)  # noqa: S311

    def cut(quotes: list[Quote]) -> list[list[Quote]]:
        cuts = sorted({0, len(quotes), *(chance.randint(0, len(quotes)) for _ in range(2))})
        return [quotes[a:b] for a, b in itertools.pairwise(cuts)]

    return cut


@pytest.fixture
def desk(db_url: str) -> Iterator[Desk]:
    with open_desk(db_url) as desk:
        desk.add_instruments("AAPL", "MSFT", "MSF", venue="exchange")
        market = desk.prices()
        market.execute("select add_fee('exchange', 'equity', 'fee', 'percent', 0.0123, 'made up')")
        market.execute(
            "select add_fee('net', 'crypto', 'fee', 'percent', 0.25, 'made up',"
            " charged_in => 'credited')"
        )
        for terms in (
            "'BTC', 'crypto', 'USD', base_currency => 'BTC', size_decimals => 4, venue => 'net'",
            "'EURUSD', 'currency', 'USD', base_currency => 'EUR'",
            "'SAP', 'equity', 'EUR'",
            f"'{CALL}', 'option', 'USD', underlying => 'AAPL', option_type => 'call',"
            " strike => 100, expiry => '2012-03-06', multiplier => 2",
        ):
            market.execute(f"select add_instrument({terms})".encode())
        yield desk


def test_it_is_the_same_however_quotes_come(desk: Desk) -> None:
    player = Player(desk, desk.prices())

    # Shrinking would take longer than reading what differs.
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(
        script=scripts,
        opens=terms,
        fills_on=st.sampled_from(["this quote", "this quote", "next quote"]),
        seed=st.integers(0, 99),
    )
    def compare(
        script: list[Tick | Act], opens: dict[str, object], fills_on: str, seed: int
    ) -> None:
        singly = player.play(script, opens, fills_on, _one_by_one)
        for name, batches, is_held in (
            ("in one batch", _all_at_once, False),
            ("in some batches", _cut_at(seed), False),
            ("held", _one_by_one, True),
        ):
            told = player.play(script, opens, fills_on, batches, is_held)
            for table, rows in singly.items():
                assert told[table] == rows, f"{table}, {name}"

    compare()
    assert desk.faults() == []
