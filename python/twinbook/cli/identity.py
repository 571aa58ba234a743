"""The signed identity: tokens for the login service, and keys for administrators."""

from collections.abc import Sequence

import click

from twinbook.cli.acting import administering, print_rows
from twinbook.cli.context import Context, pass_context
from twinbook.cli.verb import verb_command
from twinbook.database import connect
from twinbook.rows import SigningKey
from twinbook.verbs import Administration


@click.group()
def identity() -> None:
    """Tokens of the signed identity, and the keys that sign them."""


@identity.command()
@click.option("--administration", is_flag=True, help="It is for administration, not for a book.")
@click.option("--lifetime", metavar="INTERVAL", default="15 minutes", show_default=True)
@click.option("--login", metavar="NAME", help="Only this login may use it.")
@pass_context
def token(context: Context, administration: bool, lifetime: str, login: str | None) -> None:
    """Print a token for --user in the --mode's book, as the login service.

    \b
    twinbook --user alice identity token --lifetime '1 hour'
    """
    if not context.user:
        raise click.UsageError("whose? Give --user NAME before the command, or TWINBOOK_USER.")
    opens = "administration" if administration else context.mode
    with connect(context.login_url or context.url) as service, service.logins() as desk:
        made = desk.mint_token(context.user, opens, lifetime=lifetime, login=login)
    click.echo(made)


def _show(context: Context, keys: Sequence[SigningKey]) -> None:
    print_rows(context, keys, "key_id created_at retires_at", is_of_book=False)


identity.add_command(
    verb_command(
        "rotate-keys",
        Administration.rotate_keys,
        administering,
        _show,
        "twinbook identity rotate-keys --grace '1 hour'",
        grace="How long older keys go on verifying: a day, unless said; 0 ends every token.",
    )
)

COMMANDS = [identity]
