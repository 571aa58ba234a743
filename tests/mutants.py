"""Drops each rule of the database in turn and expects the pgTAP suite to notice: ``make mutants``.

A mutant is one trigger, policy, check, foreign key or unique constraint, gone. It is dropped inside
the transaction that a test file opens and rolls back itself, so no database is remade in between.
Its likeliest killers run first; the first red file ends it. Survivors are listed.
"""

import argparse
import os
import queue
import re
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.support import pgtap
from tests.support.databases import scratch_database, scratch_server
from twinbook.books import BOOKS
from twinbook.failure import Failure
from twinbook.migrate import migrate

_PATIENCE = "60s"  # a file that hangs without its rule has noticed
_MODES = {schema: mode for mode, schema in BOOKS.items()}


@dataclass(frozen=True)
class Mutant:
    """One rule that can be dropped, and the statement that does it."""

    kind: str
    schema: str
    table: str  # or the domain
    name: str
    drop: str

    @property
    def title(self) -> str:
        return f"{self.kind} {self.schema}.{self.table} {self.name}"

    @property
    def twin(self) -> tuple[str, str, str]:
        """What it is, whichever book it is in."""
        return self.kind, self.table, self.name


_RULES = """
  with ours as (
    select oid, nspname from pg_namespace where nspowner = 'twinbook_owner'::regrole
  )
  select 'trigger', n.nspname, c.relname, t.tgname,
         format('drop trigger %I on %s', t.tgname, c.oid::regclass)
  from pg_trigger as t
  join pg_class as c on c.oid = t.tgrelid
  join ours as n on n.oid = c.relnamespace
  where not t.tgisinternal and t.tgparentid = 0
  union all
  select 'policy', n.nspname, c.relname, p.polname,
         format('drop policy %I on %s', p.polname, c.oid::regclass)
  from pg_policy as p
  join pg_class as c on c.oid = p.polrelid
  join ours as n on n.oid = c.relnamespace
  union all
  select case o.contype when 'c' then 'check' when 'f' then 'foreign key' else 'unique' end,
         n.nspname, c.relname, o.conname,
         -- With a key goes the foreign key that refers to it.
         format('alter table %s drop constraint %I cascade', c.oid::regclass, o.conname)
  from pg_constraint as o
  join pg_class as c on c.oid = o.conrelid
  join ours as n on n.oid = c.relnamespace
  where o.contype in ('c', 'f', 'u') and o.conparentid = 0 and o.coninhcount = 0
  union all
  select 'check', n.nspname, t.typname, o.conname,
         -- The comment makes the transaction take note of the change: alter domain leaves that to
         -- the next statement that writes, and until then no subtransaction may begin.
         format('alter domain %1$s drop constraint %2$I; comment on domain %1$s is null',
                t.oid::regtype, o.conname)
  from pg_constraint as o
  join pg_type as t on t.oid = o.contypid
  join ours as n on n.oid = t.typnamespace
  where o.contype = 'c'
  union all
  select 'unique', n.nspname, c.relname, x.relname, format('drop index %s', x.oid::regclass)
  from pg_index as i
  join pg_class as x on x.oid = i.indexrelid
  join pg_class as c on c.oid = i.indrelid
  join ours as n on n.oid = c.relnamespace
  where i.indisunique and not i.indisprimary and not x.relispartition
    and not exists (select from pg_constraint as o where o.conindid = i.indexrelid)
  order by 3, 4, 1, 2
"""


@dataclass
class Suite:
    """The test files, which of them kill what, and how to run them against a mutant."""

    texts: dict[pgtap.Case, str]
    killers: dict[tuple[str, str, str], Path] = field(default_factory=dict)

    def likeliest_first(self, mutant: Mutant) -> list[pgtap.Case]:
        """The files that can notice: of the mutant's book and of none, likeliest first."""
        mode = _MODES.get(mutant.schema)
        table = re.compile(rf"\b{re.escape(mutant.table)}\b")
        known = self.killers.get(mutant.twin)
        folder = mutant.table.rstrip("s")

        def distance(case: pgtap.Case) -> tuple[bool, bool, bool, bool, int]:
            text = self.texts[case]
            return (
                case.file != known,
                mutant.name not in text,
                folder not in case.file.parts,
                table.search(text) is None,
                len(text),
            )

        can = [case for case in self.texts if mode is None or case.mode in (mode, None)]
        return sorted(can, key=distance)

    def killer(self, db: psycopg.Connection, mutant: Mutant) -> str | None:
        """The first file that turns red without this rule, and how; None if all stay green."""
        for case in self.likeliest_first(mutant):
            if complaint := self.complaint(db, case, mutant.drop):
                self.killers[mutant.twin] = case.file
                return f"{case.id}: {complaint}"
        return None

    def complaint(self, db: psycopg.Connection, case: pgtap.Case, drop: str = "select") -> str:
        """Runs a file, with a rule dropped inside its own transaction; empty if all is green."""
        db.execute("discard all")
        db.execute(f"set search_path = {case.search_path}".encode())
        db.execute(f"set statement_timeout = '{_PATIENCE}'".encode())
        db.execute("begin")
        db.execute(drop.encode())
        outcome = pgtap.run_on(db, self.texts[case])
        db.execute("rollback")
        said = [a.text for a in outcome.assertions if a.failed] + outcome.faults[::-1]
        return said[0].splitlines()[0] if said else ""


