"""What the stand-ins share: a server that routes calls, limits them, and misbehaves on command."""

import json
import re
import threading
import time
from abc import abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, ClassVar, Self

from twinbook.brokers.standin import control
from twinbook.brokers.standin.exchange import Exchange, Login
from twinbook.brokers.standin.faults import Failing, Fault, OrderPlan
from twinbook.brokers.standin.wire import (
    Answer,
    Broken,
    Refusal,
    Request,
    Server,
    as_page,
    as_text,
)


@dataclass(frozen=True)
class Route:
    """One call. The groups of its path, a regular expression, go to the handler by name.

    ``group`` is whose limit it counts against.
    """

    method: str
    path: str
    call: str
    handler: Callable[..., Answer]
    group: str = ""


@dataclass(frozen=True)
class Call:
    """A request that came in. ``status`` is 0 where no answer went out."""

    at: float
    method: str
    path: str
    call: str
    status: int
    fault: str


@dataclass(frozen=True)
class Admission:
    """Who was let in, and headers that each answer to them bears."""

    login: Login
    headers: dict[str, str]


class StandIn(Exchange):
    """One broker's stand-in. Use it in a ``with``, or ``start`` and ``stop`` it.

    It keeps everything over a stop and a start at the same port, so both make an outage. Port 0
    is a free one. Settings as for Exchange.
    """

    base_path: ClassVar[str] = ""

    def __init__(self, *, port: int = 0, **settings: Any) -> None:
        super().__init__(**settings)
        self.routes = self.make_routes()
        self._calls: deque[Call] = deque(maxlen=100_000)
        self._port = port
        self._server: Server | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listens on the loopback interface. Raises OSError if the port is taken."""
        self._server = Server(self._port, self.respond)
        self._port = self._server.server_port
        # A short poll, so that stopping takes no time.
        serve = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name=self.broker, daemon=True
        )
        serve.start()

    def stop(self) -> None:
        """Closes the port and all connections."""
        if self._server is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._server.break_connections()
        self._server = None

    @property
    def origin(self) -> str:
        """Where it listens, such as http://127.0.0.1:8123."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        """The base of the broker's API, in the place of the real one."""
        return self.origin + self.base_path

    def calls(self, call: str = "") -> list[Call]:
        """What was asked since the start, the oldest first; of one kind if named."""
        with self.lock:
            return [one for one in self._calls if call in ("", one.call)]

    def calls_known(self) -> list[str]:
        """The names of the calls that can fail."""
        return sorted({route.call for route in self.routes} | {"preview"})

    def respond(self, request: Request) -> Answer:
        """Answers a request, or breaks off. Called in many threads."""
        if request.path.startswith(control.PREFIX):
            return control.respond(self, request)
        request = replace(request, received_at=self.clock.now())
        route, groups = self._route(request)
        call = self.call_of(route, request) if route else ""
        with self.lock:
            failing = self.script.take_failing(call) if route else None
        status = 0
        try:
            if failing:
                answer = self._misbehave(failing, route, groups, request)
            else:
                answer = self._serve(route, groups, request)
            status = answer.status
            return answer
        finally:
            fault = failing.fault if failing else ""
            with self.lock:
                self._calls.append(
                    Call(request.received_at, request.method, request.path, call, status, fault)
                )

    @abstractmethod
    def make_routes(self) -> tuple[Route, ...]:
        """All calls."""

    @abstractmethod
    def admit(self, request: Request, route: Route) -> Admission:
        """Checks who asks, and how often. Raises Refusal."""

    def call_of(self, route: Route, request: Request) -> str:
        """The call's name; a broker whose preview is a flag tells it here."""
        return route.call

    @abstractmethod
    def unknown_path(self) -> Answer:
        """What the broker says of a path that it doesn't have."""

    @abstractmethod
    def too_many_requests(self) -> Answer:
        """What the broker says when its limit is used up."""

    @abstractmethod
    def expired_token(self) -> Answer:
        """What the broker says to credentials that are valid no more."""

    def datastore_error(self) -> Answer:
        """A gateway's 401 that passes by itself, where there is such a gateway."""
        raise NotImplementedError

    @abstractmethod
    def unavailable(self, message: str) -> Answer:
        """What the broker says when it is out of order."""

    @abstractmethod
    def refused(self, message: str) -> Answer:
        """What the broker says when it takes no order."""

    def _route(self, request: Request) -> tuple[Route | None, dict[str, str]]:
        if request.path.startswith(self.base_path):
            path = request.path.removeprefix(self.base_path)
            for route in self.routes:
                found = re.fullmatch(route.path, path)
                if found and route.method == request.method:
                    return route, found.groupdict()
        return None, {}

    def _serve(self, route: Route | None, groups: dict[str, str], request: Request) -> Answer:
        if route is None:
            return self.unknown_path()
        with self.acting():
            headers: dict[str, str] = {}
            try:
                admission = self.admit(request, route)
                headers = admission.headers
                answer = route.handler(request, admission.login, **groups)
            except Refusal as refusal:
                answer = refusal.answer
            return replace(answer, headers=headers | answer.headers)

    def _misbehave(
        self, failing: Failing, route: Route | None, groups: dict[str, str], request: Request
    ) -> Answer:
        fault = failing.fault
        if fault == Fault.SLOW and not failing.commit:
            time.sleep(failing.seconds)
        answer = Answer(body=b"{}")
        if failing.commit or fault in (Fault.SLOW, Fault.TWICE):
            answer = self._commit(failing, route, groups, request)
        if fault == Fault.SLOW and failing.commit:
            time.sleep(failing.seconds)
        if fault == Fault.TRUNCATED:
            raise Broken(part=answer)
        if fault in (Fault.DROP, Fault.RESET):
            raise Broken(reset=fault == Fault.RESET)
        if fault == Fault.EMPTY:
            return replace(answer, status=200, body=b"")
        if fault == Fault.TWICE:
            return _doubled(answer)
        return self._worded(failing) or answer

    def _commit(
        self, failing: Failing, route: Route | None, groups: dict[str, str], request: Request
    ) -> Answer:
        with self.lock:
            if failing.fault != Fault.REFUSED:
                return self._serve(route, groups, request)
            plan = OrderPlan("reject", failing.message or self.late_rejection)
            self.script.orders.appendleft(plan)
            answer = self._serve(route, groups, request)
            # What was refused in earnest used up no plan, which mustn't meet another order.
            self.script.orders = deque(one for one in self.script.orders if one is not plan)
            return answer

    def _worded(self, failing: Failing) -> Answer | None:
        """The fault's own answer; None where the usual one goes out."""
        message = failing.message
        plain = message or "Invalid parameter, quantity: is invalid."
        body = failing.body.encode()
        words: dict[Fault, Callable[[], Answer]] = {
            Fault.GATEWAY_TIMEOUT: lambda: as_page("504 Gateway Time-out", 504),
            Fault.HTML_502: lambda: as_page("502 Bad Gateway", 502),
            Fault.UNAVAILABLE: lambda: self.unavailable(message),
            Fault.TOO_MANY_REQUESTS: self.too_many_requests,
            Fault.EXPIRED_TOKEN: self.expired_token,
            Fault.DATASTORE: self.datastore_error,
            Fault.PLAIN_400: lambda: as_text(plain, 400),
            Fault.REFUSED: lambda: self.refused(message),
            Fault.ANSWER: lambda: Answer(
                failing.status, body, failing.content_type, failing.headers
            ),
        }
        wording = words.get(failing.fault)
        return wording() if wording else None


def _doubled(answer: Answer) -> Answer:
    def doubled(value: Any) -> Any:
        if isinstance(value, list):
            return [one for one in value for _ in range(2)]
        return {k: doubled(v) for k, v in value.items()} if isinstance(value, dict) else value

    return replace(answer, body=json.dumps(doubled(json.loads(answer.body))).encode())
