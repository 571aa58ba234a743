"""A stand-in of Kraken's spot REST API, which has no sandbox of its own."""

from twinbook.brokers.standin.kraken.server import KrakenStandIn

__all__ = ["KrakenStandIn"]
