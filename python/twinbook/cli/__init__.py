"""The command line: one module a subject, each with its commands in ``COMMANDS``."""

from importlib import import_module
from importlib.metadata import version
from typing import ClassVar

import click

from twinbook.cli.context import Context, ErrorsInOneLine

# Each command's module, which is imported when it is asked for: a broker's client takes longer to
# load than most commands to run.
_MODULES = {
    "server": ("up", "down", "psql"),
    "schema": ("migrate", "status", "doctor"),
    "user": ("user", "live"),
    "role": ("role",),
    "identity": ("identity",),
    "instrument": ("instrument", "currency", "fee"),
    "prices": ("feed", "quote", "prices"),
    "sweep": ("sweep",),
    "portfolio": ("portfolio", "positions", "balances", "executions", "ledger"),
    "order": ("order",),
    "trade": ("trade", "trades", "summary", "snapshots", "flatten"),
    "settings": ("settings", "limits", "mode"),
    "broker": ("broker",),
    "alarm": ("alarm",),
    "verify": ("verify",),
    "audit": ("audit",),
    "monitor": ("monitor",),
    "demo": ("demo",),
}


class _Commands(ErrorsInOneLine):
    """All subjects' commands, by name."""

    _homes: ClassVar[dict[str, str]] = {
        name: module for module, names in _MODULES.items() for name in names
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in order."""
        return sorted(self._homes)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, from its module."""
        if cmd_name not in self._homes:
            return None
        module = import_module(f"twinbook.cli.{self._homes[cmd_name]}")
        commands: list[click.Command] = module.COMMANDS
        return next(one for one in commands if one.name == cmd_name)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
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
@click.option(
    "--login-url",
    metavar="URL",
    envvar="TWINBOOK_LOGIN_URL",
    help="Where tokens come from, if the identity is signed; else --database. [TWINBOOK_LOGIN_URL]",
)
@click.option("--json", "as_json", is_flag=True, help="Rows as a JSON array, numerics as strings.")
@click.version_option(version("twinbook"), prog_name="twinbook")
@click.pass_context
def cli(
    context: click.Context,
    database: str | None,
    user: str | None,
    mode: str,
    login_url: str | None,
    as_json: bool,
) -> None:
    """Two trading books, paper and live, that can never touch."""
    context.obj = Context(database, user, "live" if mode == "live" else "paper", as_json, login_url)


def main() -> None:
    """The entry point: 0 done, 1 refused or failed, 2 misuse."""
    cli()
