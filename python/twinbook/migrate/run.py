"""The order of a migrate: roles, then drop the code, bring the shape forward, load the code."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from twinbook import paths
from twinbook.books import BOOKS
from twinbook.failure import Failure
from twinbook.identity import Kind, installed
from twinbook.migrate import code, history, maintenance, shape, source

_OLDEST = 150000
_RACES = {"23505", "42710", "XX000"}  # unique, duplicate object, "tuple concurrently updated"


@dataclass(frozen=True)
class Outcome:
    """What a migrate did."""

    applied: int
    reloaded: bool

    def __str__(self) -> str:
        if not self.reloaded:
            return "nothing to do"
        return f"{self.applied} migrations applied, code loaded"


@dataclass(frozen=True)
class Status:
    """What stands in the database against what this version of Twinbook brings."""

    migrations: list[tuple[str, str, str]]  # lane, name, state (see shape.Lane.states)
    code: str  # current, changed, absent, or undone (see code.is_undone)
    identity: Kind | None  # None while there is no code

    @property
    def is_current(self) -> bool:
        """Whether a migrate would find nothing to do."""
        return self.code == "current" and all(s == "applied" for _, _, s in self.migrations)


def migrate(
    url: str,
    progress: history.Progress = lambda _: None,
    reload: bool = False,
    identity: Kind | None = None,
) -> Outcome:
    """Brings a database to this version: its shape forward, its code loaded anew.

    ``reload`` loads the code even where nothing has changed, to mend what was altered by hand.
    ``identity`` chooses how app.current_user is believed; without it that stays as it is.
    Progress, and what Postgres warns of, go to ``progress``. Raises Failure.
    """
    text = source.expand(paths.sql() / "install.sql")
    with _connect(url, progress) as db:
        _make_roles(db, text)
        history.prepare(db)
        with history.turn(url, progress):
            record = history.read(db)
            lanes = shape.lanes()
            pending = {
                lane.name: shape.pending(lane, record.applied.get(lane.name, {})) for lane in lanes
            }
            count = sum(map(len, pending.values()))
            _refuse_unknown(db, record)
            is_current = record.code == text.code_hash() and not code.is_undone(db)
            is_current = is_current and identity in (None, installed(db))
            if not count and not reload and is_current:
                return Outcome(0, reloaded=False)
            if count:
                progress("dropping the code")
                history.patiently(lambda: _drop(db), progress)
                for lane in lanes:
                    if pending[lane.name]:
                        shape.apply(url, lane, progress)
                progress("loading the code")
                history.patiently(lambda: _load(db, text, identity), progress)
            else:
                progress("loading the code anew")
                history.patiently(lambda: _reload(db, text, identity), progress)
            return Outcome(count, reloaded=True)


def status(url: str) -> Status:
    """What is applied, pending, changed or missing, and whether the loaded code is current."""
    with _connect(url, lambda _: None) as db:
        record = history.read(db)
        undone = code.is_undone(db)
        identity = installed(db)
    rows = [
        (lane.name, name, state)
        for lane in shape.lanes()
        for name, state in lane.states(record.applied.get(lane.name, {})).items()
    ]
    ours = source.expand(paths.sql() / "install.sql").code_hash()
    loaded = {None: "absent", ours: "undone" if undone else "current"}.get(record.code, "changed")
    return Status(rows, loaded, identity)


def install(url: str, progress: history.Progress = lambda _: None) -> None:
    """Runs the whole of install.sql on an empty database, as psql -f would; keeps no history."""
    with _connect(url, progress) as db:
        for segment in source.expand(paths.sql() / "install.sql").segments:
            source.run(db, segment)


@contextmanager
def _connect(url: str, progress: history.Progress) -> Iterator[psycopg.Connection]:
    with history.connect(url, progress) as db:
        if db.info.server_version < _OLDEST:
            raise Failure(
                f"Postgres {db.info.server_version // 10000} is too old", "use 15 or later"
            )
        yield db


def _make_roles(db: psycopg.Connection, text: source.Source) -> None:
    # Roles belong to the cluster: migrates of two databases may meet here.
    for attempt in range(5):
        try:
            for segment in text.of(source.Kind.ROLES):
                source.run(db, segment)
            return
        except source.LoadError as error:
            if error.sqlstate not in _RACES or attempt == 4:
                raise


def _refuse_unknown(db: psycopg.Connection, record: history.Record) -> None:
    if record.applied:
        return
    found = db.execute("select from pg_namespace where nspname = any(%s)", [[*BOOKS.values()]])
    if found.fetchone() is not None:
        raise Failure(
            "this database has the books but no history of migrations",
            "it was made by install.sql: migrate an empty database instead",
        )


def _drop(db: psycopg.Connection) -> None:
    with db.transaction():
        history.limit_waiting(db)
        maintenance.open_window(db)
        code.drop(db)


def _load(db: psycopg.Connection, text: source.Source, identity: Kind | None) -> None:
    with db.transaction():
        history.limit_waiting(db)
        db.execute("select set_config('twinbook.identity', %s, true)", [identity or ""])
        code.load(db, text)
        maintenance.close_windows(db)


def _reload(db: psycopg.Connection, text: source.Source, identity: Kind | None) -> None:
    with db.transaction():
        _drop(db)
        _load(db, text, identity)
