"""``python -m tests.crash``: every case, at every step, and the table of them in docs.

python -m tests.crash                          all, the worker killed at each step
python -m tests.crash --postgres               all, the database killed at each step instead
python -m tests.crash --only "kraken: "        those whose name has it; the table stays as it is
python -m tests.crash --share 2/4              every fourth of them, from the second on
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from tests.crash.cases import Case, cases
from tests.crash.play import play
from tests.crash.table import Result, write
from tests.py.sync.firm import Office, hurry

from twinbook.migrate import migrate
from twinbook.server import Server


@contextmanager
def _office(durable: bool) -> Iterator[tuple[Office, Server]]:
    folder = Path(tempfile.mkdtemp(prefix="twinbook-crash-"))
    folder.chmod(0o711)
    server = Server(folder / "data", durable=durable)
    try:
        url = server.start()
        migrate(url)
        with Office(url) as office:
            office.furnish()
            yield office, server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@click.command()
@click.option("--postgres", is_flag=True, help="Kill the database, not the worker.")
@click.option("--only", default="", help="Cases whose name has this.")
@click.option("--share", default="1/1", help="N/M: every M-th case, from the N-th on.")
def main(postgres: bool, only: str, share: str) -> None:
    """Kill a worker, or the database, at every step of every case; exit 1 if anything is wrong."""
    hurry()
    first, of = (int(part) for part in share.split("/"))
    chosen = [case for case in cases() if only in case.name][first - 1 :: of]
    results: dict[Case, Result] = {}
    began = time.monotonic()
    with _office(durable=postgres) as (office, server):
        for number, case in enumerate(chosen, 1):
            result = _all_steps(office, case, server if postgres else None)
            results[case] = result
            passed = time.monotonic() - began
            click.echo(f"{number}/{len(chosen)} {passed:.0f}s {case.name}: {result}", err=True)
            for wrong in result.wrong:
                click.echo(f"    {wrong}")
    wrong = sum(len(result.wrong) for result in results.values())
    deaths = sum(result.deaths for result in results.values())
    click.echo(f"{len(results)} cases, {deaths} deaths, {wrong} wrong")
    if not (only or wrong or postgres) and share == "1/1":
        write(results)
    sys.exit(1 if wrong else 0)


def _all_steps(office: Office, case: Case, server: Server | None) -> Result:
    alive = play(office, case)
    result = Result(steps=alive.steps, wrong=[f"nobody died: {one}" for one in alive.wrong])
    for step, name in enumerate(alive.steps, 1):
        played = play(office, case, step, server)
        result.deaths += played.died
        result.held += played.held
        result.wrong += [f"before step {step}, {name}: {one}" for one in played.wrong]
    return result


if __name__ == "__main__":
    main()
