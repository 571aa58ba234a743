"""What was done to this database: a schema of its own, which only backups can read."""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psycopg

from twinbook.failure import Failure
from twinbook.migrate.source import LoadError

T = TypeVar("T")
SCHEMA = "twinbook_history"
OWNER = "twinbook_owner"
BACKUP = "twinbook_backup"
Progress = Callable[[str], None]

_LOCK_TIMEOUT = "2s"
_TRIES = 30
_BUSY = {"55P03", "40P01"}  # lock not available, deadlock

_TABLES = f"""
grant usage on schema {SCHEMA} to {BACKUP};
alter default privileges in schema {SCHEMA} grant select on tables to {BACKUP};

create table {SCHEMA}.turn ();
comment on table {SCHEMA}.turn is 'Locked by the migrate that is at work.';

create table {SCHEMA}.migrations (
  lane       text        not null,
  name       text        not null,
  sha256     text        not null,
  applied_at timestamptz not null default now(),
  constraint migrations_pkey primary key (lane, name)
);
comment on table {SCHEMA}.migrations is 'The contents that each migration had when it was applied.';

create table {SCHEMA}.shape_functions (
  function text not null,
  constraint shape_functions_pkey primary key (function)
);
comment on table {SCHEMA}.shape_functions
  is 'Functions made by migrations: a reload leaves them.';

create table {SCHEMA}.code (
  sha256    text        not null,
  loaded_at timestamptz not null default now()
);
comment on table {SCHEMA}.code is 'The code that is loaded: one row, none while it is dropped.';
"""


def connect(url: str, progress: Progress) -> psycopg.Connection:
    """A connection for long work: no time limits of the login's, and warnings are passed on."""
    db = psycopg.connect(url, autocommit=True)
    for limit in ("statement", "lock", "idle_in_transaction_session"):
        db.execute(f"set {limit}_timeout = 0".encode())

    def pass_on(said: psycopg.errors.Diagnostic) -> None:
        if said.severity_nonlocalized == "WARNING":
            hint = f"; {said.message_hint}" if said.message_hint else ""
            progress(f"WARNING: {said.message_primary}{hint}")

    db.add_notice_handler(pass_on)
    return db


def exists(db: psycopg.Connection) -> bool:
    """Whether a migrate has ever begun here."""
    found = db.execute(
        "select from pg_class as c join pg_namespace as n on n.oid = c.relnamespace"
        " where (n.nspname, c.relname) = (%s, 'code')",
        [SCHEMA],
    )
    return found.fetchone() is not None


def prepare(db: psycopg.Connection) -> None:
    """Makes the history's own tables, once. Two at a time: the second finds them."""
    if exists(db):
        return
    try:
        with db.transaction():
            db.execute(f"create schema {SCHEMA} authorization {OWNER}")
            db.execute(f"set local role {OWNER}")
            db.execute(f"comment on schema {SCHEMA} is 'What twinbook migrate has done.'")
            db.execute(_TABLES.encode())
    except (psycopg.errors.DuplicateSchema, psycopg.errors.UniqueViolation):
        pass


@contextmanager
def turn(url: str, progress: Progress) -> Iterator[None]:
    """Holds the one lock of migrate, waiting for another migrate to end.

    A lock on a table that only the owner may lock: an advisory lock could be taken by any login.
    It dies with the session, so nothing stays locked after a crash.
    """
    with connect(url, progress) as keeper, keeper.transaction():
        keeper.execute(f"set local role {OWNER}")
        lock = f"lock table {SCHEMA}.turn in share row exclusive mode"
        try:
            with keeper.transaction():
                keeper.execute(f"{lock} nowait".encode())
        except psycopg.errors.LockNotAvailable:
            progress("another migrate is at work; waiting for it to end")
            keeper.execute(lock.encode())
        yield


def patiently(work: Callable[[], T], progress: Progress) -> T:
    """Runs a transaction that may wait for a lock only briefly, again and again.

    Waiting longer would queue the whole book behind somebody's long transaction.
    """
    for attempt in range(_TRIES):
        try:
            return work()
        except (LoadError, psycopg.Error) as error:
            if error.sqlstate not in _BUSY:
                raise
        if attempt % 5 == 0:
            progress("waiting for a lock that another transaction holds")
        time.sleep(min(0.1 * 2**attempt, 2))
    raise Failure(
        "gave up waiting for a lock that another transaction holds",
        "look in pg_stat_activity for what is idle in transaction, end it, and migrate again",
    )


def content_hash(file: Path) -> str:
    """Of a migration's text; line ends don't count, since git may change them."""
    return hashlib.sha256(file.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


@dataclass(frozen=True)
class Record:
    """What history knows: each lane's applied migrations with their hashes, and the code's."""

    applied: dict[str, dict[str, str]]
    code: str | None


def read(db: psycopg.Connection) -> Record:
    """The record as it stands; empty where no migrate has begun."""
    record = Record({}, None)
    if not exists(db):
        return record
    with db.transaction():
        db.execute(f"set local role {OWNER}")
        rows = db.execute(f"select lane, name, sha256 from {SCHEMA}.migrations order by name")
        for lane, name, sha256 in rows:
            record.applied.setdefault(lane, {})[name] = sha256
        code = db.execute(f"select sha256 from {SCHEMA}.code").fetchone()
    return Record(record.applied, code[0] if code else None)


def limit_waiting(db: psycopg.Connection) -> None:
    """Makes this transaction give up a lock that isn't free soon."""
    db.execute(f"set local lock_timeout = '{_LOCK_TIMEOUT}'")
