"""A backtest on a year of daily bars: hold what closed above its average of 20 days, else nothing.

    python examples/moving_average.py URL

Its feed fills on the next quote, so no order fills on the close that it was decided on.
"""

import sys
from decimal import Decimal
from pathlib import Path

import twinbook
from twinbook import replay
from twinbook.prices import PriceFile

BARS = Path(twinbook.__file__).parent / "data" / "prices" / "AAPL_2012_daily.csv"
DAYS = 20
QUOTES_A_DAY = 4


def main(url: str) -> None:
    """Replays the bars day by day, and decides after each close."""
    closes: list[Decimal] = []
    with twinbook.connect(url) as db:
        what = replay.prepare(db, "alice", "paper", "backtest", [("AAPL", PriceFile(BARS))])
        with db.session("alice", "paper") as book:
            book.open_portfolio("backtest", feed="backtest", initial_balances={"USD": 100_000})

        for start in range(0, len(what.quotes), QUOTES_A_DAY):
            day = what.quotes[start : start + QUOTES_A_DAY]
            closes.append(day[-1].last or Decimal(0))
            with db.session("alice", "paper") as book:
                book.replay_quotes("backtest", day)
                if len(closes) >= DAYS:
                    _decide(book, closes[-1], sum(closes[-DAYS:], Decimal(0)) / DAYS)

        with db.session("alice", "paper") as book:
            for fill in book.fetch(
                twinbook.Execution, "select * from executions order by seq desc limit 4"
            ):
                day_of = f"{fill.executed_at:%Y-%m-%d}"
                print(day_of, fill.side, fill.quantity, "at", fill.price, "pnl", fill.realized_pnl)
            (worth,) = book.execute("select equity, realized_pnl from portfolio_summary")
            print(len(closes), "days, equity", worth["equity"], "realized", worth["realized_pnl"])


def _decide(book: twinbook.Book, close: Decimal, average: Decimal) -> None:
    held = book.execute("select quantity from open_positions")
    # A bar's last quote is a second before its close: a DAY order placed on it would expire then.
    if close > average and not held:
        book.place_order("AAPL", "buy", 100, time_in_force="GTC")
    elif close < average and held:
        book.place_order("AAPL", "sell", held[0]["quantity"], time_in_force="GTC")


if __name__ == "__main__":
    main(sys.argv[1])
