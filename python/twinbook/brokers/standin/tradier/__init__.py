"""A stand-in of Tradier's brokerage API, as its sandbox."""

from twinbook.brokers.standin.tradier.server import TradierStandIn

__all__ = ["TradierStandIn"]
