"""Portfolios, and what stands in them."""

import click

from twinbook.cli.acting import acting_book, print_rows
from twinbook.cli.context import Context
from twinbook.cli.listing import OF_PORTFOLIO, listing
from twinbook.cli.verb import verb_command
from twinbook.rows import Portfolio
from twinbook.verbs import Book

_COLUMNS = (
    "name base_currency feed is_active slippage_percent max_quote_age allow_short "
    "fee_venue version opened_at"
)
_WORTH = (
    "name base_currency cash held positions_value equity realized_pnl unrealized_pnl fees unknown"
)
_SETTINGS = {
    "slippage_percent": "Against the order, where only a last price is known.",
    "fill_delay_ms": "Orders fill only at quotes so much later.",
    "max_quote_age": "Older quotes are stale, such as '1 day'.",
    "max_history_age": "How old a stored price may be that stands in for a stale quote.",
    "allow_short": "Whether it may sell what it doesn't have.",
    "allow_mock_prices": "Whether a made-up price may stand in for a missing one.",
    "fee_venue": "Whose fees apply, such as tradier; else the instrument's.",
    "partial_fills": "Whether an order fills only as far as a quote has size or volume.",
    "max_participation": "The percentage of a quote's size or volume that one may take.",
    "touch_fill_percent": "How often a limit fills that the market only touches.",
}


def _show(context: Context, opened: Portfolio) -> None:
    print_rows(context, [opened], _COLUMNS)


@click.group()
def portfolio() -> None:
    """Open portfolios, see what they are worth, and close them."""


portfolio.add_command(
    verb_command(
        "open",
        Book.open_portfolio,
        acting_book,
        _show,
        "twinbook --user alice portfolio open main\n"
        "twinbook --user alice portfolio open y2012 --feed replay "
        "--initial-balances '{\"USD\": 50000}'",
        base_currency="What its worth is told in; USD.",
        initial_balances="Money by currency, as JSON; else the preset of its currency.",
        feed="Where its prices and its time come from, for good; realtime.",
        broker="Live: whose account it is bound to, for good.",
        account="Live: that account, which opens it with what it has.",
        seed="What chance is a function of.",
        **_SETTINGS,
    )
)
portfolio.add_command(
    verb_command(
        "edit",
        Book.edit_portfolio,
        acting_book,
        _show,
        "twinbook --user alice portfolio edit main 1 --slippage-percent 0.05",
        **_SETTINGS,
    )
)
portfolio.add_command(
    verb_command(
        "close",
        Book.close_portfolio,
        acting_book,
        _show,
        "twinbook --user alice portfolio close main",
        expected_version="Only if it is still this version.",
    )
)
portfolio.add_command(
    verb_command(
        "reset",
        Book.reset_portfolio,
        acting_book,
        _show,
        "twinbook --user alice portfolio reset --portfolio main --reason 'new season'",
        portfolio="Else your only one, or main.",
        reason="Your own word for why; reset.",
    )
)
portfolio.add_command(
    verb_command(
        "begin-session",
        Book.begin_session,
        acting_book,
        lambda context, begun: print_rows(context, [begun], "number label started_at"),
        "twinbook --user alice portfolio begin-session --label 'second try'",
        portfolio="Else your only one, or main.",
        label="What you call it.",
        reason="Why the last one ends.",
    )
)
portfolio.add_command(
    listing(
        "list",
        "select * from portfolios order by name",
        _COLUMNS,
        "List one's portfolios and their settings.",
    )
)


@portfolio.command("show")
@click.argument("name", required=False)
@click.pass_obj
def show_worth(context: Context, name: str | None) -> None:
    """Show what a portfolio is worth: cash, positions, equity and profit; all without a NAME."""
    query = "select * from portfolio_summary where %s::text is null or name = %s order by name"
    with acting_book(context) as book:
        rows = book.execute(query, [name, name])
    if name and not rows:
        raise click.ClickException(f"there is no portfolio {name}; `twinbook portfolio list`")
    print_rows(context, rows, _WORTH)


COMMANDS = [
    portfolio,
    listing(
        "positions",
        "select * from open_positions "
        "where %(portfolio)s::text is null or portfolio = %(portfolio)s "
        "order by portfolio, symbol, strategy",
        "portfolio symbol strategy quantity average_price mark market_value "
        "unrealized_pnl unrealized_percent realized_pnl fees currency",
        "List open positions, marked at what they could be closed at.",
    ),
    listing(
        "balances",
        "select p.name as portfolio, r.*, r.amount - r.held as free"
        + OF_PORTFOLIO.format(relation="balances")
        + "order by p.name, r.currency",
        "portfolio currency amount held free",
        "List money by portfolio and currency, and what open orders hold of it.",
    ),
    listing(
        "executions",
        "select p.name as portfolio, r.*"
        + OF_PORTFOLIO.format(relation="executions")
        + "order by p.name, r.seq",
        "portfolio seq executed_at symbol side quantity price fee realized_pnl order_id",
        "List fills.",
    ),
    listing(
        "ledger",
        "select p.name as portfolio, r.*"
        + OF_PORTFOLIO.format(relation="ledger_entries")
        + "order by p.name, r.seq",
        "portfolio seq occurred_at kind currency amount execution_seq note",
        "List every movement of money.",
    ),
]
