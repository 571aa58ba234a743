"""The stage: a durable server of its own, a database with the book, one for pgbench's TPC-B."""

import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import conninfo, sql

from twinbook.failure import Failure
from twinbook.migrate import install
from twinbook.server import Server, find_binaries

SCRIPTS = Path(__file__).parent / "scripts"
PORTFOLIOS = 1000
CLIENTS = 8
PROCESSORS = os.cpu_count() or 1
_WARM_SECONDS = 2  # a new connection reads catalogs and plans; a pool's have done that long ago
_SETTINGS = {
    # No checkpoint falls into a measurement, and everything stays in memory.
    "checkpoint_timeout": "1h",
    "max_wal_size": "16GB",
    "shared_buffers": "4GB",
}


class Stage:
    """Databases on one running server, and pgbench against them."""

    def __init__(self, url: str, counts: bool) -> None:
        self.url = url
        self.counts = counts  # whether the server can count statements
        self._pgbench = find_binaries().program("pgbench")
        self._jobs = str(min(CLIENTS, PROCESSORS))

    def address(self, database: str, user: str = "postgres") -> str:
        """A URL for one database and login."""
        return conninfo.make_conninfo(self.url, dbname=database, user=user)

    def script(self, database: str, name: str, events: int = 0) -> None:
        """Runs one of our SQL files as the installer."""
        with psycopg.connect(self.address(database), autocommit=True) as db:
            db.execute(f"set bench.portfolios = {PORTFOLIOS}".encode())
            db.execute(f"set bench.events = {events}".encode())
            for part in _statements((SCRIPTS / name).read_text()):
                db.execute(part.encode())

    def create(self, database: str, template: str = "template0") -> None:
        """Makes a database, perhaps as a copy of another."""
        with psycopg.connect(self.address("postgres"), autocommit=True) as db:
            make = sql.SQL("create database {} template {} strategy file_copy")
            db.execute(make.format(sql.Identifier(database), sql.Identifier(template)))

    def settle(self, database: str) -> None:
        """Vacuumed, analyzed, and written out."""
        with psycopg.connect(self.address(database), autocommit=True) as db:
            db.execute("vacuum analyze")
            db.execute("checkpoint")

    def initialize_tpcb(self, database: str, scale: int) -> None:
        """pgbench's own tables."""
        self.create(database)
        self._run(database, "postgres", "-i", "-q", "-s", str(scale))
        self.settle(database)

    def tpcb(
        self, database: str, seconds: float, options: str = "", clients: int = CLIENTS
    ) -> float:
        """Transactions a second of pgbench's TPC-B."""
        return self._rate(database, "postgres", seconds, clients, options=options)

    def rate(
        self,
        database: str,
        user: str,
        name: str,
        seconds: float,
        clients: int = CLIENTS,
        options: str = "",
        **variables: str | int,
    ) -> float:
        """Transactions a second of one of our pgbench scripts."""
        script = ["-f", str(SCRIPTS / name)]
        for variable, value in variables.items():
            script += ["-D", f"{variable}={value}"]
        return self._rate(database, user, seconds, clients, *script, options=options)

    def _rate(
        self, database: str, user: str, seconds: float, clients: int, *more: str, options: str = ""
    ) -> float:
        last = _WARM_SECONDS + max(1, round(seconds))
        words = ["-n", "-M", "prepared", "-c", str(clients), "-T", str(last), "-P", "1"]
        words += ["-j", self._jobs if clients > 1 else "1"]
        said = self._run(database, user, *words, *more, options=options)
        found = re.findall(r"^progress: ([\d.]+) s, ([\d.]+) tps", said, re.M)
        rates = [float(rate) for at, rate in found if float(at) > _WARM_SECONDS + 0.5]
        assert rates, said
        return statistics.mean(rates)

    def times(self, database: str, user: str, name: str, count: int, **variables: int) -> None:
        """Runs one of our pgbench scripts so many times, by one client."""
        words = ["-n", "-M", "prepared", "-c", "1", "-t", str(count)]
        words += [word for pair in variables.items() for word in ("-D", f"{pair[0]}={pair[1]}")]
        self._run(database, user, *words, "-f", str(SCRIPTS / name))

    def _run(self, database: str, user: str, *words: str, options: str = "") -> str:
        address = conninfo.conninfo_to_dict(self.url)
        where = ["-h", str(address["host"]), "-p", str(address["port"]), "-U", user]
        done = subprocess.run(
            [self._pgbench, *where, *words, database],
            env={k: v for k, v in os.environ.items() if not k.startswith("PG")}
            | {"PGOPTIONS": options},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode or "aborted" in done.stderr:
            last = done.stderr.strip().splitlines()[-3:]
            raise Failure("pgbench failed", " / ".join(last))
        return done.stderr


@contextmanager
def stage(data: Path | None) -> Iterator[Stage]:
    """A durable server on a disk, gone afterwards."""
    # /tmp is memory on many machines, where a flush costs nothing.
    if data:
        data.mkdir(parents=True, exist_ok=True)
    base = data or (Path("/var/tmp") if Path("/var/tmp").is_dir() else None)  # noqa: S108
    folder = Path(tempfile.mkdtemp(prefix="twinbook-bench-", dir=base))
    folder.chmod(0o711)
    library = find_binaries().bin.parent / "lib"
    counts = any(library.rglob("pg_stat_statements.*"))
    settings = dict(_SETTINGS)
    if counts:
        settings |= {
            "shared_preload_libraries": "pg_stat_statements",
            "pg_stat_statements.track": "none",
        }
    server = Server(folder / "data", settings=settings)
    try:
        yield Stage(server.start(), counts)
    finally:
        server.stop()
        shutil.rmtree(folder)


def make_book(scene: Stage, database: str) -> None:
    """The database with the book, its traders and logins, and what each says to be himself."""
    scene.create(database)
    install(scene.address(database))
    scene.script(database, "book.sql")
    scene.script(database, "logins.sql")
    scene.script(database, "callers.sql")
    scene.settle(database)


def sign_identity(scene: Stage, database: str, template: str) -> None:
    """A copy of a book, under the signed identity: what its traders say are tokens."""
    scene.create(database, template=template)
    with psycopg.connect(scene.address(database)) as db:
        db.execute("set role twinbook_owner")
        db.execute("select identity.use_identity('signed')")
    scene.script(database, "callers.sql")
    scene.settle(database)


def flushes_a_second(scene: Stage) -> float:
    """How often the server's disk can flush 8 kB: what a durable commit costs here."""
    with psycopg.connect(scene.url) as db:
        row = db.execute("show data_directory").fetchone()
    assert row
    program = Path(find_binaries().program("pg_test_fsync"))
    with tempfile.TemporaryDirectory(dir=Path(row[0]).parents[1]) as folder:
        file = Path(folder) / "flush"
        if program.is_file():
            found = _first_flush([str(program), "-s", "1", "-f", str(file)])
            if found:
                return found
        return _flushes(file)


def _first_flush(command: list[str]) -> float | None:
    # It tries two dozen ways, a second each; the one that Postgres would use comes early.
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        rate = None
        for line in process.stdout:
            if found := re.match(r"\s*f(?:data)?sync\s+([\d.]+) ops/sec", line):
                rate = float(found[1])
                break
        process.terminate()
    return rate


def _flushes(file: Path) -> float:
    flush = getattr(os, "fdatasync", os.fsync)
    handle = os.open(file, os.O_CREAT | os.O_WRONLY)
    try:
        count, end = 0, time.monotonic() + 1
        while time.monotonic() < end:
            os.pwrite(handle, bytes(8192), 0)
            flush(handle)
            count += 1
        return count
    finally:
        os.close(handle)


def _statements(text: str) -> list[str]:
    # vacuum may not share a message with others; our files end statements at a line's end.
    parts = re.split(r"^(vacuum .*;)$", text, flags=re.M)
    return [part for part in parts if part.strip()]
