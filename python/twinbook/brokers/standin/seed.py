"""Stocks and an option chain to begin with, as the stand-ins of stock brokers know them."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from twinbook.brokers.standin.greeks import value_and_greeks
from twinbook.brokers.standin.occ import contract, symbol_of
from twinbook.brokers.standin.state import Quote

_STOCKS = {"AAPL": "180", "MSFT": "410", "SPY": "500"}
_CHAIN_OF = "AAPL"
_CENT = Decimal("0.01")


def stock_quotes(now: float, today: date) -> Iterator[Quote]:
    """Quotes with a spread of two cents; options ten cents wide on the next six Fridays."""
    for symbol, price in _STOCKS.items():
        yield _quote(symbol, Decimal(price), _CENT, now)
    spot = Decimal(_STOCKS[_CHAIN_OF])
    friday = today + timedelta(days=(4 - today.weekday()) % 7 or 7)
    for week in range(6):
        day = friday + timedelta(weeks=week)
        for strike in range(150, 215, 5):
            for right in ("call", "put"):
                symbol = symbol_of(_CHAIN_OF, day, right, Decimal(strike))
                option = contract(symbol)
                if option:
                    value, greeks = value_and_greeks(option, spot, today)
                    quote = _quote(symbol, value, 5 * _CENT, now)
                    quote.greeks = greeks
                    yield quote


def _quote(symbol: str, middle: Decimal, half_spread: Decimal, now: float) -> Quote:
    last = max(middle.quantize(_CENT), _CENT)
    bid = max(last - half_spread, Decimal(0))
    return Quote(
        symbol, bid, last + half_spread, last, Decimal(300), Decimal(500), now, last, last, last
    )
