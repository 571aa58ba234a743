"""A Postgres server of one's own: started, found again, stopped. Data stays in one folder.

Nobody else on the machine gets in: the server listens on a Unix socket in a folder that only its
user may enter, and on TCP only when a port is asked for, and then only with passwords.
"""

import fcntl
import hashlib
import os
import pwd
import shlex
import signal
import stat
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from twinbook import paths
from twinbook.binaries import Binaries, can_reach, find_binaries, readable_by
from twinbook.failure import Failure

__all__ = ["DATABASE", "Server", "default_data", "find_binaries"]

DATABASE = "twinbook"
_SUPERUSER = "postgres"
# Names the socket's file, whatever the TCP port: each server has a folder of its own, and a URL
# without a port means this one.
_SOCKET_PORT = 5432
_LONGEST_SOCKET = 100  # the kernel's limit is 107 on Linux, 103 on macOS
_ROOMY_SHM = 256 * 1024 * 1024
_READY_SECONDS = 60
_LEFTOVERS = {"lock", "server.log", "postgres.new", "socket"}  # of a start that was cut short


def default_data() -> Path:
    """TWINBOOK_DATA, else .twinbook in the checkout, else the user's own data folder."""
    chosen = os.environ.get("TWINBOOK_DATA")
    if chosen:
        return Path(chosen).absolute()
    checkout = paths.checkout()
    user = _unprivileged()
    if checkout and os.access(checkout, os.W_OK) and (user is None or can_reach(checkout, user)):
        return checkout / ".twinbook"
    if user is not None:
        return Path("/var/lib/twinbook") / _short_hash(checkout or Path("/"))
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "twinbook"


