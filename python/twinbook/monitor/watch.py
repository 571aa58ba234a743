"""The watch: reports at intervals, alerts at once, and a connection that may be lost and found."""

import re
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from threading import Event
from typing import Any

import psycopg

from twinbook.database import Database, connect
from twinbook.errors import Disconnected, NoPrivilege, TwinbookError, from_database
from twinbook.failure import Failure
from twinbook.monitor.checks import Check, Severity, breaches, halt, run
from twinbook.monitor.messengers import Messenger
from twinbook.monitor.metrics import Metrics

CHANNEL = "twinbook_alerts"

_LONGEST_PAUSE = 60.0
_STEP = 1.0  # how soon a stop is seen
_SHARE = 20  # reading whole books takes up to a twentieth of the time
_SOONEST = 5.0  # an alert brings the next report forward, but a flood of them doesn't flood us

# Any login may send on the channel: what isn't an id is not repeated.
_ID = re.compile(r"[\w-]{1,64}")


class Watch:
    """Watches one database until told to stop, and tells what changes, as events.

    ``tell`` gets each event: its ``event`` is failed, changed or passed (of a check), alert,
    halted, connected, disconnected or trouble. ``messengers`` get those of breaches and alerts.
    ``every`` and ``whole_every`` are seconds; without the latter, checks that read a whole book
    run in each report, unless that would take more than a twentieth of the time.
    """

    def __init__(
        self,
        url: str,
        tell: Callable[[dict[str, Any]], None],
        *,
        user: str = "",
        every: float = 60,
        whole_every: float | None = None,
        quick: bool = False,
        at_least: Severity = "WARNING",
        may_halt: bool = True,
        messengers: Iterable[Messenger] = (),
        metrics: Metrics | None = None,
    ) -> None:
        self._url = url
        self._tell = tell
        self._user = user
        self._every = every
        self._whole_every = whole_every
        self._quick = quick
        self._at_least = at_least
        self._may_halt = may_halt
        self._messengers = [*messengers]
        self._metrics = metrics or Metrics()
        self._known: dict[tuple[str, str | None], Check] = {}
        self._whole_at = -float("inf")
        self._whole_took = 0.0
        self._has_reported = False
        self._owes_halt = False
        self._is_connected = False
        self._stop = Event()

    def stop(self) -> None:
        """Ends the watch soon. May be called from a signal's handler or another thread."""
        self._stop.set()

    def run(self) -> None:
        """Watches until stopped. Raises TwinbookError where it can't even begin."""
        pause = 1.0
        while not self._stop.is_set():
            try:
                with connect(self._url) as db, self._listening() as alerts:
                    self._connected()
                    pause = 1.0
                    while not self._stop.is_set():
                        self._report(db)
                        self._wait(alerts)
            except (TwinbookError, psycopg.Error) as error:
                self._lost(error if isinstance(error, TwinbookError) else from_database(error))
                self._stop.wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    def _listening(self) -> psycopg.Connection:
        alerts = psycopg.connect(self._url, autocommit=True)
        alerts.execute(f"listen {CHANNEL}".encode())
        return alerts

    def _connected(self) -> None:
        self._is_connected = True
        self._metrics.connected(True)
        self._event("connected")

    def _lost(self, error: TwinbookError) -> None:
        if not self._has_reported and not isinstance(error, Disconnected):
            raise error  # It would fail for ever: no right to it, or no Twinbook.
        if self._is_connected or not self._has_reported:
            # Said once; the tries that follow are in the metrics.
            self._event("disconnected", detail=str(error))
        self._is_connected = False
        self._metrics.connected(False)

    def _report(self, db: Database) -> None:
        begun = time.monotonic()
        quick = self._quick or begun < self._whole_at + self._whole_pause()
        checks = run(db, self._user, quick)
        took = time.monotonic() - begun
        self._metrics.report(checks, took, quick)
        if not quick:
            self._whole_at, self._whole_took = begun, took
        self._has_reported = True

        worse = [check for check in checks if self._is_worse(check)]
        if self._may_halt:
            self._halt(db, breaches(checks if self._owes_halt else worse, "CRITICAL"))
        for check in checks:
            self._compare(check)
        if not quick:
            gone = self._known.keys() - {(check.check_name, check.book) for check in checks}
            for key in gone:
                del self._known[key]
        if found := breaches(worse, self._at_least):
            self._send("breach", checks=[_fields(check) for check in found])

    def _whole_pause(self) -> float:
        return _SHARE * self._whole_took if self._whole_every is None else self._whole_every

    def _is_worse(self, check: Check) -> bool:
        before = self._known.get((check.check_name, check.book))
        return not check.passed and (before is None or before.passed)

    def _compare(self, check: Check) -> None:
        key = (check.check_name, check.book)
        before = self._known.get(key)
        self._known[key] = check
        if before is None or before.passed != check.passed:
            if before or not check.passed:
                self._event("passed" if check.passed else "failed", **_fields(check))
        elif not check.passed and (before.found, before.detail) != (check.found, check.detail):
            self._event("changed", **_fields(check))

    def _halt(self, db: Database, critical: list[Check]) -> None:
        if not critical:
            return
        self._owes_halt = False
        try:
            halt(db, critical, self._user)
        except TwinbookError as error:
            # Without the right to it, it would be in vain the next time too.
            self._owes_halt = not isinstance(error, NoPrivilege)
            self._event("trouble", detail=f"live trading could not be halted: {error}")
        else:
            self._metrics.halted()
            self._event("halted", detail="live trading, until an administrator lifts it")

    def _wait(self, alerts: psycopg.Connection) -> None:
        begun = time.monotonic()
        is_due = begun + self._every
        while not self._stop.is_set() and (left := is_due - time.monotonic()) > 0:
            for notice in alerts.notifies(timeout=min(left, _STEP)):
                self._alert(notice.payload)
                is_due = min(is_due, max(begun + _SOONEST, time.monotonic()))

    def _alert(self, payload: str) -> None:
        self._metrics.alert()
        alert_id = payload if _ID.fullmatch(payload) else None
        self._event("alert", id=alert_id)
        self._send("alert", id=alert_id)

    def _event(self, event: str, **fields: Any) -> None:
        self._tell({"at": _now(), "event": event, **fields})

    def _send(self, event: str, **fields: Any) -> None:
        for messenger in self._messengers:
            try:
                messenger({"at": _now(), "event": event, **fields})
            except Failure as failure:
                self._metrics.message_failed()
                with suppress(BrokenPipeError):
                    self._event("trouble", detail=str(failure))


def _fields(check: Check) -> dict[str, Any]:
    return {
        "check_name": check.check_name,
        "book": check.book,
        "severity": check.severity,
        "passed": check.passed,
        "found": check.found,
        "detail": check.detail,
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
