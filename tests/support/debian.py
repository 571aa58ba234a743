"""Debian packages taken out into a cache folder: nothing is installed, no rights are needed."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from twinbook.failure import Failure
from twinbook.paths import checkout


def cache() -> Path:
    """A folder for what tests fetch: the user's cache, or the project where that isn't writable."""
    chosen = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    for base in (Path(chosen) / "twinbook", (checkout() or Path.cwd()) / ".cache"):
        try:
            base.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=base):
                return base
        except OSError:
            continue
    raise Failure("no writable cache folder", "set XDG_CACHE_HOME to one")


def fetch(*names: str) -> Path:
    """Unpacks the first of these packages that the release has; returns its root folder."""
    for name in names:
        root = cache() / name
        if root.is_dir():
            return root
    for name in names:
        if _unpack(name):
            return cache() / name
    raise Failure(
        f"can't fetch Debian's {names[0]}",
        "it needs Debian or Ubuntu with apt-get and its mirror in reach",
    )


def _unpack(name: str) -> bool:
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        return False
    with tempfile.TemporaryDirectory(dir=cache()) as folder:
        work = Path(folder)
        debs = _download(name, work)
        if not debs:
            return False
        root = work / "root"
        subprocess.run(["dpkg", "-x", debs[0], root], check=True)
        try:
            root.rename(cache() / name)
        except OSError:  # another run was faster
            return (cache() / name).is_dir()
    return True


def _download(name: str, work: Path) -> list[Path]:
    _apt(work, "download", name)
    if not (debs := list(work.glob("*.deb"))):
        # The machine's package lists may be empty, and only root may fill them: use our own.
        (work / "lists" / "partial").mkdir(parents=True)
        (work / "cache" / "archives" / "partial").mkdir(parents=True)
        own = ["-o", f"Dir::State::Lists={work}/lists", "-o", f"Dir::Cache={work}/cache"]
        own += ["-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User="]
        _apt(work, *own, "update")
        _apt(work, *own, "download", name)
        debs = list(work.glob("*.deb"))
    return debs


def _apt(work: Path, *arguments: str) -> None:
    subprocess.run(["apt-get", *arguments], cwd=work, capture_output=True, check=False)