class Server:
    """One server on one data folder.

    ``bindir`` chooses the programs (see find_binaries). ``durable=False`` gives up crash safety
    for speed and is for tests only. ``port`` also opens 127.0.0.1, for logins that have a
    password. ``settings`` are further server settings. Every method raises Failure.
    """

    def __init__(
        self,
        data: str | Path | None = None,
        bindir: str | Path | None = None,
        durable: bool = True,
        port: int | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.data = Path(data).absolute() if data else default_data()
        self.durable = durable
        self.port = port
        self.settings = dict(settings or {})
        self._bindir = bindir
        self._cluster = self.data / "postgres"
        self._log = self.data / "server.log"

    def start(self) -> str:
        """Starts it, unless it already runs, and returns the installer's URL."""
        self._make_folder()
        with self._alone():
            if self.pid is None:
                binaries = readable_by(find_binaries(self._bindir), self._user())
                self._make_cluster(binaries)
                self._start(binaries)
            elif self.port not in (None, self._running_port()):
                raise Failure("it already runs without this port", "stop it first: twinbook down")
            url = self._url(self._socket_folder())
            _make_database(url)
        return url

    def stop(self) -> bool:
        """Stops it; False when it wasn't running."""
        if self.pid is None:
            return False
        binaries = readable_by(find_binaries(self._bindir), self._user())
        command = [binaries.program("pg_ctl"), "stop", "-D", str(self._cluster)]
        done = self._run([*command, "-m", "fast", "-w", "-t", str(_READY_SECONDS)])
        if done.returncode:
            raise Failure(f"the server in {self.data} did not stop", _last_line(done.stderr))
        return True

    @property
    def pid(self) -> int | None:
        """The running server's process, or None."""
        try:
            pid = int((self._cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        except PermissionError as error:
            raise self._foreign() from error
        # After a crash the number may have gone to another process.
        process = Path(f"/proc/{pid}")
        ours = _works_in(process, self._cluster) if process.exists() else _alive(pid)
        return pid if ours else None

    @property
    def url(self) -> str | None:
        """The installer's URL while the server runs, else None."""
        return None if self.pid is None else self._url(self._socket_folder())

    def kill(self) -> None:
        """Ends it as a crash would, for tests of recovery."""
        pid = self.pid
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
            while self.pid == pid:
                time.sleep(0.01)

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

    # -- the folder ---------------------------------------------------------------------------

    def _user(self) -> pwd.struct_passwd | None:
        """Whom the server runs as when root starts it: the data's owner, else a plain user."""
        if os.geteuid() != 0:
            return None
        if self._cluster.exists() and (owner := self._cluster.stat().st_uid):
            try:
                return pwd.getpwuid(owner)
            except KeyError as error:
                raise Failure(
                    f"{self._cluster} belongs to user {owner}, who doesn't exist here",
                    "give it to one who does, with chown",
                ) from error
        return _unprivileged()

    def _make_folder(self) -> None:
        user = self._user()
        try:
            self.data.parent.mkdir(parents=True, exist_ok=True)
            self.data.mkdir(mode=0o700, exist_ok=True)
            if not self._cluster.exists():
                if {file.name for file in self.data.iterdir()} - _LEFTOVERS:
                    raise Failure(
                        f"{self.data} holds other files",
                        "choose an empty or a new folder with --data",
                    )
                self.data.chmod(0o700)
                _give(self.data, user)
        except PermissionError as error:
            raise self._foreign() from error
        except OSError as error:
            raise Failure(
                f"can't make {self.data} ({error.strerror})", "choose another folder with --data"
            ) from error
        if user is not None and not can_reach(self.data, user):
            raise Failure(
                f"root may not run Postgres, so it runs as {user.pw_name}, "
                f"who can't reach {self.data}",
                "choose a folder that this user can reach with --data",
            )

    def _foreign(self) -> Failure:
        return Failure(
            f"{self.data} is not writable for this user",
            "choose another folder with --data or TWINBOOK_DATA, or use its owner's account",
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # Two starts at once: the second waits, then finds the server running.
        try:
            lock = os.open(self.data / "lock", os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise self._foreign() from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _socket_folder(self) -> Path:
        own = self.data / "socket"
        if len(os.fsencode(own / f".s.PGSQL.{_SOCKET_PORT}.lock")) <= _LONGEST_SOCKET:
            return own
        user = self._user()
        owner = user.pw_uid if user else os.geteuid()
        return Path("/tmp") / f"twinbook-{owner}-{_short_hash(self.data)}"  # noqa: S108

    def _make_socket_folder(self) -> Path:
        folder = self._socket_folder()
        user = self._user()
        if not folder.exists():
            folder.mkdir(mode=0o700)
            _give(folder, user)
        found = folder.lstat()
        owner = user.pw_uid if user else os.geteuid()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
            # In /tmp anyone may have put it there first, to listen in our place.
            raise Failure(f"{folder} is not a private folder of the server's user", "remove it")
        return folder

    # -- the server ---------------------------------------------------------------------------

    def _make_cluster(self, binaries: Binaries) -> None:
        if self._cluster.exists():
            major = int((self._cluster / "PG_VERSION").read_text())
            if major != binaries.major:
                raise Failure(
                    f"the data in {self.data} belong to Postgres {major}, "
                    f"these programs are Postgres {binaries.major}",
                    f"set PG_BINDIR to a Postgres {major}, or choose another folder with --data",
                )
            return
        making = self.data / "postgres.new"
        self._run(["rm", "-rf", str(making)])
        done = None
        for locale in ("C.UTF-8", "C"):
            done = self._run(
                [binaries.program("initdb"), "-D", str(making), "-U", _SUPERUSER]
                + ["--encoding=UTF8", f"--locale={locale}", "--no-instructions"]
                + ["--auth-local=trust", "--auth-host=scram-sha-256"]
                + ([] if self.durable else ["--no-sync"])
            )
            if done.returncode == 0:
                making.rename(self._cluster)
                return
        assert done is not None  # noqa: S101
        raise Failure(f"can't make a database cluster in {self.data}", _last_line(done.stderr))

    def _start(self, binaries: Binaries) -> None:
        socket = self._make_socket_folder()
        self._clear_after_crash(socket)
        if self.port not in (None, _SOCKET_PORT):
            # Postgres names its socket after its port: this leads there.
            link = socket / f".s.PGSQL.{_SOCKET_PORT}"
            link.unlink(missing_ok=True)
            link.symlink_to(f".s.PGSQL.{self.port}")
        options = shlex.join(
            word
            for name, value in self._settings(socket).items()
            for word in ("-c", f"{name}={value}")
        )
        before = self._log.stat().st_size if self._log.exists() else 0
        command = [binaries.program("pg_ctl"), "start", "-D", str(self._cluster), "-s", "-w"]
        command += ["-l", str(self._log), "-t", str(_READY_SECONDS), "-o", options]
        if self._run(command).returncode:
            raise self._why(self._log.read_text(errors="replace")[before:])

    def _clear_after_crash(self, socket: Path) -> None:
        """Removes a dead server's lock files, whose process number may live on as another's.

        Postgres would see to it, but believes a reused number or a zombie. The files may go only
        once none of the killed server's processes writes to the data any more.
        """
        if not Path("/proc/self/cwd").exists():
            return
        patience = time.monotonic() + _READY_SECONDS
        while any(_works_in(process, self._cluster) for process in Path("/proc").glob("[0-9]*")):
            if time.monotonic() > patience:
                raise Failure(
                    f"processes of a killed server still hold {self.data}", "end them, try again"
                )
            time.sleep(0.1)
        for stale in (self._cluster / "postmaster.pid", *socket.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)

    def _settings(self, socket: Path) -> dict[str, str]:
        settings = {
            "unix_socket_directories": str(socket),
            "unix_socket_permissions": "0700",
            "listen_addresses": "127.0.0.1" if self.port else "",
            "port": str(self.port or _SOCKET_PORT),
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not _shm_is_roomy():
            settings["dynamic_shared_memory_type"] = "mmap"
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return settings | self.settings

    def _url(self, socket: Path) -> str:
        folder = quote(str(socket), safe="/")
        return f"postgresql://{_SUPERUSER}@/{DATABASE}?host={folder}&port={_SOCKET_PORT}"

    def _running_port(self) -> int:
        # The fourth line of the pid file: https://www.postgresql.org/docs/current/storage-file-layout.html
        return int((self._cluster / "postmaster.pid").read_text().split("\n")[3])

    def _why(self, said: str) -> Failure:
        if "could not bind" in said:
            return Failure(
                f"port {self.port} is taken", "choose another one, or stop what holds it"
            )
        reasons = [line.split(":  ", 1)[-1] for line in said.splitlines() if "FATAL:" in line]
        return Failure(
            f"Postgres did not start: {reasons[-1] if reasons else 'see its log'}",
            f"the log is {self._log}",
        )

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        user = self._user()
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        environment["LC_ALL"] = "C"
        return subprocess.run(
            command,
            # pg_ctl's server keeps what it inherits: a pipe would never end
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if "start" not in command else subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
            cwd="/",
            env=environment,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom root hands the server to, since Postgres refuses root; None for everyone else."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Failure("root may not run Postgres, and there is no user postgres or nobody", "make one")


def _give(path: Path, user: pwd.struct_passwd | None) -> None:
    if user is not None:
        os.chown(path, user.pw_uid, user.pw_gid)


def _make_database(url: str) -> None:
    with psycopg.connect(url, dbname="postgres", autocommit=True) as db:
        known = db.execute("select from pg_database where datname = %s", [DATABASE]).fetchone()
        if known is None:
            db.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))


def _shm_is_roomy() -> bool:
    # Containers often have 64 MB or none; parallel queries then fail for want of shared memory.
    try:
        room = os.statvfs("/dev/shm")  # noqa: S108
    except OSError:
        return False
    return room.f_bavail * room.f_frsize >= _ROOMY_SHM and os.access("/dev/shm", os.W_OK)  # noqa: S108


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):  # no such process, or somebody else's
        return False
    return True


def _works_in(process: Path, folder: Path) -> bool:
    # A zombie has no working folder: it is over, and only waits for its parent to take note.
    try:
        return (process / "cwd").samefile(folder)
    except OSError:
        return False


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _last_line(text: str | None) -> str:
    lines = (text or "").strip().splitlines()
    return lines[-1] if lines else "see the server's log"
