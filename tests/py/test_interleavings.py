"""Two or three connections at once: nothing is lost, nobody gains by a held lock, no quote waits.

Each story has a control where it can: bob does as alice does, and nobody is in his way.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from tests.py.applications import Db, Desk, Quote, one, open_desk, order, place, record, replay

MONDAY = datetime(2012, 3, 5, 14, 30, tzinfo=UTC)
CLOSE = datetime(2012, 3, 5, 21, 0, tzinfo=UTC)


@pytest.fixture
def desk(db_url: str) -> Iterator[Desk]:
    """Alice and bob with a portfolio each on the shared feed; AAPL and MSFT stand at 100."""
    with open_desk(db_url) as desk:
        desk.add_instruments("AAPL", "MSFT")
        desk.register("alice", "bob")
        for person in ("alice", "bob"):
            desk.trader(person).execute("select open_portfolio('main')")
        record(desk.prices(), [_at("AAPL", 100), _at("MSFT", 100)])
        yield desk
        assert desk.faults() == []


@pytest.fixture
def feed(desk: Desk) -> Db:
    """Market data's connection, which may not wait for anybody."""
    return desk.prices(lock_timeout="1", statement_timeout="5000")


def _at(symbol: str, middle: float, **more: Any) -> Quote:
    price = Decimal(str(middle))
    cent = Decimal("0.01")
    return Quote(symbol, bid=price - cent, ask=price + cent, last=price, **more)


def _fills(db: Db) -> list[Any]:
    return db.execute(
        "select symbol, side, quantity, price, quote_number, liquidity, executed_at"
        " from executions order by seq"
    ).fetchall()


def _sweep(desk: Desk) -> None:
    desk.prices().execute("select shared_data.sweep()")


def _next_quote(desk: Desk) -> None:
    record(desk.prices(), [_at("AAPL", 100)])


def _next_verb(desk: Desk) -> None:
    place(desk.trader("alice"), "MSFT", "buy", 1)


def _work_off_all(desk: Desk) -> None:
    """A quiet quote of each symbol: from here on nothing is left of what was placed."""
    record(desk.prices(), [_at("AAPL", 100), _at("MSFT", 100)])
    assert one(desk.installer(), "select count(*) from paper_trading.unmatched").count == 0


workers = pytest.mark.parametrize("work_off", [_sweep, _next_quote, _next_verb])


@workers
def test_a_quote_between_placing_and_commit(
    desk: Desk, feed: Db, work_off: Callable[[Desk], None]
) -> None:
    alice, bob = desk.trader("alice"), desk.trader("bob")
    place(bob, "AAPL", "buy", 10, order_type="limit", limit_price=99)
    alice.execute("begin")
    placed = place(alice, "AAPL", "buy", 10, order_type="limit", limit_price=99)
    record(feed, [_at("AAPL", 98.5)])
    record(feed, [_at("AAPL", 101)])
    alice.execute("commit")
    assert order(alice, placed.order_id).status == "OPEN"
    work_off(desk)
    assert order(alice, placed.order_id).status == "FILLED"
    assert _fills(alice)[:1] == _fills(bob)
    assert _fills(bob)[0].price == 99


@workers
def test_so_too_after_other_verbs_in_the_same_transaction(
    desk: Desk, feed: Db, work_off: Callable[[Desk], None]
) -> None:
    """A second verb looks for what is unmatched, while the first one's order is still unseen."""
    alice = desk.trader("alice")
    alice.execute("begin")
    placed = place(alice, "AAPL", "buy", 10, order_type="limit", limit_price=99)
    place(alice, "MSFT", "buy", 1)
    record(feed, [_at("AAPL", 98.5)])
    alice.execute("commit")
    work_off(desk)
    assert order(alice, placed.order_id).status == "FILLED"


@pytest.mark.parametrize("work_off", [_sweep, _next_verb])
def test_a_quote_that_commits_after_another_verb_looked(
    desk: Desk, feed: Db, work_off: Callable[[Desk], None]
) -> None:
    """The quote sees no order yet, the order commits, whoever works it off sees no quote yet."""
    alice = desk.trader("alice")
    alice.execute("begin")
    placed = place(alice, "AAPL", "buy", 10, order_type="limit", limit_price=99)
    feed.execute("begin")
    record(feed, [_at("AAPL", 98.5)])
    alice.execute("commit")
    work_off(desk)
    feed.execute("commit")
    _sweep(desk)
    assert order(alice, placed.order_id).status == "FILLED"


