"""What a user sets for himself: defaults, limits; and the mode that he is in."""

import click

from twinbook.cli.acting import acting_book, asked_for_phrase, print_rows
from twinbook.cli.context import Context, pass_context
from twinbook.cli.listing import listing
from twinbook.cli.output import note
from twinbook.cli.verb import verb_command
from twinbook.rows import RiskLimit, Settings
from twinbook.verbs import Book

_SETTINGS = (
    "initial_balances slippage_percent fill_delay_ms max_quote_age max_history_age "
    "allow_short allow_mock_prices require_stop_loss version"
)
_LIMITS = "currency max_order_value max_position_value max_daily_loss version"
_MODE = (
    "active_mode last_mode_change paper_balance paper_realized_pnl is_live_broker_configured "
    "is_live_allowed live_halted_because"
)
_SWITCHED = "active_mode is_switched code reason open_orders open_positions"


def _show(context: Context, edited: Settings) -> None:
    print_rows(context, [edited], _SETTINGS)


def _show_limit(context: Context, limit: RiskLimit) -> None:
    print_rows(context, [limit], _LIMITS)


@click.group()
def settings() -> None:
    """Defaults for new portfolios, and rules for oneself."""


@click.group()
def limits() -> None:
    """Limits that one puts on oneself, in both books."""


@click.group()
def mode() -> None:
    """The book that one means to trade in: paper, unless switched."""


settings.add_command(
    verb_command(
        "edit",
        Book.edit_settings,
        acting_book,
        _show,
        "twinbook --user alice settings edit 1 --slippage-percent 0.05",
        initial_balances="What new portfolios open with, as JSON.",
        require_stop_loss="Refuse what increases exposure without a stop loss.",
    )
)
settings.add_command(
    listing("show", "select * from identity.settings", _SETTINGS, "Show one's settings.")
)
limits.add_command(
    verb_command(
        "set",
        Book.set_risk_limit,
        acting_book,
        _show_limit,
        "twinbook --user alice limits set USD --max-order-value 10000\n"
        "twinbook --user alice limits set USD --max-order-value 20000 --expected-version 1\n"
        "What isn't given has no limit.",
        max_order_value="The most that one order may add to a position.",
        max_position_value="The most that one position may be worth.",
        max_daily_loss="Realized loss after fees past which nothing may increase.",
        expected_version="To change limits: the version that `limits show` shows.",
    )
)
limits.add_command(
    listing(
        "show",
        "select * from identity.risk_limits order by currency",
        _LIMITS,
        "Show one's limits by currency.",
    )
)
mode.add_command(
    listing(
        "show",
        "select * from identity.mode_state",
        _MODE,
        "Show one's mode, and what one has on paper.",
    )
)


@mode.command("switch")
@click.argument("wanted", metavar="MODE", type=click.Choice(["paper", "live"]))
@pass_context
def switch(context: Context, wanted: str) -> None:
    """Switch one's mode. Paper always can be; live takes every yes, and the phrase.

    The phrase is asked for, or read from TWINBOOK_CONFIRM_LIVE_TRADING.

    \b
    twinbook --user alice --mode live mode switch live
    twinbook --user alice mode switch paper
    """
    phrase = asked_for_phrase() if wanted == "live" else None
    with acting_book(context) as book:
        switched = book.switch_mode(wanted, confirmation=phrase)
    print_rows(context, [switched], _SWITCHED, is_of_book=False)
    if switched.code:
        note(f"{switched.code}: {switched.reason}; {switched.hint}")
        raise click.exceptions.Exit(1)
    if wanted == "paper" and (switched.open_orders or switched.open_positions):
        note(
            f"still open live: {switched.open_orders} orders, {switched.open_positions} positions;"
            " exits, cancels and flatten work there in either mode"
        )


COMMANDS = [settings, limits, mode]
