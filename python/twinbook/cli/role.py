"""Logins for applications: which part of the database each may use."""

import sys

import click

from twinbook import logins
from twinbook.cli.context import Context, pass_context
from twinbook.cli.output import note, show


@click.group()
def role() -> None:
    """Make logins for applications, and list them."""


@role.command("add")
@click.argument("name")
@click.option("--book", type=click.Choice(["paper", "live"]), help="It may use this book.")
@click.option(
    "--for",
    "duty",
    type=click.Choice(["market-data", "admin", "login", "auditor", "broker"]),
    help="It does this, and uses no book.",
)
@click.option("--password-from-stdin", is_flag=True, help="Read its password from standard input.")
@pass_context
def add_login(
    context: Context, name: str, book: str | None, duty: str | None, password_from_stdin: bool
) -> None:
    """Make a login for one book, or for one duty beside the books.

    \b
    twinbook role add paper_app --book paper
    twinbook role add prices --for market-data --password-from-stdin < password.txt
    """
    group = book or duty
    if group is None or (book and duty):
        raise click.UsageError("give either --book or --for.")
    password = sys.stdin.readline().rstrip("\r\n") if password_from_stdin else ""
    if password_from_stdin and not password:
        raise click.UsageError("standard input holds no password.")
    logins.add(context.url, name, group, password)
    note(f"{name} may log in, and use {'the ' + book + ' book' if book else duty}")


@role.command("list")
@pass_context
def list_logins(context: Context) -> None:
    """List the logins, and what each may use."""
    found = logins.found(context.url)
    show(
        ["login", "groups"],
        [(login.name, ", ".join(login.groups)) for login in found],
        context.as_json,
    )


COMMANDS = [role]