@workers
def test_a_held_portfolio_stops_out_as_it_would_have(
    desk: Desk, feed: Db, work_off: Callable[[Desk], None]
) -> None:
    alice, bob, idle = desk.trader("alice"), desk.trader("bob"), desk.trader("alice")
    stops = []
    for db in (alice, bob):
        place(db, "AAPL", "buy", 10)
        terms = {"order_type": "stop", "stop_price": 95, "time_in_force": "GTC"}
        stops.append(place(db, "AAPL", "sell", 10, **terms))
    _work_off_all(desk)
    idle.execute("begin")
    place(idle, "MSFT", "buy", 1, order_type="limit", limit_price=1)
    for middle in (96, 94, 93, 101):
        record(feed, [_at("AAPL", middle)])
    assert order(alice, stops[0].order_id).status == "OPEN"
    idle.execute("rollback")
    work_off(desk)
    assert order(alice, stops[0].order_id).status == "FILLED"
    assert _fills(alice)[1:2] == _fills(bob)[1:2]
    assert _fills(alice)[1].price == Decimal("93.99")


def test_whoever_holds_the_lock_can_not_take_his_stop_back(desk: Desk, feed: Db) -> None:
    alice = desk.trader("alice")
    place(alice, "AAPL", "buy", 10)
    stop = place(alice, "AAPL", "sell", 10, order_type="stop", stop_price=95)
    _work_off_all(desk)
    alice.execute("begin")
    place(alice, "MSFT", "buy", 1)
    record(feed, [_at("AAPL", 94)])
    record(feed, [_at("AAPL", 101)])
    with pytest.raises(psycopg.Error) as refused:
        alice.execute("select cancel_order(%s)", [stop.order_id])
    assert refused.value.sqlstate == "TB422"
    alice.execute("rollback")
    _sweep(desk)
    assert order(alice, stop.order_id).average_price == Decimal("93.99")


@workers
def test_a_held_portfolio_meets_its_quotes_in_their_order(
    desk: Desk, feed: Db, work_off: Callable[[Desk], None]
) -> None:
    """A buy low and a sell high: each fills at the first quote that reached it."""
    alice, bob, idle = desk.trader("alice"), desk.trader("bob"), desk.trader("alice")
    for db in (alice, bob):
        place(db, "AAPL", "buy", 10)
        place(db, "AAPL", "sell", 10, order_type="limit", limit_price=103)
        place(db, "AAPL", "buy", 5, order_type="limit", limit_price=97, strategy="dip")
        place(db, "MSFT", "buy", 5, order_type="limit", limit_price=98)
    _work_off_all(desk)
    idle.execute("begin")
    place(idle, "MSFT", "buy", 1, order_type="limit", limit_price=1)
    for symbol, middle in (("AAPL", 96), ("MSFT", 97), ("AAPL", 104), ("AAPL", 90), ("MSFT", 80)):
        record(feed, [_at(symbol, middle)])
    record(feed, [_at("AAPL", 105), _at("MSFT", 105), _at("AAPL", 100), _at("MSFT", 100)])
    idle.execute("rollback")
    work_off(desk)
    assert _fills(alice)[1:4] == _fills(bob)[1:]
    assert [fill.price for fill in _fills(bob)[1:]] == [97, 98, 103]


def test_a_held_trade_knows_nothing_of_what_came_after_its_stop(desk: Desk, feed: Db) -> None:
    alice, idle = desk.trader("alice"), desk.trader("alice")
    place(alice, "AAPL", "buy", 10, stop_loss=95)
    record(feed, [_at("AAPL", 98)])
    idle.execute("begin")
    place(idle, "MSFT", "buy", 1, order_type="limit", limit_price=1)
    for middle in (94, 80, 130):
        record(feed, [_at("AAPL", middle)])
    idle.execute("rollback")
    query = "select mfe, mae from trade_history where symbol = 'AAPL'"
    assert one(alice, query) == (0, Decimal("-20.2"))
    _sweep(desk)
    assert one(alice, query) == (0, Decimal("-60.2"))


@workers
def test_a_held_portfolio_follows_its_symbol(
    desk: Desk, feed: Db, work_off: Callable[[Desk], None]
) -> None:
    """Whoever catches up with a symbol's change meets what the new one brought, before he acts."""
    desk.add_instruments("APPL")
    alice, bob, idle = desk.trader("alice"), desk.trader("bob"), desk.trader("alice")
    for db in (alice, bob):
        place(db, "AAPL", "buy", 10, stop_loss=95)
    _work_off_all(desk)
    idle.execute("begin")
    place(idle, "MSFT", "buy", 1, order_type="limit", limit_price=1)
    desk.prices().execute("select record_corporate_action('AAPL', new_symbol => 'APPL')")
    for middle in (96, 94, 101):
        record(feed, [_at("APPL", middle)])
    idle.execute("rollback")
    if work_off is _next_quote:
        record(feed, [_at("APPL", 101)])
    else:
        work_off(desk)
    assert _fills(alice)[1:2] == _fills(bob)[1:2]
    assert _fills(alice)[1].price == Decimal("93.99")


