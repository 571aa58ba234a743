"""Brings the bars of price files into feeds: as history, or as quotes in the order of time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice

from twinbook.books import Mode
from twinbook.database import Database
from twinbook.failure import Failure
from twinbook.prices import Close, PriceFile
from twinbook.rows import LatestQuote, Quote
from twinbook.session import Session
from twinbook.verbs import Book

_BATCH = 1000


@dataclass(frozen=True)
class Replay:
    """Files to replay side by side, and what of them the feed doesn't have yet."""

    feed: str
    quotes: list[Quote]
    skipped: int


def load(db: Database, user: str, mode: Mode, feed: str, symbol: str, file: PriceFile) -> int:
    """Keeps a file's bars as history of a user's own feed, opened if need be; all or nothing.

    Returns how many were new. Raises TwinbookError, Failure for an unknown symbol.
    """
    with db.session(user, mode) as book:
        if fills_on(book, feed) is None:
            open_for_bars(book, feed)
        return book.load_bars(feed, file.history(symbol, close_of(book, symbol)))


def load_shared(db: Database, feed: str, symbol: str, file: PriceFile) -> int:
    """Keeps a file's bars as history of a shared feed, opened if need be; all or nothing."""
    with db.market_data() as market:
        market.open_shared_feed(feed)
        return market.record_bars(file.history(symbol, close_of(market, symbol)), feed=feed)


def prepare(
    db: Database, user: str, mode: Mode, feed: str, files: Sequence[tuple[str, PriceFile]]
) -> Replay:
    """What is to be replayed of (symbol, file), opening the feed if need be.

    Quotes that aren't newer than their symbol's newest on the feed are left out: they are there.
    Raises TwinbookError, Failure for an unknown symbol or a feed that fills on this quote.
    """
    with db.session(user, mode) as book:
        open_for_bars(book, feed)
        newest = {
            latest.symbol: latest.quoted_at
            for latest in book.fetch(
                LatestQuote,
                "select * from quotes where (username, feed) = (%s, %s)",
                [user, feed],
            )
        }
        streams = [file.quotes(symbol, close_of(book, symbol)) for symbol, file in files]
    every = list(in_time_order(streams))
    new = [quote for quote in every if _is_newer(quote, newest.get(quote.symbol))]
    return Replay(feed, new, len(every) - len(new))


def replay(db: Database, user: str, mode: Mode, what: Replay) -> Iterator[int]:
    """Feeds the quotes in batches, each kept by itself; yields how many were in each.

    A replay that was broken off goes on where it stopped, by preparing it again.
    """
    quotes = iter(what.quotes)
    while batch := list(islice(quotes, _BATCH)):
        with db.session(user, mode) as book:
            fed = book.replay_quotes(what.feed, batch)
        yield fed


def in_time_order(streams: Iterable[Iterable[Quote]]) -> Iterator[Quote]:
    """Several symbols' quotes as one stream, by their time."""
    return merge(*streams, key=moment_of)


def add_quote(db: Database, user: str, mode: Mode, feed: str, quote: Quote) -> LatestQuote:
    """Feeds one quote into a user's own feed; returns the latest of its symbol, as record_quote."""
    with db.session(user, mode) as book:
        book.replay_quotes(feed, [quote])
        [latest] = book.fetch(
            LatestQuote,
            "select * from quotes where (username, feed, symbol) = (%s, %s, %s)",
            [user, feed, quote.symbol],
        )
    return latest


def open_for_bars(book: Book, feed: str) -> None:
    """Opens a feed of one's own, unless it is there: orders fill on the quote after, since bars
    know what the market has yet to find out. Raises Failure for one that fills on this quote.
    """
    if fills_on(book, feed) == "this quote":
        raise Failure(
            f"feed {feed} fills on this quote, and a bar's quotes come from a day that is over",
            "replay into another one: `twinbook feed open NAME --fills-on 'next quote'`",
        )
    book.open_feed(feed, fills_on="next quote")


def fills_on(book: Book, feed: str) -> str | None:
    """On which quote orders fill on a feed of one's own; None where it isn't open."""
    found: list[dict[str, str]] = book.execute(
        "select fills_on from feeds where (username, name) = (identity.current_username(null), %s)",
        [feed],
    )
    return found[0]["fills_on"] if found else None


def close_of(session: Session, symbol: str) -> Close:
    """When an instrument closes. Raises Failure for one that isn't there."""
    found = session.execute(
        "select closes_at, timezone from shared_data.instruments where symbol = %s", [symbol]
    )
    if not found:
        raise Failure(
            f"there is no instrument {symbol}", f"`twinbook instrument add {symbol} equity USD`"
        )
    return Close(found[0]["closes_at"], found[0]["timezone"])


def moment_of(quote: Quote) -> datetime:
    """When a quote was made: those of files always say it."""
    assert quote.quoted_at  # noqa: S101
    return quote.quoted_at


def _is_newer(quote: Quote, newest: datetime | None) -> bool:
    return newest is None or moment_of(quote) > newest
