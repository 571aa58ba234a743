"""A session in Python: who is asking, an order, its fill, and a refusal that is a row.

    python examples/session.py URL

URL is the application's login. The users and instruments are those of setup.sql.
"""

import sys
from datetime import UTC, datetime
from decimal import Decimal

import twinbook
from twinbook.errors import KeyReused

OPENING = datetime(2012, 1, 4, 14, 30, tzinfo=UTC)


def main(url: str) -> None:
    """Each session is one transaction: kept when its block ends, undone when it raises."""
    with twinbook.connect(url) as db:
        with db.session("alice", "paper") as book:
            book.open_feed("python")
            book.open_portfolio("main", feed="python", initial_balances={"USD": Decimal(10_000)})
            book.replay_quotes(
                "python",
                [
                    twinbook.Quote(
                        symbol="AAPL",
                        bid=Decimal("409.98"),
                        ask=Decimal("410.02"),
                        last=Decimal("410.00"),
                        quoted_at=OPENING,
                    )
                ],
            )

        with db.session("alice", "paper") as book:
            order = book.place_order("AAPL", "buy", 10, idempotency_key="f3c1")
            print(order.status, order.quantity, "at", order.average_price)
            refused = book.place_order("AAPL", "buy", 1_000)
            print(refused.status, "because", refused.reject_reason)

        try:
            with db.session("alice", "paper") as book:
                book.place_order("AAPL", "buy", 11, idempotency_key="f3c1")
        except KeyReused as error:
            print(error.code, error.message)

        with db.session("alice", "paper") as book:
            for held in book.fetch(twinbook.Position, "select * from positions"):
                print("holds", held.quantity, held.symbol, "at", held.average_price)
            for row in book.execute("select equity, unrealized_pnl from portfolio_summary"):
                print("equity", row["equity"], "unrealized", row["unrealized_pnl"])

        with db.session("bob", "paper") as book:
            print("bob sees", len(book.execute("select * from orders")), "orders")


if __name__ == "__main__":
    main(sys.argv[1])
