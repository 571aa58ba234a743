"""Orders: placed, replaced, canceled, listed."""

from collections.abc import Sequence

import click

from twinbook.cli.acting import acting_book, ordering_book, print_rows
from twinbook.cli.context import Context
from twinbook.cli.listing import OF_PORTFOLIO, listing
from twinbook.cli.output import note
from twinbook.cli.verb import verb_command
from twinbook.rows import Order
from twinbook.verbs import Book

_COLUMNS = (
    "order_id symbol side quantity order_type limit_price stop_price time_in_force "
    "status filled_quantity average_price version"
)


def _show(context: Context, placed: Order) -> None:
    print_rows(context, [placed], _COLUMNS)
    if placed.reject_reason:
        note(f"REJECTED: {placed.reject_reason}")
        raise click.exceptions.Exit(1)
    if placed.end_reason:
        note(f"{placed.status}: {placed.end_reason}")


def _show_all(context: Context, orders: Sequence[Order]) -> None:
    print_rows(context, orders, _COLUMNS)


@click.group()
def order() -> None:
    """Place, replace, cancel and list orders."""


order.add_command(
    verb_command(
        "place",
        Book.place_order,
        ordering_book,
        _show,
        "twinbook --user alice order place AAPL buy 10\n"
        "twinbook --user alice order place AAPL buy 10 --order-type limit --limit-price 180\n"
        "twinbook --user alice order place AAPL sell 10 --order-type stop --stop-price 170 "
        "--time-in-force GTC\n"
        "twinbook --user alice order place AAPL buy 10 --stop-loss 170 --take-profit 200",
        order_type="market, limit, stop or stop_limit.",
        limit_price="Of limit and stop_limit orders.",
        stop_price="Of stop and stop_limit orders.",
        time_in_force="DAY, GTC, IOC or FOK.",
        stop_loss="Where the trade that it enters is stopped out.",
        take_profit="Where the trade that it enters takes its profit.",
        strategy="A label; positions are kept apart by it.",
        portfolio="Else your only one, or main.",
        idempotency_key="A repeat with the same key changes nothing.",
        context="Anything worth keeping with it, as JSON.",
    )
)
order.add_command(
    verb_command(
        "replace",
        Book.replace_order,
        ordering_book,
        _show,
        "twinbook --user alice order replace PAPER_... 1 --limit-price 181",
        quantity="The new total, filled part included.",
    )
)
order.add_command(
    verb_command(
        "cancel",
        Book.cancel_order,
        acting_book,
        _show,
        "twinbook --user alice order cancel PAPER_...",
        expected_version="Only if it is still this version.",
    )
)
order.add_command(
    verb_command(
        "cancel-all",
        Book.cancel_all,
        acting_book,
        _show_all,
        portfolio="Else your only one, or main.",
    )
)
order.add_command(
    listing(
        "list",
        "select p.name as portfolio, r.*"
        + OF_PORTFOLIO.format(relation="orders")
        + "order by p.name, r.order_number",
        f"portfolio {_COLUMNS} reject_reason",
        "List orders, the open ones and those that have ended.",
    )
)

COMMANDS = [order]
