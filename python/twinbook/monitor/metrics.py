"""The monitor's numbers for Prometheus, on an HTTP endpoint of this machine."""

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server

from twinbook.monitor.checks import Check

_OF_A_CHECK = ["check", "book", "severity"]


class Metrics:
    """What Prometheus scrapes, without a port unless asked to ``serve``."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._passed = Gauge(
            "twinbook_check_passed",
            "1 where the integrity check passed, 0 where it failed.",
            _OF_A_CHECK,
            registry=registry,
        )
        self._found = Gauge(
            "twinbook_check_found",
            "How much the integrity check found; NaN where it could not look.",
            _OF_A_CHECK,
            registry=registry,
        )
        self._seconds = Gauge(
            "twinbook_report_seconds", "How long the newest report took.", registry=registry
        )
        self._newest = Gauge(
            "twinbook_report_timestamp_seconds", "When the newest report ended.", registry=registry
        )
        self._reports = Counter("twinbook_reports", "Reports that came through.", registry=registry)
        self._connected = Gauge(
            "twinbook_connected", "1 while the database can be asked, else 0.", registry=registry
        )
        self._alerts = Counter(
            "twinbook_alerts", "Alerts that the database has raised.", registry=registry
        )
        self._halts = Counter(
            "twinbook_halts", "Times that the monitor halted live trading.", registry=registry
        )
        self._failed_messages = Counter(
            "twinbook_messages_failed",
            "Breaches that the webhook or the command was not told of.",
            registry=registry,
        )
        self._shown: set[tuple[str, str, str]] = set()

    def report(self, checks: Iterable[Check], seconds: float, is_quick: bool) -> None:
        """Takes a report in; what a quick one leaves out keeps its last numbers."""
        labels: set[tuple[str, str, str]] = set()
        for check in checks:
            severity: str = check.severity
            label = (check.check_name, check.book or "", severity)
            labels.add(label)
            self._passed.labels(*label).set(int(check.passed))
            found = float("nan") if check.found is None else check.found
            self._found.labels(*label).set(found)
        if not is_quick:
            # A check that could not look, or that is gone, had other labels.
            for label in self._shown - labels:
                self._passed.remove(*label)
                self._found.remove(*label)
            self._shown = labels
        else:
            self._shown |= labels
        self._seconds.set(seconds)
        self._newest.set_to_current_time()
        self._reports.inc()

    def connected(self, is_connected: bool) -> None:
        """Whether the database can be asked."""
        self._connected.set(int(is_connected))

    def alert(self) -> None:
        """The database has raised one."""
        self._alerts.inc()

    def halted(self) -> None:
        """The monitor has halted live trading."""
        self._halts.inc()

    def message_failed(self) -> None:
        """A messenger could not be used."""
        self._failed_messages.inc()

    def serve(self, port: int) -> "Endpoint":
        """Opens the endpoint on 127.0.0.1; port 0 chooses one. Close it when done."""
        return Endpoint(self.registry, port)


class Endpoint:
    """An open endpoint; ``port`` is the one that it listens on."""

    def __init__(self, registry: CollectorRegistry, port: int) -> None:
        self._server, self._thread = start_http_server(port, "127.0.0.1", registry)
        self.port = int(self._server.server_port)

    def close(self) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
