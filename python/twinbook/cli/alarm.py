"""Alarms: what a person should look at."""

import click

from twinbook.cli.acting import acting_book, print_rows
from twinbook.cli.listing import OF_PORTFOLIO, listing
from twinbook.cli.verb import verb_command
from twinbook.verbs import Book

_COLUMNS = "alarm_id raised_at portfolio kind severity order_id details acknowledged_at"


@click.group()
def alarm() -> None:
    """List what a person should look at, and say that one has."""


alarm.add_command(
    listing(
        "list",
        "select p.name as portfolio, r.*"
        + OF_PORTFOLIO.format(relation="alarms")
        + "order by r.raised_at, r.alarm_id",
        _COLUMNS,
        "List alarms, oldest first.",
    )
)
alarm.add_command(
    verb_command(
        "acknowledge",
        Book.acknowledge_alarm,
        acting_book,
        lambda context, seen: print_rows(context, [seen], _COLUMNS.replace("portfolio ", "")),
        "twinbook --user alice --mode live alarm acknowledge 0199...",
    )
)

COMMANDS = [alarm]
