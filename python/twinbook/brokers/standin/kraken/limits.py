"""Kraken's counters: one a key for REST calls, one a pair for the matching engine."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tier:
    """What an account of a level may do; rates are per second."""

    calls: int
    call_decay: float
    trades: int
    trade_decay: float
    open_orders: int


TIERS = {
    "starter": Tier(15, 0.33, 60, 1, 60),
    "intermediate": Tier(20, 0.5, 125, 2.34, 80),
    "pro": Tier(20, 1, 180, 3.75, 225),
}

COST_OF_ORDER = 1
_COST_OF_CANCEL = ((5, 8), (10, 6), (15, 5), (45, 4), (90, 2))


def cost_of_cancel(age: float) -> int:
    """What canceling costs after so many seconds; the younger, the dearer."""
    return next((cost for younger, cost in _COST_OF_CANCEL if age < younger), 0)
