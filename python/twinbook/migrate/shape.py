"""The lane of shape: plain SQL migrations, for what is shared, for each book, for the live venue.

yoyo finds, orders and records them. Three things are ours: a migration's file is sent whole, so
that Postgres and nobody else parses it; its steps and its record are one transaction, so that a
kill leaves neither half; and its contents are remembered, since yoyo would overlook an edit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from yoyo import exceptions, read_migrations
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.migrations import Migration

from twinbook import paths
from twinbook.books import BOOKS, search_path
from twinbook.failure import Failure
from twinbook.migrate import history, source

OUR_SCHEMAS = f"""
  select n.oid from pg_namespace as n
  where n.nspowner = to_regrole('{history.OWNER}') and n.nspname <> '{history.SCHEMA}'
"""


@dataclass(frozen=True)
class Lane:
    """A folder of migrations and the search path under which they run."""

    name: str
    folder: Path
    path: str

    def files(self) -> dict[str, Path]:
        """Its migrations by name, in order; raises Failure where one has no way back."""
        if not self.folder.is_dir():
            raise Failure(f"no folder {self.folder}", "reinstall twinbook")
        found = sorted(f for f in self.folder.iterdir() if f.suffix in {".sql", ".py"})
        forward = {f.stem: f for f in found if not f.name.endswith(".rollback.sql")}
        for name, file in forward.items():
            if file.suffix == ".py":
                raise Failure(f"migration {name} is a program", "write it as plain SQL")
            if not file.with_suffix(".rollback.sql").exists():
                raise Failure(
                    f"migration {name} has no rollback",
                    f"write {name}.rollback.sql beside it",
                )
        return forward

    def states(self, applied: Mapping[str, str]) -> dict[str, str]:
        """Each migration's state: applied, pending, changed, missing, or late.

        Late is a pending one that sorts before an applied one: it would come out of order.
        """
        files = self.files()
        newest = max(applied, default="")
        states = dict.fromkeys(applied, "missing")
        for name, file in files.items():
            if name in applied:
                same = history.content_hash(file) == applied[name]
                states[name] = "applied" if same else "changed"
            else:
                states[name] = "pending" if name > newest else "late"
        return dict(sorted(states.items()))


def lanes() -> list[Lane]:
    """The shared lane, the book lane once per book, then what the live venue alone has."""
    folder = paths.migrations()
    return [
        Lane("shared", folder / "shared", "pg_catalog, pg_temp"),
        *(Lane(book, folder / "book", search_path(mode)) for mode, book in BOOKS.items()),
        Lane("live_venue", folder / "live", search_path("live")),
    ]


_WRONG = {
    "changed": "was edited after it was applied",
    "missing": "was applied, and its file is gone",
    "late": "is new but stands before one that is applied",
}


def pending(lane: Lane, applied: Mapping[str, str]) -> list[str]:
    """What is to be applied; raises Failure, by name, where history and files disagree."""
    states = lane.states(applied)
    for name, state in states.items():
        if state in _WRONG:
            raise Failure(
                f"migration {name} of lane {lane.name} {_WRONG[state]}",
                "restore the file as released, and put the change into a new migration",
            )
    return [name for name, state in states.items() if state == "pending"]


def apply(url: str, lane: Lane, progress: history.Progress) -> None:
    """Applies what is pending in this lane, each migration in a transaction of its own."""
    with _Backend(url, lane, progress) as backend:
        try:
            backend.apply_migrations_only(backend.to_apply(read_migrations(str(lane.folder))))
        except exceptions.BadMigration as error:
            raise Failure(f"a migration of lane {lane.name} can't be read: {error}") from error


class _Backend(PostgresqlPsycopgBackend):  # type: ignore[misc]
    """yoyo on a psycopg connection, its tables in our history schema, one set a lane."""

    _is_locked = True  # history.turn stands around all of this

    def __init__(self, url: str, lane: Lane, progress: history.Progress) -> None:
        self._lane = lane
        self._progress = progress
        self.log_table = f"yoyo_{lane.name}_log"
        self.version_table = f"yoyo_{lane.name}_version"
        super().__init__(url, f"yoyo_{lane.name}")

    def connect(self, dburi: str) -> psycopg.Connection:
        return history.connect(dburi, self._progress)

    def init_connection(self, connection: psycopg.Connection) -> None:
        connection.execute(f"set role {history.OWNER}".encode())
        connection.execute(f"set search_path = {history.SCHEMA}, pg_temp".encode())

    def list_tables(self, **_: Any) -> list[str]:
        found = self.connection.execute(
            "select tablename from pg_tables where schemaname = %s", [history.SCHEMA]
        )
        return [name for (name,) in found]

    def get_log_data(
        self, migration: Migration | None = None, operation: str = "apply"
    ) -> dict[str, Any]:
        data: dict[str, Any] = super().get_log_data(migration, operation)
        return data | {"username": self.connection.info.user, "hostname": ""}

    def apply_one(self, migration: Migration, force: bool = False, mark: bool = True) -> None:
        self.ensure_internal_schema_updated()
        self._progress(f"{self._lane.name}: {migration.id}")
        history.patiently(lambda: self._apply(migration), self._progress)

    def _apply(self, migration: Migration) -> None:
        file = Path(migration.path)
        db = self.connection
        with self.transaction():
            history.limit_waiting(db)
            db.execute(f"set local search_path = {self._lane.path}".encode())
            db.execute(f"set local role {history.OWNER}".encode())
            source.run(db, source.Segment(file, 1, file.read_text(encoding="utf-8")))
            self.init_connection(db)
            self.mark_one(migration)
            db.execute(
                f"insert into {history.SCHEMA}.migrations (lane, name, sha256) values (%s, %s, %s)",
                [self._lane.name, migration.id, history.content_hash(file)],
            )
            _remember_functions(db)


def _remember_functions(db: psycopg.Connection) -> None:
    # The code is dropped while migrations run, so what functions there are now belong to the shape.
    db.execute("set local search_path = pg_catalog, pg_temp")
    db.execute(f"delete from {history.SCHEMA}.shape_functions")
    db.execute(
        f"insert into {history.SCHEMA}.shape_functions"
        " select p.oid::regprocedure::text from pg_proc as p"
        f" where p.pronamespace in ({OUR_SCHEMAS})".encode()
    )
