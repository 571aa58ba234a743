"""``python -m tests.crash``: every case, at every step, and the table of them in docs.

python -m tests.crash                     all, the worker killed at each step; the table anew
python -m tests.crash --postgres          all, the database killed at each step instead
python -m tests.crash --only "kraken: "   those whose name has it; the table stays as it is
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click

from tests.crash.cases import Case, cases
from tests.crash.play import play
from tests.crash.table import Result, write
from tests.py.sync.firm import Office, hurry
from twinbook.migrate import migrate
from twinbook.server import Server


@click.command()
@click.option("--postgres", is_flag=True, help="Kill the database, not the worker.")
@click.option("--only", default="", help="Cases whose name has this.")
@click.option("--processes", default=os.cpu_count() or 1, help="How many play at a time.")
@click.option("--share", default="", hidden=True)
def main(postgres: bool, only: str, processes: int, share: str) -> None:
    """Kill a worker, or the database, at every step of every case; exit 1 if anything is wrong."""
    if share:
        _play_share(postgres, only, share)
        return
    results = _all_shares(postgres, only, processes)
    wrong = sum(len(result.wrong) for result in results.values())
    deaths = sum(result.deaths for result in results.values())
    click.echo(f"{len(results)} cases, {deaths} deaths, {wrong} wrong")
    if not (only or wrong or postgres):
        write(results)
    sys.exit(1 if wrong else 0)


def _all_shares(postgres: bool, only: str, processes: int) -> dict[str, Result]:
    """Each share in a process with a server of its own, which tells a result a line."""
    options = ["--only", only, *(["--postgres"] if postgres else [])]
    sharing = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.crash", *options, "--share", f"{number}/{processes}"],
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(processes)
    ]
    results: dict[str, Result] = {}
    for one in sharing:
        out, _ = one.communicate()
        if one.returncode:
            raise click.ClickException(f"a share ended with {one.returncode}")
        for line in out.splitlines():
            name, told = json.loads(line)
            results[name] = Result(**told)
    return results


def _play_share(postgres: bool, only: str, share: str) -> None:
    hurry()
    first, of = (int(part) for part in share.split("/"))
    chosen = [case for case in cases() if only in case.name][first::of]
    began = time.monotonic()
    with _office(durable=postgres) as (office, server):
        for number, case in enumerate(chosen, 1):
            result = _all_steps(office, case, server if postgres else None)
            click.echo(json.dumps([case.name, asdict(result)]))
            passed = f"{time.monotonic() - began:.0f} s, {share}: {number} of {len(chosen)}"
            click.echo(f"{passed}, {case.name}: {result}", err=True)
            for wrong in result.wrong:
                click.echo(f"    WRONG {wrong}", err=True)


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
