"""The database's own state: brought to this version, shown, examined."""

import click

from twinbook import doctor as examination
from twinbook import migrate as migration
from twinbook.cli.context import Context, pass_context
from twinbook.cli.output import note, show
from twinbook.identity import Kind


@click.command()
@click.option("--reload", is_flag=True, help="Load the code anew even where nothing has changed.")
@click.option(
    "--identity",
    type=click.Choice(["trusted", "signed"]),
    help="How app.current_user is believed: a username as it stands, or a token. Stays as it is.",
)
@pass_context
def migrate(context: Context, reload: bool, identity: Kind | None) -> None:
    """Bring the database to this version."""
    note(str(migration.migrate(context.url, note, reload, identity)))


@click.command()
@pass_context
def status(context: Context) -> None:
    """Show what is applied, pending, changed or missing."""
    found = migration.status(context.url)
    rows = [*found.migrations, ("code", "", found.code), ("identity", "", found.identity or "none")]
    show(["lane", "migration", "state"], rows, context.as_json)


@click.command()
@pass_context
def doctor(context: Context) -> None:
    """Examine the database's protections, and say what to do about those that are missing."""
    findings = examination.examine(context.url)
    show(
        ["check", "state", "found", "advice"],
        [(f.check, f.state, f.found, f.advice) for f in findings],
        context.as_json,
    )
    if any(finding.state == "FAIL" for finding in findings):
        raise click.exceptions.Exit(1)


COMMANDS = [migrate, status, doctor]
