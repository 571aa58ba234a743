"""Runs every check: ``make check``. One line each, and below it what is wrong."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from tests.checks import databases, sources
from tests.checks.fault import Fault
from tests.support.databases import scratch_server
from twinbook.failure import Failure
from twinbook.server import Server


def main() -> int:
    """Returns 1 if any check failed."""
    failed = sum(not _run(check) for check in sources.CHECKS)
    with scratch_server() as server:
        failed += sum(not _run(check, server) for check in databases.CHECKS)
    print(f"{failed} checks failed" if failed else "every check passed")
    return int(failed > 0)


def _run(check: Callable[..., str], *given: Server) -> bool:
    name = check.__name__.replace("_", " ")
    begun = time.monotonic()
    try:
        proved = check(*given)
    except (Fault, Failure, psycopg.Error) as wrong:
        print(f"FAIL  {name}")
        lines = wrong.lines if isinstance(wrong, Fault) else [str(wrong)]
        print("".join(f"        {line}\n" for line in lines), end="", flush=True)
        return False
    print(f"ok    {name}: {proved} ({time.monotonic() - begun:.1f} s)", flush=True)
    return True


if __name__ == "__main__":
    # Lines in the order in which they are known, also into a file.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    sys.exit(main())
