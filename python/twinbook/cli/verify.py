"""Whether the books are whole."""

import click

from twinbook.cli.acting import acting_book, administering, print_rows
from twinbook.cli.context import Context, pass_context

_COLUMNS = "events chain_intact rebuilt_equals_stored first_bad_seq"


@click.command()
@pass_context
def verify(context: Context) -> None:
    """Check that every audit chain is intact, and every balance and position what its facts say.

    With --user of one's own portfolios, without one of the whole book, as an administrator. Exit
    code 1 where something is wrong.
    """
    if context.user:
        with acting_book(context) as book:
            own = book.verify_portfolios()
        print_rows(context, own, f"portfolio {_COLUMNS}")
        is_whole = all(row.chain_intact and row.rebuilt_equals_stored for row in own)
    else:
        with administering(context) as administration:
            every = administration.verify_book(context.mode)
        print_rows(context, every, f"username portfolio_id {_COLUMNS}", is_of_book=False)
        is_whole = all(row.chain_intact and row.rebuilt_equals_stored for row in every)
    if not is_whole:
        raise click.exceptions.Exit(1)


COMMANDS = [verify]
