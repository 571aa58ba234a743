"""Option symbols of the Options Clearing Corporation: root, yymmdd, C or P, strike times 1000."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

_FORM = re.compile(r"([A-Z]{1,6})(\d{2})(\d{2})(\d{2})([CP])(\d{8})")


@dataclass(frozen=True)
class Contract:
    """What an option symbol says; ``right`` is call or put."""

    symbol: str
    underlying: str
    expiration: date
    right: str
    strike: Decimal

    @property
    def name(self) -> str:
        """As people write it: AAPL Dec 18 2026 $150.00 Call."""
        day = f"{self.expiration:%b %d %Y}"
        return f"{self.underlying} {day} ${self.strike:.2f} {self.right.capitalize()}"


def contract(symbol: str) -> Contract | None:
    """The contract of an option symbol; None for another symbol."""
    found = _FORM.fullmatch(symbol)
    if found is None:
        return None
    root, year, month, day, right, strike = found.groups()
    try:
        expiration = date(2000 + int(year), int(month), int(day))
    except ValueError:
        return None
    return Contract(
        symbol, root, expiration, "call" if right == "C" else "put", Decimal(int(strike)) / 1000
    )


def symbol_of(underlying: str, expiration: date, right: str, strike: Decimal) -> str:
    """The symbol of a contract."""
    return f"{underlying}{expiration:%y%m%d}{right[0].upper()}{int(strike * 1000):08}"
