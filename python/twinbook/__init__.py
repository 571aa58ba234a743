"""Twinbook: two trading books, paper and live, that can never touch.

with twinbook.connect(url) as db:
    with db.session("alice", "paper") as book:
        order = book.place_order("AAPL", "buy", 10)
"""

from importlib.metadata import version

from twinbook.books import Mode
from twinbook.database import Database, connect
from twinbook.errors import TwinbookError
from twinbook.rows import Balance, Bar, Execution, LedgerEntry, Order, Portfolio, Position, Quote
from twinbook.verbs import Administration, Book, MarketData

__version__ = version("twinbook")

__all__ = [
    "Administration",
    "Balance",
    "Bar",
    "Book",
    "Database",
    "Execution",
    "LedgerEntry",
    "MarketData",
    "Mode",
    "Order",
    "Portfolio",
    "Position",
    "Quote",
    "TwinbookError",
    "connect",
]
