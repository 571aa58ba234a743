"""A stand-in of Alpaca's trading and market data APIs, as its paper account."""

from twinbook.brokers.standin.alpaca.server import AlpacaStandIn

__all__ = ["AlpacaStandIn"]
