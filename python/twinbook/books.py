"""The two books. Nothing else in Python knows their names."""

from typing import Literal

Mode = Literal["paper", "live"]

BOOKS: dict[Mode, str] = {"paper": "paper_trading", "live": "live_trading"}


def search_path(mode: Mode) -> str:
    """The path under which a book's names are unqualified; the same that the loader sets."""
    return f"{BOOKS[mode]}, shared_data, pg_temp"


def other_than(mode: Mode) -> Mode:
    """The book that a session of this one must never reach."""
    return "live" if mode == "paper" else "paper"
