"""pgTAP: fetched, loaded into a schema of its own, its files run and their output understood.

A test file under tests/pgtap/ that is about a book (its first folder is named in sql/book/, or is
book or venue) runs once in each book, the others once.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import pq

from tests.support import debian
from tests.support.databases import libpq_environment
from twinbook.books import BOOKS, Mode
from twinbook.failure import Failure
from twinbook.migrate import source

TESTS = Path(__file__).resolve().parents[1] / "pgtap"
HELPERS = TESTS / "helpers"
_BOOK_FOLDERS = {"book", "venue"} | {
    folder.name for folder in (TESTS.parents[1] / "sql" / "book").glob("*/")
}
_PACKAGES = [f"postgresql-{major}-pgtap" for major in (15, 16, 17, 18)]
_INSTALLED = ["/usr/share/postgresql/*/extension", "/usr/local/share/postgresql/extension"]
_HOW = "install pgTAP (https://pgtap.org) or set PGTAP_SQL to its pgtap--VERSION.sql"


def script() -> Path:
    """pgTAP's install script: PGTAP_SQL, an installed one, or Debian's package; raises Failure."""
    chosen = os.environ.get("PGTAP_SQL")
    if chosen:
        return Path(chosen)
    for pattern in _INSTALLED:
        if found := _newest(Path("/").glob(pattern.lstrip("/") + "/pgtap--*.sql")):
            return found
    try:
        root = debian.fetch(*_PACKAGES)
    except Failure as failure:
        raise Failure("no pgTAP, which the tests are written in", _HOW) from failure
    if found := _newest(root.glob("usr/share/postgresql/*/extension/pgtap--*.sql")):
        return found
    raise Failure(f"no pgTAP script in {root}", _HOW)


def _newest(scripts: Iterator[Path]) -> Path | None:
    whole = [s for s in scripts if re.fullmatch(r"pgtap--[\d.]+\.sql", s.name)]
    return max(whole, key=lambda s: [int(n) for n in re.findall(r"\d+", s.stem)], default=None)


def pg_prove() -> tuple[str, dict[str, str]]:
    """The program and the environment that it needs; raises Failure."""
    if found := shutil.which("pg_prove"):
        return found, {}
    root = debian.fetch("libtap-parser-sourcehandler-pgtap-perl")
    return str(root / "usr/bin/pg_prove"), {"PERL5LIB": str(root / "usr/share/perl5")}


def prepare(url: str) -> None:
    """Loads pgTAP into schema tap and our helpers into schema tests, as the installer."""
    with psycopg.connect(url, autocommit=True) as db:
        # Tests plant faults; the tests of what refuses them close the window first.
        db.execute("select oversight.open_maintenance('tests plant faults', '1 day')")
        db.execute("create schema tap")
        db.execute("set search_path = tap")
        db.execute(script().read_text().encode())
        db.execute("reset search_path")
        db.execute("grant usage on schema tap to public")
        db.execute("grant execute on all routines in schema tap to public")
        db.execute("grant select on all tables in schema tap to public")
        load_helpers(db)


def load_helpers(db: psycopg.Connection) -> None:
    """Makes schema tests. A helper may speak of a book's tables; it binds to one when called."""
    db.execute("set check_function_bodies = off")
    for helper in sorted(HELPERS.glob("*.sql")):
        source.run(db, source.Segment(helper, 1, helper.read_text()))
    db.execute("reset check_function_bodies")


@dataclass(frozen=True)
class Case:
    """One file, and the book that it runs in, if it is about one."""

    file: Path
    mode: Mode | None
    is_signed: bool = False  # under the signed identity, whatever is installed

    @property
    def id(self) -> str:
        name = self.file.relative_to(TESTS).with_suffix("").as_posix()
        ways = [way for way in (self.mode, "signed" if self.is_signed else None) if way]
        return f"{name}[{'-'.join(ways)}]" if ways else name

    @property
    def text(self) -> str:
        """What is run: the file, perhaps under the other identity from its beginning on."""
        said = self.file.read_text()
        return (
            _BEGIN.sub("begin;\nselect tests.sign_identity();", said, 1) if self.is_signed else said
        )

    @property
    def search_path(self) -> str:
        """As the loader's, with pgTAP's functions behind it."""
        return f"{BOOKS[self.mode]}, shared_data, tap, pg_temp" if self.mode else "tap, pg_temp"


_BEGIN = re.compile(r"^begin;$", re.M)
# What isolation stands on, and a life or two; current_username.sql tells of the trusted one alone.
_SIGNED_TOO = re.compile(
    r"book/(attacks|rows_are_private)|security/(?!signed)|oversight/(verify_book|audit/replay)"
    r"|identity/(user|settings)/|portfolio/|order/(place_order|idempotency)|venue/paper/(brackets|unmatched)|shared_data/feed/"
)