def main() -> int:
    """Exit code 1 where a mutant survives or the suite is red by itself, else 0."""
    wanted = _arguments()
    said = Console(stderr=True)
    begun = time.monotonic()
    try:
        with scratch_server() as server, ExitStack() as stack:
            assert server.url
            said.print("a migrated database with pgTAP ...")
            template = stack.enter_context(scratch_database(server.url))
            migrate(template)
            pgtap.prepare(template)
            mutants = [
                m for m in _mutants(template) if re.search(wanted.only, m.title, re.IGNORECASE)
            ]
            if wanted.list:
                for mutant in mutants:
                    sys.stdout.write(f"{mutant.title}\n")
                return 0
            if not mutants:
                raise Failure(f"no rule matches {wanted.only}", "see --list")
            name = psycopg.conninfo.conninfo_to_dict(template)["dbname"]
            workers = [
                stack.enter_context(scratch_database(server.url, template=str(name)))
                for _ in range(min(wanted.workers, len(mutants)))
            ]
            for worker in workers:
                _close(worker)
            suite, red = _green_files(workers[0], said)
            survivors = _hunt(suite, mutants, workers, said, wanted.why)
    except Failure as failure:
        said.print(f"[red]{failure}[/red]")
        return 1
    for file in red:
        sys.stdout.write(f"red by itself, so left out: {file}\n")
    for mutant in survivors:
        sys.stdout.write(f"survived: {mutant.title}\n")
    killed = len(mutants) - len(survivors)
    minutes = (time.monotonic() - begun) / 60
    sys.stdout.write(f"{killed} of {len(mutants)} mutants killed, in {minutes:.1f} minutes\n")
    return 1 if survivors or red else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--only", default="", metavar="PATTERN", help="e.g. 'policy .*orders'")
    parser.add_argument("--list", action="store_true", help="name the mutants, run nothing")
    parser.add_argument("--why", action="store_true", help="say which assertion noticed each")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def _connect(url: str) -> psycopg.Connection:
    # Not preparing anything, since discard all would drop it behind psycopg's back.
    return psycopg.connect(url, autocommit=True, prepare_threshold=None)


def _mutants(url: str) -> list[Mutant]:
    with psycopg.connect(url) as db:
        return [Mutant(*row) for row in db.execute(_RULES.encode()).fetchall()]


def _close(url: str) -> None:
    # A clone has its template's objects but not the privileges on the database itself.
    with psycopg.connect(url) as db:
        db.execute(f"revoke create, temporary on database {db.info.dbname} from public".encode())


def _green_files(url: str, said: Console) -> tuple[Suite, list[str]]:
    """The files that pass while every rule stands, and the names of those that don't."""
    said.print("the suite as it stands ...")
    suite = Suite({case: case.file.read_text() for case in pgtap.cases()})
    for case, text in suite.texts.items():
        ends = re.findall(r"^\s*(rollback|commit)\s*;", text, re.MULTILINE | re.IGNORECASE)
        if [word.lower() for word in ends] != ["rollback"]:
            raise Failure(f"{case.id} doesn't end by its one rollback", "make it two files")
    with _connect(url) as db:
        red = [case for case in suite.texts if suite.complaint(db, case)]
    for case in red:
        del suite.texts[case]
    return suite, [case.id for case in red]


def _hunt(
    suite: Suite, mutants: list[Mutant], workers: list[str], said: Console, why: bool
) -> list[Mutant]:
    """Each mutant against the suite, one worker a database; returns those that nobody noticed."""
    waiting: queue.SimpleQueue[Mutant] = queue.SimpleQueue()
    for mutant in mutants:
        waiting.put(mutant)
    survivors: list[Mutant] = []
    errors: list[Exception] = []
    bar = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*bar, console=said) as progress:
        task = progress.add_task("mutants", total=len(mutants))

        def work(url: str) -> None:
            try:
                with _connect(url) as db:
                    _each(waiting, lambda mutant: hunt(db, mutant))
            except Exception as error:  # told by the main thread
                errors.append(error)

        def hunt(db: psycopg.Connection, mutant: Mutant) -> None:
            if errors:
                return
            killer = suite.killer(db, mutant)
            if killer is None:
                survivors.append(mutant)
            if killer is None or why:
                progress.console.print(
                    f"{mutant.title}: {killer or 'survived'}", highlight=False, markup=False
                )
            progress.advance(task)

        threads = [threading.Thread(target=work, args=[url]) for url in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]
    return sorted(survivors, key=lambda mutant: mutant.title)


def _each(waiting: queue.SimpleQueue[Mutant], act: Callable[[Mutant], None]) -> None:
    while True:
        try:
            mutant = waiting.get_nowait()
        except queue.Empty:
            return
        act(mutant)


if __name__ == "__main__":
    sys.exit(main())
