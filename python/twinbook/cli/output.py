"""Rows for people and for programs, and progress on standard error."""

import datetime
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

_NO_TERMINAL_WIDTH = 200


def show(columns: Sequence[str], rows: Iterable[Sequence[object]], as_json: bool) -> None:
    """Prints rows: a table, or with ``as_json`` an array of objects."""
    if as_json:
        click.echo(
            json.dumps([dict(zip(columns, row, strict=True)) for row in rows], default=_plain)
        )
        return
    found = list(rows)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns):
        numeric = any(isinstance(row[number], int | Decimal) for row in found)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in found:
        table.add_row(*(_readable(value) for value in row))
    _console(sys.stdout).print(table if found else "(none)")


def note(text: str) -> None:
    """Says something beside the result, on standard error."""
    click.echo(text, err=True)


@contextmanager
def progress(title: str, total: int | None = None) -> Iterator[Callable[[int], Any]]:
    """A bar on standard error; yields a function that moves it on by so many steps."""
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    shown = _console(sys.stderr)
    quiet = not shown.is_terminal
    with Progress(*columns, console=shown, transient=True, disable=quiet) as bar:
        task = bar.add_task(title, total=total)
        yield lambda steps: bar.advance(task, steps)


def _console(stream: Any) -> Console:
    # Into a file or a pipe nothing may be cut to fit a screen.
    return Console(
        file=stream,
        width=None if stream.isatty() else _NO_TERMINAL_WIDTH,
        highlight=False,
        markup=False,
    )


def _plain(value: object) -> object:
    match value:
        case Decimal():
            return format(value, "f")
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat()
        case _:
            return str(value)


def _readable(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return format(value, "f")
        case datetime.datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case dict() | list():
            return json.dumps(value, default=_plain)
        case _:
            return str(value)
