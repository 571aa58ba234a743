"""A worker's process that dies, or ends its database, right before one of its steps.

A step is what leaves a trace outside of the process: a request that may change something at the
broker, or a commit of something written. Whatever a process does between two steps is gone with
it, so that dying before each step is dying anywhere. Reading leaves none, nor does a number that
was taken and not used. The lease's steps count only where nothing else goes wrong.
"""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx
import psycopg

from tests.py.sync.firm import KEY, hurry, is_waiting, pass_time
from twinbook import connect
from twinbook.brokers import Vault
from twinbook.server import Server
from twinbook.session import Session
from twinbook.sync import Done, Worker

ROUNDS = 12  # passes, which is more than any story here takes
_READS = ("due_tasks", "sent_orders", "next_nonce")
_LEASE = ("claim_account", "release_account")
_KRAKENS_CHANGES = ("AddOrder", "CancelOrder")


@dataclass(frozen=True)
class Fate:
    """Before which step, from 1, what dies: the worker, or the server with that data."""

    step: int = 0
    with_lease: bool = True
    data: Path | None = None
    bindir: Path | None = None


def live(url: str, person: str, fate: Fate, told: Connection) -> None:
    """Works on one person's account until nothing is left to do; tells its steps one by one."""
    hurry()
    reports: list[object] = []
    with psycopg.connect(url, autocommit=True) as installer:
        _Steps(fate, told).watch()
        with connect(url) as db:
            worker = Worker(
                db,
                Vault(KEY),
                lambda _account, done: reports.append(done),
                lease=timedelta(seconds=30),
                every=timedelta(0),
                only_user=person,
            )
            for _ in range(ROUNDS):
                pass_time(installer, person)
                worker.run_once()
                idle = isinstance(reports[-1], Done) and not reports[-1].counts
                if idle and not is_waiting(installer, person):
                    break
    told.send(None)
    told.close()


class _Steps:
    def __init__(self, fate: Fate, told: Connection) -> None:
        self._fate = fate
        self._told = told
        self._done = 0
        self._verb = ""
        self._untold = _READS if fate.with_lease else (*_READS, *_LEASE)

    def watch(self) -> None:
        """From now on each step of this process is counted."""
        send, commit, call = httpx.Client.send, psycopg.Connection.commit, Session._call

        def counted_send(http: httpx.Client, request: httpx.Request, **more: Any) -> Any:
            if _may_change(request):
                self._step(_name_of(request))
            return send(http, request, **more)

        def counted_commit(db: psycopg.Connection[Any]) -> None:
            if self._verb not in self._untold and _has_written(db):
                self._step(f"commit {self._verb}")
            commit(db)

        def named_call(session: Session, verb: str, *rest: Any) -> Any:
            self._verb = verb
            return call(session, verb, *rest)

        _replace(httpx.Client, "send", counted_send)
        _replace(psycopg.Connection, "commit", counted_commit)
        _replace(Session, "_call", named_call)

    def _step(self, name: str) -> None:
        self._done += 1
        self._told.send(name)
        if self._done != self._fate.step:
            return
        if self._fate.data is None:
            os.kill(os.getpid(), signal.SIGKILL)
        else:
            Server(self._fate.data, self._fate.bindir).kill()


def _may_change(request: httpx.Request) -> bool:
    path = request.url.path
    if path.startswith("/0/"):  # Kraken's reads are POST too
        return path.endswith(_KRAKENS_CHANGES)
    return request.method != "GET"


def _name_of(request: httpx.Request) -> str:
    body = request.content.decode()
    is_preview = "preview=true" in body or "validate=true" in body
    return (
        f"{request.method} preview"
        if is_preview
        else {
            "DELETE": "DELETE",
            "PATCH": "PATCH",
            "PUT": "PUT",
        }.get(request.method, "POST CancelOrder" if "Cancel" in request.url.path else "POST")
    )


def _replace(of: type, name: str, by: Callable[..., Any]) -> None:
    setattr(of, name, by)


def _has_written(db: psycopg.Connection[Any]) -> bool:
    if db.info.transaction_status != psycopg.pq.TransactionStatus.INTRANS:
        return False
    with db.cursor(row_factory=psycopg.rows.scalar_row) as cursor:
        return cursor.execute("select pg_current_xact_id_if_assigned()").fetchone() is not None
