"""How Tradier says no: in plain text with HTTP 400, or with HTTP 200 and the names of errors."""

from twinbook.brokers.standin.wire import Refusal, as_json, as_text


def refusal(text: str) -> Refusal:
    """HTTP 400 in plain text."""
    return Refusal(as_text(text, 400))


def invalid(name: str, why: str) -> Refusal:
    """HTTP 400 about a parameter."""
    return refusal(f"Invalid parameter, {name}: {why}")


def not_allowed(*names: str) -> Refusal:
    """HTTP 200 with errors: one name bare, several as a list."""
    return Refusal(as_json({"errors": {"error": names[0] if len(names) == 1 else list(names)}}))
