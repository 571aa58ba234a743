"""daily_summary, trade_history and the metrics against a computation of their own, in pandas."""

import math
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from tests.py.applications import Db, Quote, open_desk, place, replay
from tests.support.databases import scratch_database

from twinbook.migrate import migrate

OPENING = 100_000
BEGINS = datetime(2012, 3, 5, 15, tzinfo=UTC)
PRICES = {"AAPL": 500.0, "MSFT": 30.0, "SAP": 50.0}
RATE = Decimal("1.25")


@pytest.fixture(scope="module")
def alice(server_url: str) -> Iterator[Db]:
    """Sixty days of random trades, brackets among them, in two currencies, with a reset midway."""
    chance = random.Random(7)  # noqa: S311
    with scratch_database(server_url) as url:
        migrate(url)
        with open_desk(url) as desk:
            desk.add_instruments("AAPL", "MSFT", venue="exchange")
            for verb in (
                "add_instrument('SAP', 'equity', 'EUR', venue => 'exchange')",
                "add_instrument('EURUSD', 'currency', 'USD', base_currency => 'EUR')",
                "add_fee('exchange', 'equity', 'fee', 'unit', 0.02, 'made up')",
            ):
                desk.prices().execute(f"select shared_data.{verb}".encode())
            desk.register("alice")
            db = desk.trader("alice")
            db.execute("select open_feed('own')")
            balances = f'{{"USD": {OPENING}, "EUR": {OPENING}}}'
            db.execute(
                "select open_portfolio('main', feed => 'own', allow_short => true,"
                " max_quote_age => '5 days', initial_balances => %s)",
                [balances],
            )
            _trade(db, chance)
            yield db


def _trade(db: Db, chance: random.Random) -> None:
    prices = dict(PRICES)
    at = BEGINS
    for day in range(60):
        if at.weekday() < 5:
            for hour in range(3):
                moment = at + timedelta(hours=hour)
                batch = [Quote("EURUSD", last=RATE + day * Decimal("0.001"), quoted_at=moment)]
                for symbol, price in prices.items():
                    prices[symbol] = price * (1 + chance.gauss(0, 0.015))
                    last = Decimal(round(prices[symbol], 2)).quantize(Decimal("0.01"))
                    batch.append(Quote(symbol, last - 1, last + 1, last, None, moment))
                replay(db, "own", batch)
                for _ in range(2):
                    _order(db, chance, prices)
        if day == 40:
            db.execute("select reset_portfolio()")
        at += timedelta(days=1)


def _order(db: Db, chance: random.Random, prices: dict[str, float]) -> None:
    symbol, side = chance.choice(list(prices)), chance.choice(["buy", "sell"])
    terms: dict[str, Any] = {"strategy": chance.choice(["", "trend"])}
    if chance.random() < 0.5:
        far = prices[symbol] * 0.04 * (1 if side == "buy" else -1)
        terms |= {
            "stop_loss": Decimal(round(prices[symbol] - far - math.copysign(1, far), 0)),
            "take_profit": Decimal(round(prices[symbol] + far + math.copysign(1, far), 0)),
        }
    place(db, symbol, side, chance.randint(1, 30), **terms)


def _frame(db: Db, query: str) -> pd.DataFrame:
    cursor = db.execute(query.encode())
    names = [column.name for column in cursor.description or ()]
    frame = pd.DataFrame([tuple(row) for row in cursor], columns=names)
    return frame.map(lambda value: float(value) if isinstance(value, Decimal) else value)


def _rates(db: Db, days: pd.Index) -> pd.Series:
    """A euro's worth in dollars at each day's end."""
    quotes = _frame(db, "select quoted_at, last from market_data where symbol = 'EURUSD'")
    daily = quotes.groupby(quotes.quoted_at.dt.date)["last"].last()
    return daily.reindex(days).ffill()


