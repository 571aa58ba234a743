"""Sessions as the global options ask for them, and their rows on the screen."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

import click

from twinbook.cli.context import Context
from twinbook.cli.output import show
from twinbook.verbs import Administration, Book, MarketData

VARIABLE = "TWINBOOK_CONFIRM_LIVE_TRADING"
PHRASE = "I_UNDERSTAND_THE_RISKS"
_WHO = "who is acting? Give --user NAME before the command, or TWINBOOK_USER."

# Shorter for a person, whose screen is narrow.
_TITLES = {
    "order_type": "type",
    "limit_price": "limit",
    "stop_price": "stop",
    "time_in_force": "tif",
    "filled_quantity": "filled",
    "average_price": "average",
    "rebuilt_equals_stored": "equals_facts",
}


@contextmanager
def acting_book(context: Context) -> Iterator[Book]:
    """The user's session in the mode's book; without a user it is misuse."""
    if not context.user:
        raise click.UsageError(_WHO)
    with context.connect() as db, db.session(context.user, context.mode) as book:
        yield book


@contextmanager
def ordering_book(context: Context) -> Iterator[Book]:
    """Like acting_book, for what may increase exposure: live, it takes the phrase first."""
    confirmed = context.mode == "live" and asked_for_phrase() == PHRASE
    if not context.user:
        raise click.UsageError(_WHO)
    with (
        context.connect() as db,
        db.session(context.user, context.mode, confirm_live=confirmed) as book,
    ):
        yield book


def asked_for_phrase() -> str:
    """The phrase that live trading takes: from its variable, or from who sits at the terminal."""
    given = os.environ.get(VARIABLE, "")
    if given or not sys.stdin.isatty():
        return given
    typed: str = click.prompt(f"this is live; type {PHRASE} to go on", default="", err=True)
    return typed.strip()


@contextmanager
def reading_book(context: Context) -> Iterator[Book]:
    """A session for what is there for everybody: a user may be missing."""
    with context.connect() as db, db.session(context.user or "", context.mode) as book:
        yield book


@contextmanager
def administering(context: Context) -> Iterator[Administration]:
    """An administrator's session: the user's, else the login's own."""
    with context.connect() as db, db.administration(context.user or "") as session:
        yield session


@contextmanager
def supplying_prices(context: Context) -> Iterator[MarketData]:
    """Market data's session."""
    with context.connect() as db, db.market_data() as session:
        yield session


def print_rows(
    context: Context, rows: Sequence[Any], columns: str, is_of_book: bool = True
) -> None:
    """Prints rows, dataclasses or mappings: these columns for a person, all of them as JSON."""
    if is_of_book and not context.as_json:
        colour = "red" if context.mode == "live" else "green"
        click.echo(f"{click.style(context.mode, fg=colour, bold=True)} book, {context.user}")
    shown = _all_columns(rows) if context.as_json else columns.split()
    titles = shown if context.as_json else [_TITLES.get(column, column) for column in shown]
    show(titles, [[_readable(row, column) for column in shown] for row in rows], context.as_json)


def _all_columns(rows: Sequence[Any]) -> list[str]:
    if not rows:
        return []
    if isinstance(rows[0], dict):
        return list(rows[0])
    return [field.name for field in fields(rows[0]) if field.repr]


def _readable(row: Any, column: str) -> object:
    value = row[column] if isinstance(row, dict) else getattr(row, column)
    return value.hex() if isinstance(value, bytes) else value
