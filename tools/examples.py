"""Runs the examples as an application's login does, and writes what came of them beside them.

    python tools/examples.py

Each runs on a migrated database of its own, after examples/setup.sql; the SQL through psql. What
is kept may differ from what comes again in ids and system times only: business times are of 2012.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from cryptography.fernet import Fernet
from psycopg import conninfo, sql

_ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [path for path in (str(_ROOT), str(_ROOT / "python")) if path not in sys.path]

from tests.support.databases import scratch_database, scratch_server  # noqa: E402

from twinbook import logins  # noqa: E402
from twinbook.brokers.standin import TradierStandIn  # noqa: E402
from twinbook.failure import Failure  # noqa: E402
from twinbook.migrate import migrate  # noqa: E402
from twinbook.server import find_binaries  # noqa: E402

EXAMPLES = _ROOT / "examples"
README = _ROOT / "README.md"
LIVE = _ROOT / "docs" / "live.md"
FIRST_ORDER = EXAMPLES / "first_order.sql"
_SETUP = EXAMPLES / "setup.sql"
_TEXTS_LOGIN = "paper_app"  # a login belongs to the cluster, so the real one has a name of its own
_ADDRESS = "http://127.0.0.1:8081"  # of a stand-in that a reader starts; ours is on any port
_PASSWORD = "only-for-examples"  # noqa: S105

# A system time is of a year after those that the examples trade in.
_CHANGING = [
    (re.compile(r"(PAPER|LIVE)_[0-9a-f]{32}"), r"\1_id"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "id"),
    (re.compile(r"20[2-9]\d-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?\+00(:00)?"), "now"),
]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples() -> list[Path]:
    """Every example, SQL and Python."""
    return sorted(
        file
        for file in EXAMPLES.iterdir()
        if file.suffix in (".sql", ".py") and file.name not in (_SETUP.name, "__init__.py")
    )


def kept(example: Path) -> Path:
    """Where an example's output is kept."""
    return example.with_name(example.name + ".out")


def set_up(url: str) -> None:
    """The users and instruments that the examples stand on; as the installer."""
    with psycopg.connect(url) as db:
        db.execute(_SETUP.read_bytes())


@contextmanager
def application(url: str) -> Iterator[str]:
    """The address of a login of the paper book's own, gone afterwards."""
    logins.add(url, _login_of(url), "paper", _PASSWORD)
    with _until_dropped(url) as address:
        yield address


@contextmanager
def _until_dropped(url: str) -> Iterator[str]:
    name = _login_of(url)
    try:
        yield conninfo.make_conninfo(url, user=name, password=_PASSWORD)
    finally:
        with psycopg.connect(url, autocommit=True) as db:
            if db.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone():
                for words in ("drop owned by {}", "drop role {}"):
                    db.execute(sql.SQL(words).format(sql.Identifier(name)))


def _login_of(url: str) -> str:
    return f"example_{conninfo.conninfo_to_dict(url)['dbname']}"[:60]


def run(example: Path, url: str) -> str:
    """What an example prints, its errors among it, as this login."""
    if example.suffix == ".py":
        return _output([sys.executable, str(example), url])
    quiet = [_psql(), "-X", "-a", "-q", "-P", "pager=off", "-v", "SHOW_CONTEXT=never", url]
    # psql echoes no empty line: a comment begins a new paragraph again.
    return re.sub(
        r"(?<!\n\n)^(?=-- )", "\n", _output(quiet, example.read_text()), flags=re.M
    ).lstrip()


def readme(url: str) -> str:
    """The README, each of its blocks executed on a migrated database, in their order."""
    login = _login_of(url)
    program = ""

    def executed(block: re.Match[str]) -> str:
        nonlocal program
        language, text = block.groups()
        if language == "console":
            text = "\n".join(map(typed, re.findall(r"^\$ (.*)$", text, re.MULTILINE)))
        elif language == "sql":
            _give_password(url, login)
            text = _without_heading(run(FIRST_ORDER, address))
        elif language == "python":
            program = text
        elif language == "text":
            text = _output([sys.executable, "-c", program], DATABASE_URL=address)
        return f"```{language}\n{text}```"

    def typed(line: str) -> str:
        words = shlex.split(line.replace(_TEXTS_LOGIN, login))
        came = _output([sys.executable, "-m", *words], DATABASE_URL=url)
        return f"$ {line}\n{_tidy(came.replace(login, _TEXTS_LOGIN))}"

    with _until_dropped(url) as address:
        return _BLOCK.sub(executed, README.read_text())


def live(url: str) -> str:
    """The page on live trading, its commands executed against a stand-in of the broker."""
    environment = {"TWINBOOK_ENCRYPTION_KEY": Fernet.generate_key().decode()}
    with TradierStandIn() as standin:
        environment["TWINBOOK_BROKER_TOKEN"] = standin.logins[0].key

        def executed(block: re.Match[str]) -> str:
            language, text = block.groups()
            if language == "console":
                text = "\n".join(map(typed, re.findall(r"^\$ (.*)$", text, re.MULTILINE)))
            elif said := re.search(r"^export (TWINBOOK_CONFIRM\w+)=(\w+)$", text, re.MULTILINE):
                environment[said[1]] = said[2]
            return f"```{language}\n{text}```"

        def typed(line: str) -> str:
            words = shlex.split(line.replace(_ADDRESS, standin.origin))
            came = _output([sys.executable, "-m", *words], DATABASE_URL=url, **environment)
            return f"$ {line}\n{_tidy(came.replace(standin.origin, _ADDRESS))}"

        return _BLOCK.sub(executed, LIVE.read_text())


def _give_password(url: str, login: str) -> None:
    with psycopg.connect(url) as db:
        words = sql.SQL("alter role {} password {}")
        db.execute(words.format(sql.Identifier(login), sql.Literal(_PASSWORD)))


def _without_heading(output: str) -> str:
    return output.partition("\n\n")[2]


def _tidy(output: str) -> str:
    lines = [line.rstrip() for line in output.splitlines()]
    return "".join(f"{line}\n" for line in lines if line)


def blank(text: str) -> str:
    """The text without what differs from run to run, and without space at the ends of lines."""
    for pattern, said in _CHANGING:
        text = pattern.sub(said, text)
    lines = (line.rstrip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def main() -> None:
    """Writes what has changed: the examples' output, and the README."""
    with scratch_server() as server:
        assert server.url  # noqa: S101
        for example in examples():
            with scratch_database(server.url) as url:
                migrate(url)
                set_up(url)
                with application(url) as login:
                    _keep(kept(example), run(example, login))
        with scratch_database(server.url) as url:
            migrate(url)
            _keep(README, readme(url))
        with scratch_database(server.url) as url:
            migrate(url)
            _keep(LIVE, live(url))


def _keep(file: Path, text: str) -> None:
    before = file.read_text() if file.exists() else ""
    if blank(before) != blank(text):
        file.write_text(text)
        print(f"{file.relative_to(_ROOT)} has changed")


def _output(command: list[str], given: str = "", **environment: str) -> str:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    for name in ("DATABASE_URL", "TWINBOOK_USER"):
        plain.pop(name, None)
    if bindir := os.environ.get("PG_BINDIR"):
        plain["PG_BINDIR"] = bindir
    plain |= {"PGTZ": "UTC", "PYTHONPATH": str(_ROOT / "python"), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command,
        input=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env=plain | environment,
    )
    return done.stdout


def _psql() -> str:
    try:
        return find_binaries().program("psql")
    except Failure:
        if found := shutil.which("psql"):
            return found
        raise


if __name__ == "__main__":
    main()
