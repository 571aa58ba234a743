"""What can be traded: instruments, their currencies and their fees."""

import click

from twinbook.cli.acting import print_rows, reading_book, supplying_prices
from twinbook.cli.context import Context
from twinbook.cli.listing import listing
from twinbook.cli.verb import verb_command
from twinbook.rows import CorporateAction, Currency, Fee, Instrument
from twinbook.verbs import MarketData

_INSTRUMENT = "symbol name asset_class currency base_currency tick lot closes_at timezone venue"
_ACTION = "feed number kind symbol new_units old_units new_symbol quote_number effective_at"
_CURRENCY = "currency decimals initial_balance"
_FEE = (
    "venue asset_class component side liquidity basis rate minimum maximum "
    "effective_from source is_verified"
)


def _show_instrument(context: Context, added: Instrument) -> None:
    print_rows(context, [added], _INSTRUMENT, is_of_book=False)


def _show_currency(context: Context, added: Currency) -> None:
    print_rows(context, [added], _CURRENCY, is_of_book=False)


def _show_fee(context: Context, added: Fee) -> None:
    print_rows(context, [added], _FEE, is_of_book=False)


def _show_action(context: Context, taken: CorporateAction) -> None:
    print_rows(context, [taken], _ACTION, is_of_book=False)


@click.group()
def instrument() -> None:
    """Add and list what can be traded."""


@click.group()
def currency() -> None:
    """Add and list currencies."""


@click.group()
def fee() -> None:
    """Add and list what venues charge."""


instrument.add_command(
    verb_command(
        "action",
        MarketData.record_corporate_action,
        supplying_prices,
        _show_action,
        "twinbook instrument action AAPL --new-units 4 --old-units 1\n"
        "twinbook instrument action FB --new-symbol META",
        new_units="Of a split: so many new units,",
        old_units="for so many old ones.",
        new_symbol="An instrument with the same terms that it becomes.",
        effective_at="When, by the feed's time; now.",
        feed="A shared feed; realtime.",
    )
)
instrument.add_command(
    verb_command(
        "add",
        MarketData.add_instrument,
        supplying_prices,
        _show_instrument,
        "twinbook instrument add AAPL equity USD --name 'Apple Inc.'\n"
        "twinbook instrument add BTC/USD crypto USD --base-currency BTC --size-decimals 8",
        price_decimals="Digits of a price; 2 unless --tick is given.",
        size_decimals="Digits of a quantity; 0 unless --lot is given.",
        base_currency="Of crypto and currencies: what one unit is of.",
        tick="Order prices are multiples of it.",
        lot="Order quantities are multiples of it.",
        multiplier="Units of the underlying in one; of options 100.",
        underlying="Of options.",
        option_type="call or put.",
        strike="Of options.",
        expiry="Of options: their last day.",
        closes_at="When its trading day ends, 16:00 unless it trades round the clock.",
        timezone="Of the close, such as America/New_York.",
        trading_days="Days with a close, 1 for Monday: 1,2,3,4,5.",
        stop_trigger="What triggers stops: last, or quote for bid and ask.",
        venue="Whose fees apply.",
    )
)
instrument.add_command(
    listing(
        "list",
        "select * from shared_data.instruments order by symbol",
        _INSTRUMENT,
        "List what can be traded.",
        reading_book,
    )
)
currency.add_command(
    verb_command(
        "add",
        MarketData.add_currency,
        supplying_prices,
        _show_currency,
        "twinbook currency add SEK 2",
        initial_balance="What a paper portfolio in it opens with.",
    )
)
currency.add_command(
    listing(
        "list",
        "select * from shared_data.currencies order by currency",
        _CURRENCY,
        "List currencies, their digits, and what paper portfolios in them open with.",
        reading_book,
    )
)
fee.add_command(
    verb_command(
        "add",
        MarketData.add_fee,
        supplying_prices,
        _show_fee,
        "twinbook fee add NYSE equity commission unit 0.005 'their price list' --minimum 1\n"
        "BASIS is order (a fill), unit (a share) or percent (of the value).",
        side="buy, sell or both.",
        liquidity="maker, taker or both.",
        minimum="A fill costs at least this.",
        maximum="A fill costs at most this.",
        decimals="Rounded up to so many digits; else the currency's.",
        effective_from="From this moment on; naive is UTC.",
        is_verified="Whether somebody checked it against the venue's own word.",
    )
)
fee.add_command(
    listing(
        "list",
        "select * from shared_data.fees order by venue, asset_class, component, effective_from",
        _FEE,
        "List what venues charge.",
        reading_book,
    )
)
instrument.add_command(
    verb_command(
        "broker-symbol",
        MarketData.add_broker_symbol,
        supplying_prices,
        lambda context, named: print_rows(
            context, [named], "broker symbol broker_symbol", is_of_book=False
        ),
        "twinbook instrument broker-symbol kraken BTCUSD XBTUSD",
    )
)

COMMANDS = [instrument, currency, fee]
