"""One way to talk to a broker over HTTP: limits, time, retries and what a failure means.

Whether a request may be sent again stands in its endpoint, never in its HTTP method: at Kraken
every private read is a POST. Placing an order is never repeated.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NoReturn, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import httpx
import tenacity

from twinbook.brokers import clock
from twinbook.brokers.errors import (
    Ambiguous,
    AuthFailed,
    BrokerError,
    RateLimited,
    Rejected,
    TimedOut,
    Unavailable,
)
from twinbook.brokers.limits import Limit
from twinbook.brokers.reading import Malformed, readable
from twinbook.brokers.secret import Secret, redact

T = TypeVar("T")

TIMEOUT = 30.0
_LONGEST_WAIT = 65.0  # for a limit; one window and a little
_LARGEST_ANSWER = 64 * 1024 * 1024
_ATTEMPTS = 3
_QUOTED = 300  # characters of a broker's text that a message shows
_REQUEST_TIMEOUT, _TOO_MANY, _SERVER_ERRORS = 408, 429, 500
_MILLISECONDS_FROM = 10**11  # as seconds it would be the year 5138
_DOTS = re.compile(r"\.*")  # as part of a path they would lead to another one


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One call that a broker offers.

    ``idempotent``: asking twice does no more than asking once. ``bucket`` names its limit, None
    for one that only draws on limits of its order. A call that isn't idempotent and gets no clear
    answer is Ambiguous; ``settles_in`` is how long until a look-up means anything, None for never,
    and ``look_up`` says how to look, if not by the client id.
    """

    method: str
    path: str
    idempotent: bool
    bucket: str | None
    cost: float = 1
    host: str = "trading"
    settles_in: timedelta | None = None
    look_up: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A request before it is signed. ``form`` and ``body`` exclude each other.

    After ``latest`` it isn't sent any more.
    """

    endpoint: Endpoint
    url: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str] | None
    body: Mapping[str, Any] | None
    latest: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, read to its end."""

    status: int
    headers: httpx.Headers
    content: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode(errors="replace").strip()

    def json(self) -> Any:
        """The body; numbers with a point are Decimal. Raises Malformed."""
        try:
            return json.loads(self.content, parse_float=Decimal, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            pass
        raise Malformed("the answer isn't JSON")


# The limits that a request draws on, and what it costs there.
Draws = tuple[tuple[Limit, float], ...]
# Gives a request its headers; Kraken's also holds the nonce's turn until the answer is there.
Signer = Callable[[Outgoing], AbstractContextManager[httpx.Request]]
# Turns an answer into what the caller reads, or raises what it means.
Judge = Callable[[Endpoint, Answer], Any]
# Requests left, seconds until they are renewed, and how many there are.
Feedback = Callable[[httpx.Headers], tuple[int, float, int | None] | None]


@dataclass
class HttpClient:
    """Sends requests for one account at one broker. Threads may share it."""

    broker: str
    addresses: Mapping[str, str]
    signer: Signer
    judge: Judge
    limits: Mapping[str, Limit]
    secrets: tuple[Secret, ...]
    feedback: Feedback = lambda _: None
    transport: httpx.BaseTransport | None = None
    _client: httpx.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        hosts = {urlsplit(address).hostname or "" for address in self.addresses.values()}
        self._client = httpx.Client(
            timeout=TIMEOUT,
            headers={"User-Agent": "twinbook"},
            transport=self.transport,
            follow_redirects=False,
            # A proxy of the environment's can't reach this machine's own stand-in.
            trust_env=not any(is_loopback(host) for host in hosts),
        )

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def call(
        self,
        endpoint: Endpoint,
        read: Callable[[Any], T],
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        also: Draws = (),
        latest: datetime | None = None,
    ) -> T:
        """Sends a request and returns what ``read`` makes of the answer. Raises BrokerError.

        ``read`` may raise Malformed. ``also`` are further limits that the request draws on, with
        its cost there. A request that had to wait until after ``latest`` isn't sent.
        """
        filled = self._filled(endpoint.path, path or {})
        outgoing = Outgoing(
            endpoint=endpoint,
            url=self.addresses[endpoint.host] + filled,
            path=filled,
            query=query or {},
            form=form,
            body=body,
            latest=latest,
        )
        own = ((self.limits[endpoint.bucket], endpoint.cost),) if endpoint.bucket else ()
        draws = (*own, *also)
        if not endpoint.idempotent:
            return self._attempt(outgoing, draws, read)
        again = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(_ATTEMPTS),
            wait=tenacity.wait_random_exponential(multiplier=0.5, max=5),
            retry=tenacity.retry_if_exception(_is_transient),
            sleep=clock.pause,
            reraise=True,
        )
        answer: T = again(self._attempt, outgoing, draws, read)
        return answer

    def quoted(self, said: str) -> str:
        """A broker's text as a message may show it: without secrets, in one short line."""
        shown = " ".join(readable(redact(said, self.secrets)).split())
        return shown if len(shown) <= _QUOTED else shown[:_QUOTED] + "…"

    def by_status(self, answer: Answer, hint: str = "") -> NoReturn:
        """Raises what an HTTP status means where the broker says nothing more exact."""
        said = "" if answer.text.startswith("<") else self.quoted(answer.text)
        message = said or f"HTTP status {answer.status}"
        code = str(answer.status)
        if answer.status in (401, 403):
            raise AuthFailed(message, hint, broker=self.broker, code=code)
        if answer.status == _TOO_MANY:
            raise RateLimited(
                message, broker=self.broker, code=code, retry_after=retry_after(answer.headers)
            )
        if 400 <= answer.status < _SERVER_ERRORS and answer.status != _REQUEST_TIMEOUT:
            raise Rejected(message, broker=self.broker, code=code)
        raise Unavailable(message, broker=self.broker, code=code)

    def _filled(self, path: str, parts: Mapping[str, str]) -> str:
        for name, value in parts.items():
            if _DOTS.fullmatch(value):
                # "DELETE /orders/" and "DELETE /orders/.." mean something else than one order.
                raise Rejected(f"{value!r} is no {name}; nothing was sent", broker=self.broker)
        return path.format(**{name: quote(value, safe="") for name, value in parts.items()})

    def _attempt(self, outgoing: Outgoing, draws: Draws, read: Callable[[Any], T]) -> T:
        for limit, cost in draws:
            self._wait_for(limit, cost)
        endpoint = outgoing.endpoint
        was_sent = False
        problem: BrokerError
        try:
            with self.signer(outgoing) as request:
                self._refuse_late(outgoing)
                was_sent = True
                answer = self._exchange(request)
            self._learn(draws, answer)
            return read(self.judge(endpoint, answer))
        except _NEVER_SENT:
            was_sent = False
            problem = Unavailable("can't connect", broker=self.broker)
        except httpx.TimeoutException:
            problem = TimedOut(f"no answer within {TIMEOUT:.0f} s", broker=self.broker)
        except httpx.HTTPError:
            problem = Unavailable("the connection broke", broker=self.broker)
        except Malformed as error:
            problem = Unavailable(f"an answer makes no sense: {error}", broker=self.broker)
        except Unavailable as error:
            problem = error
        except RateLimited as error:
            for limit, _cost in draws:
                limit.exhaust(error.retry_after)
            problem = error
        # Outside the handler, so that no exception of httpx's, which holds the request with its
        # headers, hangs on to ours.
        raise self._meaning(endpoint, problem, was_sent=was_sent) from None

    def _refuse_late(self, outgoing: Outgoing) -> None:
        if outgoing.latest is not None and clock.now() > outgoing.latest:
            raise Unavailable(
                "its time ran out before it could be sent; nothing was sent",
                "place it again",
                broker=self.broker,
            )

    def _meaning(self, endpoint: Endpoint, problem: BrokerError, *, was_sent: bool) -> BrokerError:
        if endpoint.idempotent or not was_sent or not isinstance(problem, Unavailable):
            return problem
        settled = endpoint.settles_in
        return Ambiguous(
            f"it may have taken effect: {problem.message}",
            endpoint.look_up,
            broker=self.broker,
            code=problem.code,
            look_up_after=None if settled is None else clock.now() + settled,
        )

    def _wait_for(self, limit: Limit, cost: float) -> None:
        ends = clock.monotonic() + _LONGEST_WAIT
        while wait := limit.reserve(cost):
            if clock.monotonic() + wait > ends:
                raise RateLimited(
                    "the limit of requests is used up; nothing was sent",
                    broker=self.broker,
                    retry_after=wait,
                )
            clock.pause(wait)

    def _exchange(self, request: httpx.Request) -> Answer:
        # httpx's timeout starts anew with each piece of an answer; this one is for all of it.
        ends = clock.monotonic() + TIMEOUT
        response = self._client.send(request, stream=True)
        try:
            content = bytearray()
            for piece in response.iter_bytes():
                content += piece
                if clock.monotonic() > ends:
                    raise httpx.ReadTimeout("slow answer")
                if len(content) > _LARGEST_ANSWER:
                    raise httpx.ReadError("endless answer")
            return Answer(response.status_code, response.headers, bytes(content))
        finally:
            response.close()

    def _learn(self, draws: Draws, answer: Answer) -> None:
        told = self.feedback(answer.headers)
        if told and draws:
            draws[0][0].observe(*told)