@pytest.mark.parametrize("minutes", [-1, 0, 1])
def test_a_held_portfolio_expires_its_day_orders_in_between(desk: Desk, minutes: int) -> None:
    """The price comes down a minute before, at, or after the close; the lock is held all day."""
    alice, idle = desk.trader("alice"), desk.trader("alice")
    writer = desk.trader("alice", lock_timeout="1", statement_timeout="5000")
    alice.execute("select shared_data.open_feed('own')")
    alice.execute("select open_portfolio('replay', feed => 'own')")
    replay(writer, "own", [_at("AAPL", 100, quoted_at=MONDAY)])
    terms = {"order_type": "limit", "limit_price": 97, "portfolio": "replay"}
    placed = place(alice, "AAPL", "buy", 5, **terms)
    idle.execute("begin")
    place(idle, "MSFT", "buy", 1, **terms)
    reached = CLOSE + timedelta(minutes=minutes)
    for at, middle in ((MONDAY, 98), (reached, 96), (CLOSE + timedelta(hours=1), 100)):
        replay(writer, "own", [_at("AAPL", middle, quoted_at=at)])
    idle.execute("rollback")
    _sweep(desk)
    after = order(alice, placed.order_id)
    assert after.status == ("FILLED" if minutes < 0 else "EXPIRED")
    if minutes < 0:
        assert _fills(alice)[0].executed_at == reached


def test_a_sweep_expires_what_no_quote_reaches(desk: Desk) -> None:
    alice, idle = desk.trader("alice"), desk.trader("alice")
    alice.execute("select shared_data.open_feed('own')")
    alice.execute("select open_portfolio('replay', feed => 'own')")
    replay(alice, "own", [_at("AAPL", 100, quoted_at=MONDAY)])
    terms = {"order_type": "limit", "limit_price": 97, "portfolio": "replay"}
    placed = place(alice, "AAPL", "buy", 5, **terms)
    idle.execute("begin")
    place(idle, "AAPL", "buy", 1, **terms)
    replay(alice, "own", [_at("MSFT", 100, quoted_at=CLOSE)])
    idle.execute("rollback")
    assert order(alice, placed.order_id).status == "OPEN"
    _sweep(desk)
    assert order(alice, placed.order_id).status == "EXPIRED"


def test_rows_of_what_is_unmatched_block_no_quote(desk: Desk, feed: Db) -> None:
    """One client holds new rows of it, another has taken old ones out; neither has committed."""
    alice, bob = desk.trader("alice"), desk.trader("bob")
    for db in (alice, bob):
        place(db, "AAPL", "buy", 10, order_type="limit", limit_price=99)
    alice.execute("begin")
    place(alice, "AAPL", "buy", 10, order_type="limit", limit_price=98)
    bob.execute("begin")
    bob.execute("select cancel_all()")
    for middle in (98.5, 97, 100, 96):
        record(feed, [_at("AAPL", middle), _at("MSFT", middle)])
    alice.execute("commit")
    bob.execute("commit")
    _sweep(desk)
    assert [fill.price for fill in _fills(alice)] == [99, 98]
    assert _fills(bob) == []


@pytest.mark.parametrize(("end", "price"), [("commit", None), ("rollback", 99)])
def test_a_quote_while_an_order_is_replaced(
    desk: Desk, feed: Db, end: str, price: int | None
) -> None:
    """The quote reaches the old limit and not the new one: what counts is what was committed."""
    alice, other = desk.trader("alice"), desk.trader("alice")
    placed = place(alice, "AAPL", "buy", 10, order_type="limit", limit_price=99)
    other.execute("begin")
    other.execute("select replace_order(%s, 1, limit_price => 97)", [placed.order_id])
    record(feed, [_at("AAPL", 98.5)])
    record(feed, [_at("AAPL", 100)])
    other.execute(end.encode())
    _sweep(desk)
    assert order(alice, placed.order_id).average_price == price


