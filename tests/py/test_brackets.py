"""Brackets under any interleaving: never two exits beyond the entry, never an orphan, holds exact.

Quotes with sizes, entries, scale-ins and -outs, reversals, cancels, replacements, adjustments,
closes, resets, and connections that are lost in between, in any order.

For a long run by hand: ``HYPOTHESIS_EXAMPLES=2000 pytest tests/py/test_brackets.py``.
"""

import itertools
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from tests.py.applications import Desk, Quote, open_desk, replay

EXAMPLES = int(os.environ.get("HYPOTHESIS_EXAMPLES", "30"))
MONDAY = datetime(2012, 3, 5, 14, 30, tzinfo=UTC)
# What a user may be told; anything else is a fault.
ANSWERS = {"TB400", "TB404", "TB409", "TB422", "TB503"}

prices = st.integers(92, 108).map(Decimal)
sizes = st.sampled_from([None, Decimal(0), Decimal(5), Decimal(11), Decimal(40)])
quantities = st.integers(1, 15)
sides = st.sampled_from(["buy", "sell"])
symbols = st.sampled_from(["AAPL", "AAPL", "AAPL", "BTC"])
strategies = st.sampled_from(["", "", "trend"])
distances = st.one_of(st.none(), st.integers(1, 6).map(Decimal))

# Each names what it found; a whole book finds nothing.
LAWS = {
    "state is what the facts say, and the chain is whole": """
        select * from verify_portfolios() where not (rebuilt_equals_stored and chain_intact)""",
    "exits rest only for open trades, one of a kind, sized to what is open": """
        select o.order_id, o.purpose, o.status, t.status as trade, t.open_quantity
        from orders as o left join trades as t using (username, trade_id)
        where o.purpose in ('stop_loss', 'take_profit')
          and o.status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED')
          and (t.closed_at is not null or o.quantity - o.filled_quantity <> t.open_quantity
            or case o.purpose when 'stop_loss' then t.stop_loss else t.take_profit end
               is distinct from coalesce(o.stop_price, o.limit_price) and o.triggered_at is null)
        is not false""",
    "a trade with a bracket has its exits": """
        select t.trade_id, t.stop_loss, t.take_profit from trades as t
        where t.status in ('PARTIALLY_FILLED', 'OPEN', 'CLOSING')
          and num_nonnulls(t.stop_loss, t.take_profit) <> (
            select count(*) from orders as o
            where (o.username, o.trade_id) = (t.username, t.trade_id)
              and o.purpose in ('stop_loss', 'take_profit')
              and o.status in ('OPEN', 'PARTIALLY_FILLED'))""",
    "what was exited is no more than what was entered": """
        select e.trade_id from executions as e join trades as t using (username, trade_id)
        group by e.trade_id, t.direction
        having sum(case when (e.side = 'buy') = (t.direction = 'long')
                        then e.quantity else -e.quantity end)
          + (select coalesce(sum(a.entered_delta - a.exited_delta), 0)
             from position_adjustments as a where a.trade_id = e.trade_id) < 0""",
    "exits hold nothing": """
        select order_id from orders
        where purpose in ('stop_loss', 'take_profit') and (held_amount, held_quantity) <> (0, 0)""",
    "balances hold what orders hold": """
        select b.currency, b.held from balances as b
        where b.held <> coalesce((select sum(o.held_amount) from orders as o
          where (o.username, o.portfolio_id, o.hold_currency)
              = (b.username, b.portfolio_id, b.currency)), 0)""",
    "nothing waits for a trade that has ended": """
        select o.order_id from orders as o join trades as t using (username, trade_id)
        where o.status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED') and t.closed_at is not null""",
    "a trade stands where its moves led": """
        select t.trade_id, t.status from trades as t
        where t.status is distinct from (
          select m.to_status from state_transitions as m
          where m.trade_id = t.trade_id order by m.seq desc, m.part desc limit 1)""",
    "each move follows the one before, and is allowed": """
        select * from (
          select m.*, lag(m.to_status) over (partition by m.trade_id order by m.seq, m.part) as was
          from state_transitions as m) as m
        where m.from_status is distinct from m.was
           or m.from_status is not null and not exists (
             select from trade_transitions as t
             where (t.from_status, t.to_status) = (m.from_status, m.to_status))""",
    "a closing trade has what closes it, and no other has": """
        select t.trade_id, t.status from trades as t
        where t.status in ('OPEN', 'CLOSING') and (t.status = 'CLOSING') <> exists (
          select from orders as o
          where (o.username, o.trade_id) = (t.username, t.trade_id)
            and o.status in ('OPEN', 'PARTIALLY_FILLED')
            and o.side = case t.direction when 'long' then 'sell' else 'buy' end
            and (o.purpose in ('trade', 'close') or o.filled_quantity > 0
              or o.triggered_at is not null))""",
    "cash that is held is there": """
        select currency, amount, held from balances where held < 0""",
}