_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


def request_of(outgoing: Outgoing, headers: Mapping[str, str]) -> httpx.Request:
    """The request with these headers, its form or its JSON as exact bytes."""
    content: bytes | None = None
    kinds: dict[str, str] = {}
    if outgoing.form is not None:
        content = urlencode(outgoing.form).encode()
        kinds = {"Content-Type": "application/x-www-form-urlencoded"}
    elif outgoing.body is not None:
        content = json.dumps(outgoing.body).encode()
        kinds = {"Content-Type": "application/json"}
    return httpx.Request(
        outgoing.endpoint.method,
        outgoing.url,
        params=outgoing.query or None,
        headers={**headers, **kinds},
        content=content,
        extensions={"timeout": httpx.Timeout(TIMEOUT).as_dict()},
    )


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    return host in ("localhost", "::1") or re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None


def limit_headers(
    headers: httpx.Headers, left: str, resets_at: str, allowed: str
) -> tuple[int, float, int | None] | None:
    """Reads what a broker's headers say of its limit; None if they don't, or make no sense.

    The reset is an epoch in seconds, or in milliseconds, by its size.
    """
    try:
        remaining, reset = int(headers[left]), float(headers[resets_at])
        limit = int(headers[allowed]) if allowed in headers else None
    except (KeyError, ValueError):
        return None
    if not math.isfinite(reset):
        return None
    if reset > _MILLISECONDS_FROM:
        reset /= 1000
    return remaining, reset - clock.now().timestamp(), limit


def retry_after(headers: httpx.Headers) -> float | None:
    """Seconds after which to ask again, by a refusal's headers; None if they don't tell."""
    asked = headers.get("retry-after", "")
    if asked.isascii() and asked.isdecimal():
        return float(asked)
    for left, reset in (
        ("x-ratelimit-available", "x-ratelimit-expiry"),
        ("x-ratelimit-remaining", "x-ratelimit-reset"),
    ):
        told = limit_headers(headers, left, reset, "")
        if told:
            # More than a minute is a skewed clock's.
            return min(max(told[1], 0.0), 60.0)
    return None


def _is_transient(error: BaseException) -> bool:
    return isinstance(error, BrokerError) and error.is_transient


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError
