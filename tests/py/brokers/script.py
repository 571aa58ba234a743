"""A broker that answers from a script, with the documented payloads, and a clock for it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import httpx

from twinbook.brokers import Credentials, Environment, Secret

_PAYLOADS = Path(__file__).with_name("payloads")

START = datetime(2026, 11, 2, 14, 31, tzinfo=UTC)
TOKEN = "tok-3f9a1c77"  # noqa: S105
# The private key of the signature that Kraken's documentation works out; it opens nothing.
SECRET = "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg=="  # noqa: S105

Step = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


def payload(name: str, status: int = 200, headers: dict[str, str] | None = None) -> httpx.Response:
    """One of the example payloads, as tradier/quotes_one.json."""
    return httpx.Response(status, content=(_PAYLOADS / name).read_bytes(), headers=headers)


def told(body: object, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=body)


class FakeClock:
    """Stands still until somebody waits; ``waited`` keeps how long, in seconds.

    ``followers`` are told how long, so that a stand-in's time passes too.
    """

    def __init__(self) -> None:
        self.passed = 0.0
        self.waited: list[float] = []
        self.followers: list[Callable[[float], None]] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    def nanoseconds(self) -> int:
        return int(START.timestamp()) * 10**9 + int(self.passed * 10**9)

    def pause(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.passed += seconds
        for follow in self.followers:
            follow(seconds)


class Script(httpx.BaseTransport):
    """Plays steps in order; a request beyond the last one fails the test."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        assert self.steps, f"nobody expected {request.method} {request.url}"
        step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step if isinstance(step, httpx.Response) else step(request)

    @property
    def last(self) -> httpx.Request:
        return self.requests[-1]


def form_of(request: httpx.Request) -> dict[str, str]:
    return dict(parse_qsl(request.content.decode(), strict_parsing=True))


def body_of(request: httpx.Request) -> dict[str, object]:
    body: dict[str, object] = json.loads(request.content)
    return body


def token(environment: Environment = Environment.SANDBOX) -> Credentials:
    return Credentials(environment=environment, account="VA00000001", token=Secret(TOKEN))


def keys(environment: Environment = Environment.SANDBOX, key_id: str = TOKEN) -> Credentials:
    return Credentials(environment=environment, key_id=Secret(key_id), secret=Secret(SECRET))