class Brackets(RuleBasedStateMachine):
    """One user with one portfolio, on a feed of his own."""

    desk: Desk
    people: Iterator[int]

    @initialize(
        partial=st.booleans(),
        participation=st.sampled_from([25, 100]),
        delay=st.sampled_from([0, 0, 2000]),
        fills_on=st.sampled_from(["this quote", "this quote", "next quote"]),
        touch=st.sampled_from([100, 50]),
        cash=st.sampled_from([100_000, 1500]),
    )
    def open(
        self, partial: bool, participation: int, delay: int, fills_on: str, touch: int, cash: int
    ) -> None:
        self.person = f"trader{next(self.people)}"
        self.desk.register(self.person)
        self.db = self.desk.trader(self.person)
        self.now = MONDAY
        self.db.execute("select shared_data.open_feed('own', fills_on => %s)", [fills_on])
        self.db.execute(
            "select open_portfolio('main', feed => 'own', allow_short => true, seed => 3,"
            " initial_balances => jsonb_build_object('USD', %s::integer),"
            " max_quote_age => '9 days', partial_fills => %s, max_participation => %s,"
            " fill_delay_ms => %s,"
            " touch_fill_percent => %s)",
            [cash, partial, participation, delay, touch],
        )
        self.quote("AAPL", Decimal(99), Decimal(101), None, None, 1)
        self.quote("BTC", Decimal(99), Decimal(101), None, None, 1)

    @rule(symbol=symbols, bid=prices, ask=prices, bid_size=sizes, ask_size=sizes,
          wait=st.sampled_from([1, 1, 1, 60, 8 * 3600]))  # fmt: skip
    def quote(
        self,
        symbol: str,
        bid: Decimal,
        ask: Decimal,
        bid_size: Decimal | None,
        ask_size: Decimal | None,
        wait: int,
    ) -> None:
        self.now += timedelta(seconds=wait)
        bid, ask = min(bid, ask), max(bid, ask)
        last = (bid + ask) / 2
        quote = Quote(symbol, bid, ask, last, ask_size, self.now, bid_size, ask_size)
        replay(self.db, "own", [quote])

    @rule(symbol=symbols, side=sides, quantity=quantities, strategy=strategies,
          order_type=st.sampled_from(["market", "market", "limit", "stop", "stop_limit"]),
          price=prices, tif=st.sampled_from(["DAY", "GTC", "GTC", "IOC", "FOK"]),
          stop=distances, profit=distances)  # fmt: skip
    def place(
        self,
        symbol: str,
        side: str,
        quantity: int,
        strategy: str,
        order_type: str,
        price: Decimal,
        tif: str,
        stop: Decimal | None,
        profit: Decimal | None,
    ) -> None:
        way = 1 if side == "buy" else -1
        self.call(
            "select place_order(%s, %s, %s, %s, %s, %s, %s, strategy => %s, stop_loss => %s,"
            " take_profit => %s)",
            symbol, side, quantity, order_type,
            price if order_type.endswith("limit") else None,
            price if order_type.startswith("stop") else None,
            tif, strategy, stop and price - way * stop, profit and price + way * profit,
        )  # fmt: skip

    @rule(nth=st.integers(0, 5), verb=st.sampled_from(["cancel_order(%s)", "cancel_all()"]))
    def cancel(self, nth: int, verb: str) -> None:
        order = self.one_of("orders", "status in ('OPEN', 'PARTIALLY_FILLED')", nth)
        if order or "all" in verb:
            self.call(f"select {verb}", *([order.order_id] if "%s" in verb and order else []))

    @rule(nth=st.integers(0, 5), quantity=quantities)
    def replace(self, nth: int, quantity: int) -> None:
        if order := self.one_of("orders", "status in ('OPEN', 'PARTIALLY_FILLED')", nth):
            self.call("select replace_order(%s, %s, %s)", order.order_id, order.version, quantity)

    @rule(nth=st.integers(0, 3), stop=st.one_of(st.none(), prices),
          profit=st.one_of(st.none(), prices),
          drop=st.sampled_from([False, False, True]))  # fmt: skip
    def adjust(self, nth: int, stop: Decimal | None, profit: Decimal | None, drop: bool) -> None:
        if trade := self.one_of("trades", "closed_at is null", nth):
            self.call(
                "select adjust_trade(%s, %s, stop_loss => %s, take_profit => %s,"
                " drop_take_profit => %s)",
                trade.trade_id, trade.version, stop, profit, drop and profit is None,
            )  # fmt: skip

    @rule(nth=st.integers(0, 3), quantity=st.one_of(st.none(), quantities))
    def close(self, nth: int, quantity: int | None) -> None:
        if trade := self.one_of("trades", "closed_at is null", nth):
            self.call("select close_trade(%s, %s)", trade.trade_id, quantity)

    @rule(verb=st.sampled_from(["flatten()", "reset_portfolio()", "begin_session()"]))
    def act(self, verb: str) -> None:
        self.call(f"select {verb}")

    @rule(units=st.sampled_from([(2, 1), (1, 2), (3, 2), (1, 3)]))
    def split(self, units: tuple[int, int]) -> None:
        """Rarely after another, since prices here stay where they are."""
        self.call("select shared_data.replay_corporate_action('own', 'AAPL', %s, %s)", *units)

    @rule()
    def lose_the_connection(self) -> None:
        """In the middle of what is then undone; the next one goes on."""
        self.db.execute("begin")
        self.call("select place_order('AAPL', 'buy', 1, stop_loss => 90)")
        self.db.close()
        self.db = self.desk.trader(self.person)

    def one_of(self, table: str, condition: str, nth: int) -> Any:
        found = self.db.execute(
            f"select * from {table} where {condition} order by placed_at".encode()
        ).fetchall()
        return found[nth % len(found)] if found else None

    def call(self, query: str, *parameters: object) -> None:
        """A verb that may refuse, for a reason that a user is told."""
        try:
            self.db.execute(query.encode(), parameters)
        except psycopg.DatabaseError as error:
            if error.sqlstate not in ANSWERS:
                raise

    @invariant()
    def the_laws_hold(self) -> None:
        """As the user sees it."""
        if not hasattr(self, "db"):
            return
        for law, query in LAWS.items():
            found = self.db.execute(query.encode()).fetchall()
            assert not found, f"{law}: {found}"

    def teardown(self) -> None:
        if hasattr(self, "db"):
            self.db.close()


