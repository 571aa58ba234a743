"""Stand-ins of the brokers: HTTP servers on this machine that behave, and misbehave, like them.

    with TradierStandIn() as standin:
        broker = open_broker("tradier", credentials, standin.origin)
        standin.fail_next(Fault.DROP, commit=True, on="place")
        ...
        assert standin.snapshot().orders == expected

Their answers take the shapes that the brokers document; what isn't documented is marked so where
it stands. They share no code with the clients, so that neither hides the other's mistakes. No
money moves, quotes change only on command, the market never closes.
"""

from twinbook.brokers.standin.alpaca import AlpacaStandIn
from twinbook.brokers.standin.core import Call, StandIn
from twinbook.brokers.standin.exchange import Login, Snapshot
from twinbook.brokers.standin.faults import Fault, Race
from twinbook.brokers.standin.kraken import KrakenStandIn
from twinbook.brokers.standin.tradier import TradierStandIn

STAND_INS: dict[str, type[StandIn]] = {
    one.broker: one for one in (TradierStandIn, AlpacaStandIn, KrakenStandIn)
}

__all__ = [
    "STAND_INS",
    "AlpacaStandIn",
    "Call",
    "Fault",
    "KrakenStandIn",
    "Login",
    "Race",
    "Snapshot",
    "StandIn",
    "TradierStandIn",
]
