"""The project's own server, and psql on whichever database is in use."""

import os
import shutil
import subprocess
from pathlib import Path

import click

from twinbook.books import search_path
from twinbook.cli.context import Context, pass_context
from twinbook.cli.output import note
from twinbook.database import connect
from twinbook.failure import Failure
from twinbook.migrate import migrate
from twinbook.server import Server, find_binaries

_data = click.option(
    "--data", metavar="DIR", help="Where its data stand. [TWINBOOK_DATA, else .twinbook]"
)


@click.command()
@_data
@click.option(
    "--port", type=click.IntRange(1024, 65535), help="Also listen on 127.0.0.1, with passwords."
)
@pass_context
def up(context: Context, data: str | None, port: int | None) -> None:
    """Start the server, migrate it, print its URL."""
    url = context.database or Server(data, port=port).start()
    migrate(url, note)
    if data and not context.database:
        note(f"other commands find it by TWINBOOK_DATA={Path(data).absolute()}")
    click.echo(url)


@click.command()
@_data
def down(data: str | None) -> None:
    """Stop the server; its data stay."""
    note("stopped" if Server(data).stop() else "it was not running")


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@pass_context
def psql(context: Context, arguments: tuple[str, ...]) -> None:
    """Open psql; with --user as that person in the --mode's book, with an application's rights."""
    environment = dict(os.environ)
    if context.user:
        settings = {
            "search_path": search_path(context.mode),
            "app.current_user": _proof(context, context.user),
            "role": f"twinbook_{context.mode}",
        }
        environment["PGOPTIONS"] = " ".join(
            f"-c {name}={_escaped(value)}" for name, value in settings.items()
        )
    # A refusal is said in a line or two, without the functions that it came through.
    command = [_psql(), "--set=SHOW_CONTEXT=never", context.url, *arguments]
    done = subprocess.run(command, env=environment, check=False)
    raise click.exceptions.Exit(1 if done.returncode else 0)


def _proof(context: Context, user: str) -> str:
    # A token of its own, which lasts for a working day and not for minutes.
    with context.connect() as db:
        if db.identity != "signed":
            return user
        with connect(context.login_url or context.url) as service, service.logins() as desk:
            return desk.mint_token(user, context.mode, lifetime="8 hours")


def _psql() -> str:
    try:
        return find_binaries().program("psql")
    except Failure:
        if found := shutil.which("psql"):
            return found
        raise


def _escaped(value: str) -> str:
    # How libpq splits PGOPTIONS: on spaces, a backslash taking the next character as it is.
    return value.replace("\\", "\\\\").replace(" ", "\\ ")


COMMANDS = [up, down, psql]