def _daily(db: Db) -> pd.DataFrame:
    """Equity, flows and returns by day, from executions, ledger and prices alone."""
    fills = _frame(db, "select * from executions order by seq")
    entries = _frame(db, "select * from ledger_entries order by seq")
    quotes = _frame(db, "select symbol, quoted_at, bid, ask from market_data where bid > 0")
    days = pd.Index(sorted(set(quotes.quoted_at.dt.date)), name="day")
    rates = pd.DataFrame({"USD": 1.0, "EUR": _rates(db, days)}, index=days)

    # The opening came before the feed had a time: it belongs to the first day.
    entries["day"] = entries.occurred_at.dt.date.where(entries.occurred_at.dt.year == 2012, days[0])
    moved = entries.pivot_table(index="day", columns="currency", values="amount", aggfunc="sum")
    cash = (moved.reindex(days).fillna(0).cumsum() * rates).sum(axis=1)
    is_flow = entries.kind.isin(["deposit", "reset"])
    flows = entries[is_flow].pivot_table(
        index="day", columns="currency", values="amount", aggfunc="sum"
    )
    flows = (flows.reindex(days).fillna(0) * rates).sum(axis=1)

    fills["day"] = fills.executed_at.dt.date
    fills["signed"] = fills.quantity.where(fills.side == "buy", -fills.quantity)
    closes = quotes.groupby([quotes.quoted_at.dt.date, "symbol"])[["bid", "ask"]].last()
    value = pd.Series(0.0, index=days)
    for (symbol, _), those in fills.groupby(["symbol", "strategy"]):
        held = those.groupby("day").signed.sum().reindex(days).fillna(0).cumsum()
        of_symbol = closes.xs(symbol, level="symbol").reindex(days).ffill()
        mark = of_symbol.bid.where(held > 0, of_symbol.ask)
        value += held * mark * rates[those.currency.iloc[0]]

    realized = fills.assign(
        realized=fills.realized_pnl * fills.apply(lambda f: rates.at[f.day, f.currency], axis=1)
    )
    frame = pd.DataFrame({"cash": cash, "value": value, "flows": flows})
    frame["realized"] = realized.groupby("day").realized.sum().reindex(days).fillna(0)
    frame["equity"] = frame.cash + frame.value
    base = frame.equity.shift(fill_value=0) + frame.flows
    frame["return"] = (frame.equity - base) / base
    return frame


def test_days_are_what_facts_and_prices_say(alice: Db) -> None:
    told = _frame(alice, "select * from daily_summary order by day").set_index("day")
    ours = _daily(alice)
    assert list(told.index) == list(ours.index)
    assert told.unknown.isna().all()
    for column, name in {
        "cash": "cash", "positions_value": "value", "equity": "equity", "flows": "flows",
        "realized_pnl": "realized",
    }.items():  # fmt: skip
        assert told[column].to_numpy() == pytest.approx(ours[name].to_numpy(), abs=1e-6), column
    assert told.day_return_percent.to_numpy() == pytest.approx(ours["return"] * 100, abs=1e-6)
    assert told.trades_closed.sum() > 40


def test_the_last_day_is_the_present(alice: Db) -> None:
    now = _frame(alice, "select * from portfolio_summary").iloc[0]
    last = _frame(alice, "select * from daily_summary order by day desc limit 1").iloc[0]
    for column in ("cash", "equity", "positions_value", "unrealized_pnl"):
        assert last[column] == pytest.approx(now[column], abs=1e-6), column


