"""Trades: what became of orders, from flat to flat."""

from collections.abc import Sequence

import click

from twinbook.cli.acting import acting_book, administering, print_rows, supplying_prices
from twinbook.cli.context import Context
from twinbook.cli.output import note
from twinbook.cli.verb import verb_command
from twinbook.rows import Order, Trade
from twinbook.verbs import Administration, Book, MarketData

_COLUMNS = (
    "trade_id symbol direction status entry_quantity entry_price open_quantity "
    "stop_loss take_profit net_pnl version"
)
_ORDERS = "order_id symbol side quantity status filled_quantity average_price"
_WHICH = {
    "all": "true",
    "open": "status not in ('CLOSED', 'EXPIRED', 'CANCELED')",
    "ended": "status in ('CLOSED', 'EXPIRED')",
}
_DAYS = (
    "portfolio day executions trades_closed realized_pnl unrealized_pnl flows equity "
    "day_return_percent unknown"
)
_METRICS = (
    "portfolio session trades win_rate_percent net_pnl profit_factor expectancy average_hold "
    "total_return_percent max_drawdown_percent sharpe unknown"
)


def _show(context: Context, changed: Trade) -> None:
    print_rows(context, [changed], _COLUMNS)


def _show_order(context: Context, placed: Order) -> None:
    print_rows(context, [placed], _ORDERS)
    if placed.reject_reason:
        note(f"REJECTED: {placed.reject_reason}")
        raise click.exceptions.Exit(1)


def _show_orders(context: Context, orders: Sequence[Order]) -> None:
    print_rows(context, orders, _ORDERS)
    refused = [order for order in orders if order.reject_reason]
    for order in refused:
        note(f"REJECTED {order.symbol}: {order.reject_reason}")
    if refused:
        raise click.exceptions.Exit(1)


@click.group()
def trade() -> None:
    """Adjust a trade's bracket, close it, purge it, or see its moves."""


trade.add_command(
    verb_command(
        "adjust",
        Book.adjust_trade,
        acting_book,
        _show,
        "twinbook --user alice trade adjust PAPER_... 1 --stop-loss 175\n"
        "twinbook --user alice trade adjust PAPER_... 2 --drop-take-profit",
        stop_loss="Where to stop it out; counts from the next quote on.",
        take_profit="Where to take its profit; counts from the next quote on.",
        drop_stop_loss="Take its stop loss back.",
        drop_take_profit="Take its take profit back.",
    )
)
trade.add_command(
    verb_command(
        "close",
        Book.close_trade,
        acting_book,
        _show_order,
        "twinbook --user alice trade close PAPER_...\n"
        "twinbook --user alice trade close PAPER_... --quantity 5",
        quantity="A part of it; else all that is open.",
        reason="Your own word for why; manual.",
        expected_version="Only if it is still this version.",
    )
)
trade.add_command(
    verb_command(
        "purge",
        Book.purge_trade,
        acting_book,
        _show,
        "twinbook --user alice trade purge PAPER_...",
    )
)


@trade.command("moves")
@click.argument("trade_id")
@click.pass_obj
def moves(context: Context, trade_id: str) -> None:
    """List the moves of a trade: from which status to which, why, and by whom."""
    query = "select * from state_transitions where trade_id = %s order by seq, part"
    with acting_book(context) as book:
        rows = book.execute(query, [trade_id])
    if not rows:
        raise click.ClickException(f"there is no trade {trade_id}; `twinbook trades`")
    print_rows(context, rows, "seq occurred_at from_status to_status cause actor reason")


@click.command("trades")
@click.option("--portfolio", metavar="NAME", help="Of this portfolio only.")
@click.option(
    "--status",
    type=click.Choice(list(_WHICH)),
    default="all",
    show_default=True,
    help="Those that are open, or that have ended after they were entered.",
)
@click.pass_obj
def trades(context: Context, portfolio: str | None, status: str) -> None:
    """List trades with what came of them: profit, excursions, and how they ended."""
    query = (
        "select * from trade_history where (%(portfolio)s::text is null or portfolio = "
        f"%(portfolio)s) and {_WHICH[status]} order by portfolio, placed_at, trade_id"
    )
    with acting_book(context) as book:
        rows = book.execute(query, {"portfolio": portfolio})
    print_rows(
        context,
        rows,
        "trade_id symbol direction status entry_quantity entry_price exit_price stop_loss "
        "take_profit net_pnl mfe mae exit_reason version",
    )


@click.command("summary")
@click.argument("portfolio", required=False)
@click.option("--daily", is_flag=True, help="Day by day.")
@click.option("--sessions", is_flag=True, help="Of every session, not of the present one alone.")
@click.pass_obj
def summary(context: Context, portfolio: str | None, daily: bool, sessions: bool) -> None:
    """Show how a portfolio does: win rate, profit factor, return, drawdown; all without a NAME.

    \b
    twinbook --user alice summary
    twinbook --user alice summary main --daily
    """
    if daily and sessions:
        raise click.UsageError("--daily lists days, --sessions sessions: one of them")
    view = "daily_summary" if daily else "session_metrics" if sessions else "performance_metrics"
    order = "day" if daily else "session"
    query = (
        f"select * from {view} where %(portfolio)s::text is null or portfolio = %(portfolio)s "
        f"order by portfolio, {order}"
    )
    with acting_book(context) as book:
        rows = book.execute(query, {"portfolio": portfolio})
    if portfolio and not rows:
        raise click.ClickException(
            f"nothing is known of a portfolio {portfolio}; `twinbook portfolio list`"
        )
    print_rows(context, rows, _DAYS if daily else _METRICS)


@click.group()
def snapshots() -> None:
    """Take snapshots of what is worth what, and drop the old ones."""


snapshots.add_command(
    verb_command(
        "take",
        MarketData.take_snapshots,
        supplying_prices,
        lambda _, count: note(f"{count} portfolio{'' if count == 1 else 's'} taken"),
        "twinbook snapshots take",
    )
)
snapshots.add_command(
    verb_command(
        "drop",
        Administration.drop_snapshots,
        administering,
        lambda _, count: note(f"{count} row{'' if count == 1 else 's'} dropped"),
        "twinbook snapshots drop --older-than '60 days'",
        older_than="30 days, or more.",
    )
)

COMMANDS = [
    trade,
    trades,
    summary,
    snapshots,
    verb_command(
        "flatten",
        Book.flatten,
        acting_book,
        _show_orders,
        "twinbook --user alice flatten --portfolio main",
        portfolio="Else your only one, or main.",
        reason="Your own word for why; flatten.",
    ),
]
