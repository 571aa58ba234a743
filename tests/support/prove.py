"""Runs the pgTAP tests through pg_prove on a scratch server: ``make prove``."""

import itertools
import sys

from tests.support import pgtap
from tests.support.databases import scratch_server
from twinbook.migrate import migrate
from twinbook.server import find_binaries


def main() -> int:
    """One pg_prove a search path, since a file of a book runs in each book."""
    worst = 0
    with scratch_server() as server:
        url = server.url or ""
        migrate(url)
        pgtap.prepare(url)
        for path, cases in grouped(pgtap.cases()):
            done = pgtap.prove(url, find_binaries().program("psql"), cases)
            sys.stdout.write(f"search_path = {path}\n{done.stdout}{done.stderr}")
            worst = max(worst, done.returncode)
    return worst


def grouped(cases: list[pgtap.Case]) -> list[tuple[str, list[pgtap.Case]]]:
    """The cases by their search path."""
    ordered = sorted(cases, key=lambda case: case.search_path)
    return [
        (path, list(group))
        for path, group in itertools.groupby(ordered, key=lambda case: case.search_path)
    ]


if __name__ == "__main__":
    sys.exit(main())
