"""How Kraken says no: HTTP 200 and a list of errors."""

from twinbook.brokers.standin.wire import Answer, Refusal, as_json


def errors(*names: str) -> Answer:
    """An answer with errors and without a result."""
    return as_json({"error": list(names)})


def refusal(name: str) -> Refusal:
    """Ends a request with an error."""
    return Refusal(errors(name))


def invalid(argument: str) -> Refusal:
    """An argument that can't be."""
    return refusal(f"EGeneral:Invalid arguments:{argument}")
