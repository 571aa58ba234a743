"""How Alpaca says no: an HTTP status and a code, which are stable, and a text, which is not."""

from typing import Any

from twinbook.brokers.standin.wire import Answer, Refusal, as_json


def error(status: int, code: int, message: str, **more: Any) -> Answer:
    """An answer with a code and a text."""
    return as_json({"code": code, "message": message, **more}, status)


def malformed(message: str) -> Refusal:
    """HTTP 400: the request can't be read."""
    return Refusal(error(400, 40010000, message))


def invalid(message: str) -> Refusal:
    """HTTP 422: the request makes no sense."""
    return Refusal(error(422, 42210000, message))


def not_unique() -> Refusal:
    """HTTP 422: the client order id was used before."""
    return Refusal(error(422, 40010001, "client_order_id must be unique"))


def forbidden(message: str, **more: Any) -> Refusal:
    """HTTP 403: the account may not."""
    return Refusal(error(403, 40310000, message, **more))


def not_found(message: str) -> Refusal:
    """HTTP 404."""
    return Refusal(error(404, 40410000, message))
