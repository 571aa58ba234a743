"""Feeds, quotes, and price files."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import click

from twinbook import replay as replaying
from twinbook.cli.acting import acting_book, print_rows, reading_book, supplying_prices
from twinbook.cli.context import Context, pass_context
from twinbook.cli.listing import listing
from twinbook.cli.output import note, progress
from twinbook.cli.verb import verb_command
from twinbook.prices import PriceFile
from twinbook.rows import Feed, LatestQuote, Quote

_FEED = "username name is_realtime fills_on newest_number newest_at late_quotes"
_QUOTE = "username feed symbol bid ask last volume quoted_at"
_FILE = click.Path(path_type=Path)


def _show_quote(context: Context, latest: LatestQuote) -> None:
    print_rows(context, [latest], _QUOTE, is_of_book=False)


@contextmanager
def _as_asked(context: Context) -> Iterator[Context]:
    yield context


def _add_quote(
    context: Context,
    symbol: str,
    *,
    bid: Decimal | None = None,
    ask: Decimal | None = None,
    last: Decimal | None = None,
    volume: Decimal | None = None,
    quoted_at: datetime | None = None,
    bid_size: Decimal | None = None,
    ask_size: Decimal | None = None,
    feed: str | None = None,
) -> LatestQuote:
    """Feed one quote into a shared feed, or with --user into a feed of one's own."""
    with context.connect() as db:
        if context.user:
            if feed is None:
                raise click.UsageError(f"which feed of {context.user}'s? Give --feed.")
            quote = Quote(
                symbol=symbol,
                bid=bid,
                ask=ask,
                last=last,
                volume=volume,
                quoted_at=quoted_at or datetime.now(UTC),
                bid_size=bid_size,
                ask_size=ask_size,
            )
            return replaying.add_quote(db, context.user, context.mode, feed, quote)
        with db.market_data() as market:
            return market.record_quote(
                symbol,
                bid=bid,
                ask=ask,
                last=last,
                volume=volume,
                quoted_at=quoted_at,
                bid_size=bid_size,
                ask_size=ask_size,
                feed=feed,
            )


@click.group()
def feed() -> None:
    """Open and list feeds: where quotes come from, and time."""


@feed.command("open")
@click.argument("name")
@click.option(
    "--fills-on",
    help="'this quote', or 'next quote' for backtests on bars: never the one it was decided on.",
)
@pass_context
def open_feed(context: Context, name: str, fills_on: str | None) -> None:
    """Open a feed of one's own; without --user a shared one.

    \b
    twinbook --user alice feed open y2012 --fills-on 'next quote'
    """
    opened: Feed
    if context.user:
        with acting_book(context) as book:
            opened = book.open_feed(name, fills_on=fills_on)
    elif fills_on:
        raise click.UsageError("--fills-on is for a feed of one's own: give --user.")
    else:
        with supplying_prices(context) as market:
            opened = market.open_shared_feed(name)
    print_rows(context, [opened], _FEED, is_of_book=False)


feed.add_command(
    listing(
        "list",
        "select * from shared_data.feeds order by username, name",
        _FEED,
        "List the shared feeds, and one's own.",
        reading_book,
    )
)


@click.group()
def quote() -> None:
    """Add quotes to feeds, and see the latest."""


quote.add_command(
    verb_command(
        "add",
        _add_quote,
        _as_asked,
        _show_quote,
        "twinbook quote add AAPL --bid 184.46 --ask 184.48 --last 184.47\n"
        "twinbook --user alice quote add AAPL --last 184.47 --feed mine",
        volume="Traded since the quote before.",
        quoted_at="Now, unless given; naive is UTC. A feed's clock never goes back.",
        feed="A shared feed, realtime; with --user one's own.",
    )
)
quote.add_command(
    listing(
        "list",
        "select * from shared_data.quotes order by username, feed, symbol",
        _QUOTE,
        "List the latest quote of each symbol, on the shared feeds and on one's own.",
        reading_book,
    )
)


@click.group()
def prices() -> None:
    """Bring price files in, as history or as quotes.

    CSV with a header in any case and order: Date (or Datetime, Timestamp, Time), Open, High, Low,
    Close, Volume; or Kraken's OHLCVT without one. Times are ISO (naive is UTC) or epochs.
    """


