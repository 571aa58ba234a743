"""The pairs that the stand-in trades, with the rules that an order must keep."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

COST_DECIMALS = 5
TAKER, MAKER = Decimal("0.004"), Decimal("0.0025")


@dataclass(frozen=True)
class Pair:
    """One pair: a base asset, its price in a quote asset."""

    id: str
    altname: str
    wsname: str
    base: str
    quote: str
    price_decimals: int
    least_volume: Decimal
    first_price: Decimal
    volume_decimals: int = 8
    least_cost: Decimal = Decimal("0.5")

    @property
    def tick(self) -> Decimal:
        """The smallest step of its price."""
        return Decimal(1).scaleb(-self.price_decimals)


PAIRS = {
    pair.id: pair
    for pair in (
        Pair("XXBTZUSD", "XBTUSD", "XBT/USD", "XXBT", "ZUSD", 1, Decimal("0.0001"), Decimal(27500)),
        Pair("XETHZUSD", "ETHUSD", "ETH/USD", "XETH", "ZUSD", 2, Decimal("0.002"), Decimal(1800)),
        Pair("SOLUSD", "SOLUSD", "SOL/USD", "SOL", "ZUSD", 2, Decimal("0.02"), Decimal(60)),
    )
}


def find_pair(name: str) -> Pair | None:
    """A pair by any of its names."""
    for pair in PAIRS.values():
        if name in (pair.id, pair.altname, pair.wsname):
            return pair
    return None


def described(pair: Pair) -> dict[str, Any]:
    """A pair as AssetPairs shows it."""
    return {
        "altname": pair.altname,
        "wsname": pair.wsname,
        "aclass_base": "currency",
        "base": pair.base,
        "aclass_quote": "currency",
        "quote": pair.quote,
        "pair_decimals": pair.price_decimals,
        "cost_decimals": COST_DECIMALS,
        "lot_decimals": pair.volume_decimals,
        "lot_multiplier": 1,
        "leverage_buy": [2],
        "leverage_sell": [2],
        "fees": [[0, TAKER * 100]],
        "fees_maker": [[0, MAKER * 100]],
        "fee_volume_currency": "ZUSD",
        "margin_call": 80,
        "margin_stop": 40,
        "ordermin": str(pair.least_volume),
        "costmin": str(pair.least_cost),
        "tick_size": str(pair.tick),
        "status": "online",
    }