def test_sessions_are_measured_apart(alice: Db) -> None:
    told = _frame(alice, "select * from session_metrics order by session")
    trades = _frame(alice, "select * from trade_history where status in ('CLOSED', 'EXPIRED')")
    quotes = _frame(alice, "select quoted_at, last from market_data where symbol = 'EURUSD'")
    quotes = quotes.set_index("quoted_at")["last"]
    rate = trades.apply(
        lambda t: 1.0 if t.currency == "USD" else quotes[: t.closed_at].iloc[-1], axis=1
    )
    trades["net"] = trades.net_pnl * rate
    days = _frame(alice, "select day, session from daily_summary").set_index("day").session
    returns = _daily(alice)["return"]
    assert len(told) == 2
    for _, row in told.iterrows():
        net = trades[trades.session == row.session].net
        hold = trades[trades.session == row.session].hold_time
        of_days = returns[days == row.session]
        worth = (1 + of_days).cumprod()
        peak = worth.cummax().clip(lower=1)
        won, lost = net[net > 0], net[net <= 0]
        assert row.trades == len(net) > 10
        assert row.win_rate_percent == pytest.approx(100 * len(won) / len(net), abs=1e-4)
        assert row.net_pnl == pytest.approx(net.sum(), abs=1e-6)
        assert row.profit_factor == pytest.approx(won.sum() / -lost.sum(), abs=1e-4)
        assert row.expectancy == pytest.approx(net.mean(), abs=1e-4)
        assert row.average_win == pytest.approx(won.mean(), abs=1e-4)
        assert row.average_loss == pytest.approx(lost.mean(), abs=1e-4)
        assert row.best_trade == pytest.approx(net.max(), abs=1e-6)
        assert row.average_hold == pytest.approx(hold.mean(), abs=pd.Timedelta("1ms"))
        assert row.total_return_percent == pytest.approx(100 * (worth.iloc[-1] - 1), abs=1e-4)
        assert row.max_drawdown_percent == pytest.approx(100 * (1 - worth / peak).max(), abs=1e-4)
        assert row.sharpe == pytest.approx(of_days.mean() / of_days.std() * 252**0.5, abs=1e-4)
        losses = of_days.clip(upper=0)
        root = (losses**2).mean() ** 0.5
        assert row.sortino == pytest.approx(of_days.mean() / root * 252**0.5, abs=1e-4)
    now = _frame(alice, "select session, trades, sharpe from performance_metrics").iloc[0]
    assert tuple(now) == tuple(told[["session", "trades", "sharpe"]].iloc[-1])


def test_trades_are_sums_of_their_executions(alice: Db) -> None:
    told = _frame(alice, "select * from trade_history").set_index("trade_id")
    fills = _frame(alice, "select * from executions")
    fills["value"] = fills.quantity * fills.price
    for trade_id, those in fills.groupby("trade_id"):
        trade = told.loc[trade_id]
        enters = those.side == ("buy" if trade.direction == "long" else "sell")
        assert trade.entry_price == pytest.approx(
            those[enters].value.sum() / those[enters].quantity.sum(), abs=1e-9
        )
        assert trade.net_pnl == pytest.approx(those.realized_pnl.sum() - those.fee.sum(), abs=1e-9)
        if trade.status == "CLOSED":
            gain = those[~enters].value.sum() - those[enters].value.sum()
            gain *= 1 if trade.direction == "long" else -1
            assert trade.realized_pnl == pytest.approx(gain, abs=1e-6)
            assert bool(trade.is_win) == (trade.net_pnl > 0)


def test_excursions_are_those_of_the_feed(alice: Db) -> None:
    """Of trades entered once and left once: best and worst of the quotes while it was open."""
    told = _frame(alice, "select * from trade_history where status = 'CLOSED'")
    fills = _frame(alice, "select * from executions")
    quotes = _frame(alice, "select * from market_data where bid > 0")
    counted = fills.groupby("trade_id").size()
    tried = 0
    for _, trade in told.iterrows():
        if counted[trade.trade_id] != 2:
            continue
        first, last = fills[fills.trade_id == trade.trade_id].sort_values("seq").itertuples()
        seen = quotes[
            (quotes.symbol == trade.symbol)
            & (quotes.number > first.quote_number)
            & (quotes.quoted_at <= trade.closed_at)
        ]
        sign = 1 if trade.direction == "long" else -1
        marks = [*(seen.bid if sign > 0 else seen.ask), last.price]
        worth = [sign * (mark - first.price) * first.quantity for mark in marks]
        assert trade.mfe == pytest.approx(max(0, *worth), abs=1e-6)
        assert trade.mae == pytest.approx(min(0, *worth), abs=1e-6)
        tried += 1
    assert tried > 10
