"""HTTP on the loopback interface: requests in, answers out, or a connection that breaks."""

import json
import socket
import struct
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

_LONGEST_BODY = 1_000_000
_HANG_UP_NOW = struct.pack("ii", 1, 0)  # SO_LINGER on, for no time: close by a reset


@dataclass(frozen=True)
class Request:
    """What a client sent. Header names are lower-case; ``received_at`` is the stand-in's time."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    received_at: float = 0.0

    @property
    def content_type(self) -> str:
        """The media type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def form(self) -> dict[str, str]:
        """The body's form, empty for another content type; of a name given twice the last value."""
        if self.content_type != "application/x-www-form-urlencoded":
            return {}
        return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))

    def json(self) -> dict[str, Any]:
        """The body's JSON object. Raises ValueError for anything else."""
        if self.content_type != "application/json":
            raise ValueError("the content type is not application/json")
        value = json.loads(self.body, parse_float=Decimal)
        if not isinstance(value, dict):
            raise ValueError("not a JSON object")
        return value


@dataclass
class Answer:
    """What goes back."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def as_json(value: Any, status: int = 200) -> Answer:
    """An answer in JSON; a Decimal is sent as a number, exact to the 15 digits of a double."""
    body = json.dumps(value, separators=(",", ":"), default=_as_number).encode()
    return Answer(status, body)


def as_text(text: str, status: int) -> Answer:
    """An answer in plain text."""
    return Answer(status, text.encode(), "text/plain")


def as_page(title: str, status: int) -> Answer:
    """A page in HTML, as proxies send it in the place of the broker."""
    page = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n"
        f"<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    )
    return Answer(status, page.encode(), "text/html")


class Refusal(Exception):
    """Ends a request with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Broken(Exception):
    """Ends a request without an answer; with ``reset`` the hard way, half of ``part`` was sent."""

    def __init__(self, *, reset: bool = False, part: Answer | None = None) -> None:
        super().__init__()
        self.reset = reset
        self.part = part


class Server(ThreadingHTTPServer):
    """Answers with ``respond``, each connection in a thread of its own."""

    daemon_threads = True

    def __init__(self, port: int, respond: Callable[[Request], Answer]) -> None:
        self.respond = respond
        self.connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def break_connections(self) -> None:
        """Closes what clients keep open, as a stopped process would."""
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news; anything else is shown."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "standin"
    sys_version = ""
    wbufsize = -1  # an answer leaves in one piece
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        with suppress(OSError, ValueError):
            super().finish()

    def log_message(self, *_: Any) -> None:
        """Says nothing: standard error is the caller's."""

    def _respond(self) -> None:
        length = self.headers.get("content-length", "0")
        if "transfer-encoding" in self.headers or not length.isdecimal():
            self.send_error(411)
            return
        if int(length) > _LONGEST_BODY:
            self.send_error(413)
            return
        parts = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(length)),
        )
        try:
            self._send(self.server.respond(request))
        except Broken as broken:
            if broken.part:
                self._send(broken.part, broken.part.body[: len(broken.part.body) // 2])
                self.wfile.flush()
            self._break(broken.reset)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _respond  # noqa: N815

    def _send(self, answer: Answer, body: bytes | None = None) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body if body is None else body)

    def _break(self, reset: bool) -> None:
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _HANG_UP_NOW)
            self.connection.close()
        else:
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)


def _as_number(value: Any) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"no JSON for {value!r}")