@workers
def test_a_quote_reaches_only_the_new_limit(
    desk: Desk, feed: Db, work_off: Callable[[Desk], None]
) -> None:
    alice, other = desk.trader("alice"), desk.trader("alice")
    placed = place(alice, "AAPL", "buy", 10, order_type="limit", limit_price=90)
    other.execute("begin")
    other.execute("select replace_order(%s, 1, limit_price => 99)", [placed.order_id])
    record(feed, [_at("AAPL", 98.5)])
    record(feed, [_at("AAPL", 100)])
    other.execute("commit")
    work_off(desk)
    assert order(alice, placed.order_id).average_price == 99


@pytest.mark.parametrize(("end", "status"), [("commit", "CANCELED"), ("rollback", "FILLED")])
def test_a_quote_while_an_order_is_canceled(desk: Desk, feed: Db, end: str, status: str) -> None:
    alice, other = desk.trader("alice"), desk.trader("alice")
    placed = place(alice, "AAPL", "buy", 10, order_type="limit", limit_price=99)
    _work_off_all(desk)
    other.execute("begin")
    other.execute("select cancel_order(%s)", [placed.order_id])
    record(feed, [_at("AAPL", 98.5)])
    record(feed, [_at("AAPL", 100)])
    other.execute(end.encode())
    _sweep(desk)
    assert order(alice, placed.order_id).status == status


def test_an_action_between_a_lock_and_a_price(desk: Desk) -> None:
    """A verb that holds its portfolio, and has caught up, sees neither the action nor its price.

    What makes it wait is an order of hers that it has yet to fill, and that somebody else holds.
    """
    alice, other, idle = desk.trader("alice"), desk.trader("alice"), desk.installer()
    place(alice, "AAPL", "buy", 10)
    resting = place(alice, "MSFT", "buy", 1, order_type="limit", limit_price=99)
    other.execute("begin")
    place(other, "MSFT", "buy", 1, order_type="limit", limit_price=1)
    record(desk.prices(), [_at("MSFT", 98.5)])
    other.execute("rollback")
    idle.execute("begin")
    query = "select from paper_trading.orders where order_id = %s for update"
    idle.execute(query, [resting.order_id])
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(place, alice, "AAPL", "sell", 4)
        _until_it_waits(idle, alice)
        desk.prices().execute("select record_corporate_action('AAPL', 2, 1)")
        idle.execute("rollback")
        sold = waiting.result(timeout=10)
    assert (sold.filled_quantity, sold.average_price) == (4, Decimal("99.99"))
    _sweep(desk)
    assert one(alice, "select quantity from positions where symbol = 'AAPL'").quantity == 12
    after = place(alice, "AAPL", "sell", 12)
    assert after.average_price == Decimal("49.99")
    assert one(alice, "select sum(realized_pnl) as pnl from positions").pnl == Decimal("-0.26")
    assert order(alice, resting.order_id).status == "FILLED"


def test_fifty_duplicates_at_once_are_one_order(desk: Desk) -> None:
    clients = [desk.trader("alice") for _ in range(50)]
    start = threading.Barrier(len(clients))

    def send(db: Db) -> Any:
        start.wait()
        return place(db, "AAPL", "buy", 10, idempotency_key="f3c1")

    with ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(send, clients))
    assert answers == [answers[0]] * 50
    assert answers[0].status == "FILLED"
    assert one(clients[0], "select count(*) from orders").count == 1
    assert one(clients[0], "select quantity from positions").quantity == 10


def _until_it_waits(watcher: Db, other: Db) -> None:
    watch = "select wait_event_type from pg_stat_activity where pid = %s"
    while watcher.execute(watch, [other.info.backend_pid]).fetchone() != ("Lock",):
        time.sleep(0.01)


def _in_turn(first: Db, second: Db, query: str, *values: object) -> str | None:
    """The second begins while the first hasn't committed; returns what the second was refused."""
    first.execute("begin")
    first.execute(query.encode(), values)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(second.execute, query.encode(), values)
        _until_it_waits(first, second)
        first.execute("commit")
        error = waiting.exception(timeout=10)
    return error.sqlstate if isinstance(error, psycopg.Error) else None


def test_two_tabs_with_one_version(desk: Desk) -> None:
    alice, tab = desk.trader("alice"), desk.trader("alice")
    placed = place(alice, "AAPL", "buy", 10, order_type="limit", limit_price=99)
    query = "select replace_order(%s, %s, limit_price => 98)"
    assert _in_turn(alice, tab, query, placed.order_id, 1) == "TB409"
    query = "select edit_portfolio('main', %s, slippage_percent => 1)"
    assert _in_turn(alice, tab, query, 1) == "TB409"
    assert order(alice, placed.order_id).version == 2