def signed_cases() -> list[Case]:
    """Files that are run once more, under the signed identity."""
    return [
        Case(case.file, case.mode, is_signed=True) for case in cases() if _SIGNED_TOO.match(case.id)
    ]


def cases() -> list[Case]:
    """Every file under tests/pgtap/ but the helpers."""
    found = []
    for file in sorted(TESTS.rglob("*.sql")):
        folders = file.relative_to(TESTS).parts[:-1]
        if folders[:1] == ("helpers",):
            continue
        if folders[:1] == ("venue",) and folders[1:2] in (("paper",), ("live",)):
            found.append(Case(file, "paper" if folders[1] == "paper" else "live"))
        elif folders and folders[0] in _BOOK_FOLDERS:
            found += [Case(file, mode) for mode in BOOKS]
        else:
            found.append(Case(file, None))
    return found


@dataclass(frozen=True)
class Assertion:
    """One line of a file's output, with pgTAP's diagnosis below it."""

    number: int
    passed: bool
    text: str
    excuse: str  # TODO or SKIP and its reason, or empty

    @property
    def failed(self) -> bool:
        return not self.passed and not self.excuse


@dataclass
class Outcome:
    """What a file said: its assertions, and all else that is wrong with it."""

    assertions: list[Assertion] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.faults and not any(a.failed for a in self.assertions)


_LINE = re.compile(r"(not )?ok\s+(\d+)(?:\s+-?\s*(.*?))?(?:\s*#\s*((?:TODO|SKIP)\b.*))?", re.I)
_PLAN = re.compile(r"1\.\.(\d+)(\s*#\s*SKIP.*)?", re.I)


def run(url: str, case: Case) -> Outcome:
    """Runs a file as a person would with psql: autocommit, its own begin and rollback."""
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(f"set search_path = {case.search_path}".encode())
        return run_on(db, case.text)


def run_on(db: psycopg.Connection, text: str) -> Outcome:
    """Runs a file's text on a connection whose search path is set."""
    lines, error = _output(db.pgconn, text)
    outcome = parse(lines)
    if error:
        outcome.faults.append(error)
    return outcome


def _output(connection: pq.abc.PGconn, text: str) -> tuple[list[str], str]:
    # libpq itself: what a file said before its error is worth reading, and execute() drops it.
    connection.send_query(text.encode())
    lines: list[str] = []
    error = ""
    while (result := connection.get_result()) is not None:
        if result.status == pq.ExecStatus.TUPLES_OK:
            for row in range(result.ntuples):
                lines += (result.get_value(row, 0) or b"").decode().splitlines()
        elif result.status == pq.ExecStatus.FATAL_ERROR:
            error = result.error_message.decode().strip()
    return lines, error


def parse(lines: list[str]) -> Outcome:
    """Understands TAP: the plan, ok, not ok, TODO, SKIP, and the diagnosis after a failure."""
    outcome = Outcome()
    plan: int | None = None
    for line in lines:
        if found := _PLAN.fullmatch(line):
            plan = int(found[1])
        elif found := _LINE.fullmatch(line):
            outcome.assertions.append(
                Assertion(int(found[2]), not found[1], found[3] or "", found[4] or "")
            )
        elif line.startswith("#") and outcome.assertions:
            last = outcome.assertions.pop()
            outcome.assertions.append(
                Assertion(last.number, last.passed, f"{last.text}\n{line}", last.excuse)
            )
    if plan is None:
        outcome.faults.append("no plan: the file ended before it said plan(n) or finish()")
    elif len(outcome.assertions) != plan:
        outcome.faults.append(f"planned {plan} assertions, ran {len(outcome.assertions)}")
    if [a.number for a in outcome.assertions] != [*range(1, len(outcome.assertions) + 1)]:
        outcome.faults.append("the assertions are out of order")
    return outcome


def prove(url: str, psql: str, cases: list[Case]) -> subprocess.CompletedProcess[str]:
    """Runs these cases, all of one search path, through pg_prove."""
    program, environment = pg_prove()
    (path,) = {case.search_path.replace(" ", "") for case in cases}
    return subprocess.run(
        ["perl", program, "--psql-bin", psql, "--nocolor", *(str(case.file) for case in cases)],
        env=os.environ
        | environment
        | libpq_environment(url)
        | {"PGOPTIONS": f"-c search_path={path} -c client_min_messages=warning"},
        capture_output=True,
        text=True,
        check=False,
    )
