"""A year of three symbols' daily prices with 500 bracket trades: the same digest twice, and metrics
that equal a computation from the executions."""

import hashlib
import random
from collections import defaultdict
from decimal import Decimal
from itertools import groupby
from typing import Any

import pytest
from tests.py.applications import Db, open_desk
from tests.py.test_determinism import FACTS
from tests.support.databases import scratch_database

from twinbook import connect
from twinbook.demo import FILES, SYMBOLS
from twinbook.migrate import migrate
from twinbook.prices import PriceFile
from twinbook.replay import close_of, in_time_order, moment_of, open_for_bars
from twinbook.rows import Quote

TRADES = 500


def _play(url: str, seed: int) -> None:
    """Two bracket entries a day, long and short, sized and spread by chance."""
    migrate(url)
    chance = random.Random(seed)  # noqa: S311
    with connect(url) as db:
        with db.market_data() as market:
            market.add_fee("demo", "equity", "fee", "unit", Decimal("0.005"), "made up", minimum=1)
            for symbol in SYMBOLS:
                market.add_instrument(symbol, "equity", "USD", venue="demo")
            streams = [
                PriceFile(FILES / f"{symbol}_2012_daily.csv").quotes(
                    symbol, close_of(market, symbol)
                )
                for symbol in SYMBOLS
            ]
        with db.administration() as administration:
            administration.register_user("alice")
        quotes = list(in_time_order(streams))
        with db.session("alice") as book:
            open_for_bars(book, "y2012")
            book.open_portfolio(
                "main",
                feed="y2012",
                initial_balances={"USD": 1_000_000},
                allow_short=True,
                seed=seed,
            )
        for number, (_, today) in enumerate(groupby(quotes, lambda quote: moment_of(quote).date())):
            moments = [list(those) for _, those in groupby(today, moment_of)]
            with db.session("alice") as book:
                book.replay_quotes("y2012", moments[0])
                for entry in range(2):
                    _enter(book, chance, moments[0], f"{number}-{entry}")
                book.replay_quotes("y2012", [quote for those in moments[1:] for quote in those])


def _enter(book: Any, chance: random.Random, market: list[Quote], key: str) -> None:
    quote = chance.choice(market)
    price = quote.last or quote.bid
    assert price
    way = chance.choice([1, 1, -1])
    near, far = (Decimal(chance.randint(1, 6)) / 100 for _ in range(2))
    book.place_order(
        quote.symbol,
        "buy" if way > 0 else "sell",
        chance.randint(1, 10),
        strategy=key,  # a position of its own
        time_in_force="GTC",
        stop_loss=round(price * (1 - way * near) - way, 0),
        take_profit=round(price * (1 + way * far) + way, 0),
        idempotency_key=key,
    )


def _digest(db: Db) -> str:
    told = hashlib.sha256()
    for table, columns in FACTS.items():
        query = f"select {columns} from {table} as e"
        rows = sorted(repr(tuple(row)) for row in db.execute(query.encode()))
        told.update("\n".join([table, *rows]).encode())
    return told.hexdigest()


def _recomputed(db: Db) -> dict[str, Decimal]:
    """Of every trade that is flat, its net result, from executions alone."""
    cash: dict[str, Decimal] = defaultdict(Decimal)
    left: dict[str, Decimal] = defaultdict(Decimal)
    for fill in db.execute("select * from executions"):
        way = 1 if fill.side == "buy" else -1
        cash[fill.trade_id] -= way * fill.quantity * fill.price + fill.fee
        left[fill.trade_id] += way * fill.quantity
    return {trade: net for trade, net in cash.items() if left[trade] == 0}


def test_a_year_comes_to_the_same_twice(server_url: str) -> None:
    digests = []
    for _ in range(2):
        with scratch_database(server_url) as url:
            _play(url, seed=11)
            with open_desk(url) as desk:
                db = desk.trader("alice")
                digests.append(_digest(db))
                assert db.execute("select count(*) from trades").fetchone()[0] == TRADES  # type: ignore[index]
                assert desk.faults() == []
                nets = _recomputed(db)
                told = db.execute("select * from performance_metrics").fetchone()
    assert digests[0] == digests[1]
    won = [net for net in nets.values() if net > 0]
    lost = [net for net in nets.values() if net <= 0]
    assert told is not None
    assert (told.trades, told.wins, told.losses) == (len(nets), len(won), len(lost))
    assert len(won) > 50
    assert len(lost) > 50
    assert told.net_pnl == sum(nets.values())
    assert told.profit_factor == pytest.approx(sum(won) / -sum(lost), abs=Decimal("0.0001"))
    assert told.expectancy == pytest.approx(sum(nets.values()) / len(nets), abs=Decimal("0.0001"))
    assert (told.best_trade, told.worst_trade) == (max(nets.values()), min(nets.values()))
    assert told.unknown is None
