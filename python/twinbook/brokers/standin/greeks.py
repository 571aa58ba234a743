"""An option's value and greeks by Black and Scholes, at one volatility, without interest.

Only to begin with quotes that hang together; a test sets its own.
"""

from datetime import date
from decimal import Decimal
from math import erf, exp, log, pi, sqrt

from twinbook.brokers.standin.occ import Contract

VOLATILITY = 0.3


def value_and_greeks(
    option: Contract, spot: Decimal, today: date
) -> tuple[Decimal, dict[str, Decimal]]:
    """The value of one unit; theta is per day, vega per point of volatility."""
    years = max((option.expiration - today).days, 1) / 365
    s, k = float(spot), float(option.strike)
    spread = VOLATILITY * sqrt(years)
    d1 = (log(s / k) + spread * spread / 2) / spread
    density = exp(-d1 * d1 / 2) / sqrt(2 * pi)
    is_put = option.right == "put"
    call = s * _normal(d1) - k * _normal(d1 - spread)
    greeks = {
        "delta": _normal(d1) - is_put,
        "gamma": density / (s * spread),
        "theta": -s * density * VOLATILITY / (2 * sqrt(years)) / 365,
        "vega": s * density * sqrt(years) / 100,
        "rho": k * years * (_normal(d1 - spread) - is_put) / 100,
        "phi": -s * years * (_normal(d1) - is_put) / 100,
        "iv": VOLATILITY,
    }
    value = call - (s - k if is_put else 0)
    return _rounded(value), {name: _rounded(greek) for name, greek in greeks.items()}


def _normal(x: float) -> float:
    return (1 + erf(x / sqrt(2))) / 2


def _rounded(value: float) -> Decimal:
    return Decimal(value).quantize(Decimal("0.0001"))
