"""The command line: one module a subject, each with its commands in ``COMMANDS``."""

from importlib import import_module
from importlib.metadata import version

import click

from twinbook.cli.context import Context, ErrorsInOneLine

_SUBJECTS = (
    *("server", "schema", "user", "role", "instrument", "prices", "sweep"),
    *("portfolio", "order", "trade", "settings", "verify", "audit", "demo"),
)


@click.group(cls=ErrorsInOneLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--database",
    metavar="URL",
    envvar="DATABASE_URL",
    help="Any libpq address; without it the server that `twinbook up` started. [DATABASE_URL]",
)
@click.option(
    "--user", metavar="NAME", envvar="TWINBOOK_USER", help="Who is acting. [TWINBOOK_USER]"
)
@click.option(
    "--mode",
    type=click.Choice(["paper", "live"]),
    default="paper",
    show_default=True,
    help="The book.",
)
@click.option("--json", "as_json", is_flag=True, help="Rows as a JSON array, numerics as strings.")
@click.version_option(version("twinbook"), prog_name="twinbook")
@click.pass_context
def cli(
    context: click.Context, database: str | None, user: str | None, mode: str, as_json: bool
) -> None:
    """Two trading books, paper and live, that can never touch."""
    context.obj = Context(database, user, "live" if mode == "live" else "paper", as_json)


for _subject in _SUBJECTS:
    for _command in import_module(f"twinbook.cli.{_subject}").COMMANDS:
        cli.add_command(_command)


def main() -> None:
    """The entry point: 0 done, 1 refused or failed, 2 misuse."""
    cli()
