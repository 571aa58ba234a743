"""The same quotes, orders, settings and seed give the same fills in any database (rule 25)."""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
from tests.py.applications import Db, Quote, one, open_desk, place, replay
from tests.support.databases import scratch_database

from twinbook.migrate import migrate

MONDAY = datetime(2012, 3, 5, 14, 30, tzinfo=UTC)
SYMBOLS = ["AAPL", "MSFT"]

# Everything but ids, times of the system, and what is chained from them.
FACTS = {
    "orders": """
        order_number, symbol, strategy, side, order_type, time_in_force, quantity, limit_price,
        stop_price, status, filled_quantity, average_price, fees, reject_reason, end_reason,
        version, is_resting, effective_number, effective_at, expires_at, triggered_at,
        held_amount, held_quantity, purpose, session, stop_loss, take_profit, reason""",
    "executions": """
        seq, (select o.order_number from orders as o where o.order_id = e.order_id), fill_id, part,
        symbol, strategy, side, quantity, price, fee, fee_components, slippage, realized_pnl,
        liquidity, price_source, quote_number, model, executed_at""",
    "ledger_entries": """
        seq, kind, currency, amount, execution_seq,
        case when execution_seq is not null then occurred_at end""",
    "positions": """
        symbol, strategy, quantity, cost, average_price, realized_pnl, fees, opened_at,
        updated_at""",
    "balances": "currency, amount, held",
    "audit_log": """
        seq, operation, actor,
        details - array['order_id', 'trade_id', 'next_trade_id', 'from_trade_id', 'placed_at']
          #- '{order,order_id}' #- '{order,trade_id}'
          #- '{begun_by,order_id}' #- '{begun_by,trade_id}'""",
    "trades": """
        opened_at, symbol, strategy, session, direction, status, entry_quantity, entry_value,
        exit_quantity, exit_value, stop_loss, take_profit, fees, slippage, realized_pnl, mfe, mae,
        extremes_number, exit_reason, closed_at, version,
        (select o.order_number from orders as o where o.order_id = e.entry_order_id)""",
}

Step = Callable[[Db], object]


def _script(seed: int) -> list[Quote | Step]:
    """Two weeks of quotes, and what a trader does in between."""
    chance = random.Random(seed)  # noqa: S311
    script: list[Quote | Step] = [_order(chance), _order(chance)]
    at = MONDAY
    for _ in range(250):
        at += timedelta(minutes=chance.choice([1, 10, 60, 400]))
        for symbol in chance.sample(SYMBOLS, chance.randint(1, 2)):
            last = Decimal(chance.randint(9400, 10600)) / 100
            spread = Decimal(chance.randint(1, 30)) / 100
            bid, ask = chance.choice([(last - spread, last + spread), (None, None)])
            script.append(Quote(symbol, bid=bid, ask=ask, last=last, quoted_at=at))
        script += [chance.choice([_order, _order, _change])(chance)] * chance.randint(0, 1)
    return script


def _order(chance: random.Random) -> Step:
    order_type = chance.choice(["market", "limit", "stop", "stop_limit"])
    price = Decimal(chance.randint(95, 105))
    symbol, side = chance.choice(SYMBOLS), chance.choice(["buy", "sell"])
    terms: dict[str, object] = {
        "order_type": order_type,
        "limit_price": price if order_type.endswith("limit") else None,
        "stop_price": price if order_type.startswith("stop") else None,
        "time_in_force": chance.choice(["DAY", "GTC"]),
        "strategy": chance.choice(["", "trend"]),
        "portfolio": chance.choice(["at once", "later"]),
    }
    if chance.random() < 0.5:
        far = Decimal(chance.randint(2, 8)) * (1 if side == "buy" else -1)
        terms |= {"stop_loss": price - far, "take_profit": price + far}
    quantity = chance.randint(1, 20)
    return lambda db: place(db, symbol, side, quantity, **terms)


def _change(chance: random.Random) -> Step:
    """Cancels or replaces the oldest open order of a portfolio; what is refused is refused."""
    portfolio = chance.choice(["at once", "later"])
    verb = chance.choice(
        ["cancel_order(o.order_id)", "replace_order(o.order_id, o.version, o.quantity + 1)"]
    )

    def change(db: Db) -> None:
        with suppress(psycopg.DatabaseError):
            db.execute(
                f"select {verb} from (select o.* from orders as o join portfolios as p"
                " using (username, portfolio_id) where p.name = %s and o.status = 'OPEN'"
                " order by o.order_number limit 1) as o".encode(),
                [portfolio],
            )

    return change


def _play(url: str, script: list[Quote | Step], in_batches: bool) -> dict[str, list[Any]]:
    migrate(url)
    with open_desk(url) as desk:
        desk.add_instruments(*SYMBOLS, venue="exchange")
        desk.prices().execute(
            "select shared_data.add_fee('exchange', 'equity', 'fee', 'percent', 0.0123, 'made up')"
        )
        desk.register("alice")
        alice = desk.trader("alice")
        alice.execute("select open_feed('own')")
        terms = "feed => 'own', allow_short => true, seed => 7"
        alice.execute(f"select open_portfolio('at once', {terms})".encode())
        alice.execute(f"select open_portfolio('later', {terms}, fill_delay_ms => 60000)".encode())
        batch: list[Quote] = []
        for step in script:
            if isinstance(step, Quote):
                batch.append(replace(step))
                if in_batches:
                    continue
            if batch:
                replay(alice, "own", batch)
                batch = []
            if not isinstance(step, Quote):
                step(alice)
        if batch:
            replay(alice, "own", batch)
        assert desk.faults() == []
        assert one(alice, "select count(*) from executions").count > 50
        return {table: facts(alice, table, columns) for table, columns in FACTS.items()}


def facts(db: Db, table: str, columns: str) -> list[Any]:
    """What a user sees of a table, by portfolio and in order."""
    query = (
        "select p.name, f.* from portfolios as p join "
        f"(select username, portfolio_id, {columns} from {table} as e) as f"
        " using (username, portfolio_id) order by 1, 4, 5"
    )
    return [(row.name, *row[3:]) for row in db.execute(query.encode())]


def test_two_databases_come_to_the_same(server_url: str) -> None:
    script = _script(seed=1)
    with scratch_database(server_url) as first, scratch_database(server_url) as second:
        played = _play(first, script, in_batches=False)
        again = _play(second, script, in_batches=True)
    for table, rows in played.items():
        assert [r for r in rows if r not in again[table]] == []
        assert rows == again[table]


def test_another_script_comes_to_something_else(server_url: str) -> None:
    """The comparison can tell: one quote more, and the facts differ."""
    script = _script(seed=1)
    with scratch_database(server_url) as first, scratch_database(server_url) as second:
        played = _play(first, script, in_batches=False)
        last = next(step for step in reversed(script) if isinstance(step, Quote))
        other = [replace(last, last=Decimal(1), bid=None, ask=None), *script[-5:]]
        assert _play(second, script[:-5] + other, in_batches=False) != played