def test_one_order_is_canceled_once(desk: Desk) -> None:
    alice, tab = desk.trader("alice"), desk.trader("alice")
    placed = place(alice, "AAPL", "buy", 10, order_type="limit", limit_price=99)
    assert _in_turn(alice, tab, "select cancel_order(%s)", placed.order_id) == "TB422"


def test_one_name_is_opened_once(desk: Desk) -> None:
    alice, tab = desk.trader("alice"), desk.trader("alice")
    assert _in_turn(alice, tab, "select open_portfolio('twice')") == "TB422"
    assert one(alice, "select count(*) from portfolios where name = 'twice'").count == 1


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_pooled_connection_remembers_nobody(desk: Desk, end: str) -> None:
    place(desk.trader("alice"), "AAPL", "buy", 10)
    pooled = desk.trader()
    count = "select count(*) from orders"
    pooled.execute("begin")
    pooled.execute("select set_config('app.current_user', 'alice', true)")
    assert one(pooled, count).count == 1
    pooled.execute(end.encode())
    assert one(pooled, count).count == 0
    with pytest.raises(psycopg.Error) as refused:
        place(pooled, "AAPL", "buy", 1)
    assert refused.value.sqlstate == "TB401"


def test_an_idle_client_is_sent_away(desk: Desk, feed: Db) -> None:
    alice = desk.trader("alice")
    idle = desk.trader("alice", idle_in_transaction_session_timeout="200")
    resting = place(alice, "AAPL", "buy", 10, order_type="limit", limit_price=99)
    idle.execute("begin")
    gone = place(idle, "AAPL", "buy", 10, order_type="limit", limit_price=99)
    record(feed, [_at("AAPL", 98.5)])
    alice.execute("set statement_timeout = '5s'")
    place(alice, "MSFT", "buy", 1)
    with pytest.raises(psycopg.Error):
        idle.execute("select")
    assert order(alice, resting.order_id).status == "FILLED"
    assert alice.execute("select from orders where order_id = %s", [gone.order_id]).fetchall() == []


@pytest.mark.parametrize("in_one", [False, True])
def test_what_expires_at_the_close_frees_its_money_first(desk: Desk, in_one: bool) -> None:
    """A stop gaps at the close to a price that takes the money of an order which ends then."""
    alice = desk.trader("alice")
    alice.execute("select shared_data.open_feed('own')")
    money = '{"USD": 1450}'
    alice.execute("select open_portfolio('replay', feed => 'own', initial_balances => %s)", [money])
    replay(alice, "own", [_at(symbol, 99, quoted_at=MONDAY) for symbol in ("AAPL", "MSFT")])
    ends = place(alice, "AAPL", "buy", 10, order_type="limit", limit_price=94, portfolio="replay")
    terms = {"order_type": "stop", "stop_price": 100, "time_in_force": "GTC"}
    stop = place(alice, "MSFT", "buy", 5, portfolio="replay", **terms)
    quotes = [
        _at("AAPL", 99, quoted_at=CLOSE - timedelta(seconds=1)),
        _at("MSFT", 106, quoted_at=CLOSE),
    ]
    for batch in [quotes] if in_one else [[quote] for quote in quotes]:
        replay(alice, "own", batch)
    assert order(alice, ends.order_id).status == "EXPIRED"
    assert order(alice, stop.order_id).status == "FILLED"


@pytest.mark.parametrize("in_one", [False, True])
def test_a_batch_is_its_quotes_one_by_one(desk: Desk, in_one: bool) -> None:
    """A short is marked at the quote that stood when an order was matched, not at a later one."""
    alice = desk.trader("alice")
    alice.execute("select shared_data.open_feed('own')")
    alice.execute(
        "select open_portfolio('replay', feed => 'own', allow_short => true,"
        " initial_balances => '{\"USD\": 2000}')"
    )
    replay(alice, "own", [_at(symbol, 99, quoted_at=MONDAY) for symbol in ("AAPL", "MSFT")])
    place(alice, "AAPL", "sell", 10, portfolio="replay", time_in_force="GTC")
    terms = {"order_type": "limit", "limit_price": 98, "time_in_force": "GTC"}
    limit = place(alice, "MSFT", "buy", 10, portfolio="replay", **terms)
    assert limit.status == "OPEN"
    later = MONDAY + timedelta(minutes=1)
    quotes = [_at("MSFT", 97, quoted_at=later), _at("AAPL", 140, quoted_at=later)]
    for batch in [quotes] if in_one else [[quote] for quote in quotes]:
        replay(alice, "own", batch)
    assert order(alice, limit.order_id).status == "FILLED"