@pytest.fixture
def desk(db_url: str) -> Iterator[Desk]:
    with open_desk(db_url) as desk:
        desk.add_instruments("AAPL")
        desk.prices().execute(
            "select shared_data.add_instrument('BTC', 'crypto', 'USD', base_currency => 'BTC',"
            " size_decimals => 4)"
        )
        yield desk


def test_brackets_keep_their_laws(desk: Desk) -> None:
    Brackets.desk, Brackets.people = desk, itertools.count(1)
    run_state_machine_as_test(
        Brackets,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_law_can_fail(desk: Desk) -> None:
    """The laws can tell: with an exit taken out behind the verbs' back, one is broken."""
    desk.register("mallory")
    db = desk.trader("mallory")
    db.execute("select shared_data.open_feed('own')")
    db.execute("select open_portfolio('main', feed => 'own')")
    replay(db, "own", [Quote("AAPL", Decimal(99), Decimal(101), None, None, MONDAY)])
    db.execute("select place_order('AAPL', 'buy', 5, stop_loss => 90)")
    broken = LAWS["a trade with a bracket has its exits"].encode()
    assert not db.execute(broken).fetchall()
    installer = desk.installer()
    installer.execute("set session_replication_role = replica")
    installer.execute(
        "update paper_trading.orders set status = 'CANCELED' where purpose = 'stop_loss'"
    )
    assert db.execute(broken).fetchall()
