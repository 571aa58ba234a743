"""The periodic sweep, for a server that nobody else's job does it for."""

import time

import click

from twinbook.cli.context import Context, one_line, pass_context
from twinbook.cli.output import note
from twinbook.database import Database
from twinbook.errors import Disconnected, TryAgain


@click.command()
@click.option(
    "--every",
    metavar="SECONDS",
    type=click.FloatRange(min=0, min_open=True),
    help="Again and again, so many seconds apart, until Ctrl-C.",
)
@pass_context
def sweep(context: Context, every: float | None) -> None:
    """Work off what matching had to leave, and expire DAY orders past their close; once.

    As market data. Two at once do no harm.

    \b
    twinbook sweep --every 5
    """
    with context.connect() as db:
        if every is None:
            note(_said(_sweep(db)))
            return
        note(f"sweeping every {every:g} s; Ctrl-C ends it")
        try:
            while True:
                _sweep_and_tell(db)
                time.sleep(every)
        except KeyboardInterrupt:
            note("stopped")


def _sweep(db: Database) -> int:
    with db.market_data() as market:
        return market.sweep()


def _sweep_and_tell(db: Database) -> None:
    try:
        if worked_on := _sweep(db):
            note(_said(worked_on))
    except (TryAgain, Disconnected) as error:
        # The server was busy, or it restarts: the next time may do.
        note(one_line(str(error)))


def _said(worked_on: int) -> str:
    return f"{worked_on} portfolio{'' if worked_on == 1 else 's'} worked on"


COMMANDS = [sweep]
