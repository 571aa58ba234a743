"""The stand-in's remote control at ``/standin/``: commands by POST, a look inside by GET.

A command takes its parameters as a JSON object. Numbers may be given as text, so that 0.1 stays
0.1. A page in a browser has no access: it is told by its Origin, by the name that it asks for
(which may resolve to this machine), and because it can't send JSON unasked.
"""

import inspect
import json
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from twinbook.brokers.standin.wire import Answer, Request

if TYPE_CHECKING:
    from twinbook.brokers.standin.core import StandIn

PREFIX = "/standin"
_LOOPBACK = ("127.0.0.1", "localhost")
# The stand-in's own methods, which say more, by their paths.
_COMMANDS = {
    "quotes": "set_quote",
    "faults": "fail_next",
    "faults/random": "fail_at_random",
    "faults/clear": "behave",
    "orders/reject-later": "reject_later",
    "orders/partial-then-cancel": "partial_then_cancel",
    "orders/race-cancel": "race_cancel",
    "orders/fill": "fill",
    "orders/reject": "reject",
    "orders/cancel": "cancel",
    "orders/expire": "expire",
    "orders/show-status": "show_status",
    "matching/hold": "hold_matching",
    "matching/resume": "resume_matching",
    "outside/trades": "trade_outside",
    "outside/orders": "order_outside",
    "deposits": "deposit",
    "clock": "advance",
}
_VIEWS = {
    "quotes": "quotes",
    "orders": "orders",
    "order": "order",
    "fills": "fills",
    "holdings": "holdings",
    "snapshot": "snapshot",
    "calls": "calls",
    "calls/known": "calls_known",
}


def respond(standin: "StandIn", request: Request) -> Answer:
    """Carries out a command or shows something; 400 says what was wrong with it."""
    host = urlsplit("//" + request.headers.get("host", "")).hostname
    if host not in _LOOPBACK or "origin" in request.headers:
        return _answer({"error": "not for web pages"}, 403)
    path = request.path.removeprefix(PREFIX).strip("/")
    if not path:
        return _answer(_overview(standin))
    verbs = _VIEWS if request.method == "GET" else _COMMANDS
    if path not in verbs:
        return _answer({"error": f"there is no {request.method} {path}"} | _overview(standin), 404)
    verb: Callable[..., Any] = getattr(standin, verbs[path])
    try:
        given = dict(request.query) if request.method == "GET" else request.json()
        return _answer(verb(**_arguments(verb, given)))
    except (TypeError, ValueError, LookupError, InvalidOperation) as error:
        return _answer({"error": str(error), "parameters": _parameters(verb)}, 400)


def _arguments(verb: Callable[..., Any], given: dict[str, Any]) -> dict[str, Any]:
    wanted = inspect.signature(verb).parameters
    return {
        name: Decimal(str(value))
        if value is not None and name in wanted and "Decimal" in str(wanted[name].annotation)
        else value
        for name, value in given.items()
    }


def _overview(standin: "StandIn") -> dict[str, Any]:
    return {
        "broker": standin.broker,
        "commands": {
            f"POST {PREFIX}/{path}": _parameters(getattr(standin, verb))
            for path, verb in _COMMANDS.items()
        },
        "views": {
            f"GET {PREFIX}/{path}": _parameters(getattr(standin, verb))
            for path, verb in _VIEWS.items()
        },
        "faults": sorted(standin.faults),
        "calls": standin.calls_known(),
    }


def _parameters(verb: Callable[..., Any]) -> str:
    return ", ".join(
        name if one.default is one.empty else f"[{name}]"
        for name, one in inspect.signature(verb).parameters.items()
    )


def _answer(value: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(_plain(value), indent=1).encode() + b"\n")


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return format(value, "f") if isinstance(value, Decimal) else value
