"""Commands that only read: a query, and the columns that a person wants to see of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import click

from twinbook.cli.acting import acting_book, print_rows
from twinbook.cli.context import Context
from twinbook.session import Session

# Of one portfolio by its name, or of all.
OF_PORTFOLIO = """
from {relation} as r
join portfolios as p using (username, portfolio_id)
where (%(portfolio)s::text is null or p.name = %(portfolio)s)
"""


def listing(
    name: str,
    query: str,
    columns: str,
    doc: str,
    session: Callable[[Context], AbstractContextManager[Session]] = acting_book,
) -> click.Command:
    """A command that shows a query's rows; one that asks for %(portfolio)s gets that option."""
    by_portfolio = "%(portfolio)s" in query
    is_of_book = session is acting_book

    @click.pass_obj
    def run(context: Context, /, **values: Any) -> None:
        with session(context) as acting:
            rows = acting.execute(query, values or None)
        print_rows(context, rows, columns, is_of_book)

    option = click.Option(["--portfolio"], metavar="NAME", help="Of this portfolio only.")
    return click.Command(name, callback=run, params=[option] if by_portfolio else [], help=doc)
