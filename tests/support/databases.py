"""The server that tests use, and databases on it."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import conninfo, sql

from twinbook.server import Server

_ROOMY = 2 * 1024**3


@contextmanager
def scratch_server(bindir: Path | None = None) -> Iterator[Server]:
    """A server without durability, in memory where there is room, gone afterwards."""
    room = shutil.disk_usage("/dev/shm").free if Path("/dev/shm").is_dir() else 0  # noqa: S108
    base = "/dev/shm" if room > _ROOMY and os.access("/dev/shm", os.W_OK) else None  # noqa: S108
    folder = Path(tempfile.mkdtemp(prefix="twinbook-", dir=base))
    folder.chmod(0o711)
    server = Server(folder / "data", bindir, durable=False, settings={"max_connections": "200"})
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@contextmanager
def scratch_database(url: str, template: str = "template0", owner: str = "") -> Iterator[str]:
    """A new database on the server of this URL, dropped afterwards; yields its URL."""
    name = f"scratch_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as db:
        make = sql.SQL("create database {} template {}")
        db.execute(make.format(sql.Identifier(name), sql.Identifier(template)))
        if owner:
            give = sql.SQL("alter database {} owner to {}")
            db.execute(give.format(sql.Identifier(name), sql.Identifier(owner)))
        try:
            yield for_database(url, name)
        finally:
            db.execute(sql.SQL("drop database {} (force)").format(sql.Identifier(name)))


def for_database(url: str, name: str, user: str | None = None) -> str:
    """The same server, another database, perhaps another login."""
    changed = {"dbname": name} | ({"user": user} if user else {})
    return conninfo.make_conninfo(url, **changed)


def libpq_environment(url: str) -> dict[str, str]:
    """The same address as environment variables, for programs that take no URL."""
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"}
    names |= {"password": "PGPASSWORD"}
    given = conninfo.conninfo_to_dict(url)
    return {names[key]: str(value) for key, value in given.items() if key in names}