@prices.command()
@click.argument("file", type=_FILE)
@click.option("--symbol", required=True, help="The instrument that they are prices of.")
@click.option("--feed", help="One's own feed, replay; without --user a shared one, realtime.")
@pass_context
def load(context: Context, file: Path, symbol: str, feed: str | None) -> None:
    """Keep a file's bars as price history: they move no price and fill no order.

    On any feed, which is opened if need be.

    \b
    twinbook --user alice prices load aapl.csv --symbol AAPL
    """
    bars = PriceFile(file)
    with context.connect() as db:
        if context.user:
            feed = feed or "replay"
            new = replaying.load(db, context.user, context.mode, feed, symbol, bars)
        else:
            feed = feed or "realtime"
            new = replaying.load_shared(db, feed, symbol, bars)
    known = len(bars.bars) - new
    note(
        f"{new} bars of {symbol} loaded into {feed}, {_days([bars])}"
        + (f"; {known} were there already" if known else "")
    )


@prices.command()
@click.argument("files", metavar="FILE...", type=_FILE, nargs=-1, required=True)
@click.option(
    "--symbol", "symbols", required=True, multiple=True, help="One for each file, in their order."
)
@click.option("--feed", default="replay", show_default=True, help="A feed of one's own.")
@pass_context
def replay(context: Context, files: Sequence[Path], symbols: Sequence[str], feed: str) -> None:
    """Feed files as quotes, in time order, into a feed of one's own, and fill what rests on it.

    A bar becomes four quotes: open, the nearer extreme, the other one, close. What the feed has
    already is skipped, so a replay that was broken off goes on. The feed is opened if need be; one
    that fills on 'this quote' is refused.

    \b
    twinbook --user alice prices replay aapl.csv --symbol AAPL --feed y2012
    twinbook --user alice prices replay aapl.csv msft.csv --symbol AAPL --symbol MSFT
    """
    if len(files) != len(symbols):
        raise click.UsageError(f"{len(files)} files need as many --symbol, not {len(symbols)}.")
    if not context.user:
        raise click.UsageError("whose feed? Give --user NAME before the command.")
    read = [PriceFile(file) for file in files]
    with context.connect() as db:
        pairs = list(zip(symbols, read, strict=True))
        what = replaying.prepare(db, context.user, context.mode, feed, pairs)
        done = 0
        try:
            with progress("replaying", len(what.quotes)) as advance:
                for fed in replaying.replay(db, context.user, context.mode, what):
                    done += fed
                    advance(fed)
        except KeyboardInterrupt:
            note(f"stopped after {done} of {len(what.quotes)} quotes; run it again to go on")
            raise click.exceptions.Exit(1) from None
    bars = sum(len(file.bars) for file in read)
    skipped = f"; {what.skipped} skipped, {feed} has them already" if what.skipped else ""
    note(f"{done} quotes of {bars} bars replayed into {feed}, {_days(read)}{skipped}")


@prices.command()
@click.argument("symbols", nargs=-1, required=True)
@click.option("--broker", "name", help="Else the only one that you have an account at.")
@click.option("--account", help="Else the only one.")
@click.option("--feed", default="realtime", show_default=True, help="A shared feed.")
@click.option(
    "--every",
    metavar="SECONDS",
    type=click.FloatRange(min=0.2),
    default=5,
    show_default=True,
    help="Between two readings.",
)
@pass_context
def watch(
    context: Context,
    symbols: Sequence[str],
    name: str | None,
    account: str | None,
    feed: str,
    every: float,
) -> None:
    """Record a broker's quotes of SYMBOLS on a shared feed, until Ctrl-C: both books trade on it.

    \b
    twinbook --user alice prices watch AAPL MSFT --broker tradier
    """
    from twinbook.cli.broker import watched_quotes  # noqa: PLC0415 -- slow, and for this alone

    note(f"watching {', '.join(symbols)}; Ctrl-C ends it")
    try:
        for new in watched_quotes(context, symbols, name, account, feed, every):
            note(f"{datetime.now(UTC):%H:%M:%S} {new} quotes")
    except KeyboardInterrupt:
        note("stopped")


def _days(files: Sequence[PriceFile]) -> str:
    first = min(file.days[0] for file in files)
    last = max(file.days[1] for file in files)
    return f"{first} to {last}"


COMMANDS = [feed, quote, prices]
