"""Checks that need no database: the text of the SQL and of the Python."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pglast
from pglast import ast

from tests.checks.fault import Fault, refuse
from twinbook import paths
from twinbook.migrate import Segment, expand

_ROOT = Path(__file__).resolve().parents[2]
# Without a catalog the PL/pgSQL parser knows no schema and no array type of ours.
_ARRAY = re.compile(r"\b[\w.]+\[\]")
_FOREIGN = re.compile(r"\b(?:(?:identity|shared_data|oversight|prop_firm)\.|variadic )")
_PYTHON = ["python", "tests", "tools", "bench", "examples"]


def every_file_is_reached() -> str:
    """A file that install.sql doesn't reach would never be loaded, nor missed."""
    source = expand(paths.sql() / "install.sql")
    # A file of \ir lines alone has no segment of its own, and is reached if what it names is.
    reached = {segment.file for segment in source.segments}
    files = sorted(paths.sql().resolve().rglob("*.sql"))
    lists = {file for file in files if not _statements(file)}
    refuse(
        f"{file.relative_to(source.root)} is not reached from install.sql"
        for file in files
        if file not in reached and not (file in lists and _is_named(file, files))
    )
    return f"{len(files)} files"


def _statements(file: Path) -> list[str]:
    lines = (line.strip() for line in file.read_text().splitlines())
    return [line for line in lines if line and not line.startswith(("--", "\\ir"))]


def _is_named(file: Path, files: list[Path]) -> bool:
    return file.name == "install.sql" or any(
        (other.parent / line.split()[1]).resolve() == file
        for other in files
        for line in other.read_text().splitlines()
        if line.startswith("\\ir ")
    )


def every_statement_parses() -> str:
    """With Postgres' own parser; PL/pgSQL bodies and do blocks too."""
    statements = bodies = 0
    wrong = []
    for segment in dict.fromkeys(expand(paths.sql() / "install.sql").segments):
        try:
            for text, node in _parsed(segment):
                statements += 1
                if _is_plpgsql(node):
                    pglast.parse_plpgsql(_FOREIGN.sub("", _ARRAY.sub("text[]", text)))
                    bodies += 1
        except pglast.parser.ParseError as error:
            name = segment.file.relative_to(paths.sql().resolve())
            wrong.append(f"{name}:{segment.line}: {error}")
    refuse(wrong)
    return f"{statements} statements, {bodies} PL/pgSQL bodies"


def _parsed(segment: Segment) -> Iterator[tuple[str, ast.Node]]:
    for raw in pglast.parse_sql(segment.text):
        start = raw.stmt_location or 0
        end = start + raw.stmt_len if raw.stmt_len else None
        if raw.stmt is not None:
            yield segment.text.encode()[start:end].decode(), raw.stmt


def _is_plpgsql(node: ast.Node) -> bool:
    if isinstance(node, ast.DoStmt):
        return not any(option.defname == "language" for option in node.args or ())
    if isinstance(node, ast.CreateFunctionStmt):
        return any(o.defname == "language" and o.arg.sval == "plpgsql" for o in node.options or ())
    return False


def sql_is_in_style() -> str:
    """sqlfluff; one statement that it can't parse hides the rest of its file, so none may be."""
    done = _run("sqlfluff", "lint", "--processes", "2", "--format", "json", "--nofail", "sql")
    try:
        results = json.loads(done.stdout)
    except json.JSONDecodeError as error:
        raise Fault((done.stdout + done.stderr).splitlines()) from error
    refuse(
        f"{result['filepath']}:{found['start_line_no']}: {found['code']} {found['description']}"
        for result in results
        for found in result["violations"]
    )
    return f"{len(results)} files, all of them parsed"


def python_is_in_style() -> str:
    """ruff's rules."""
    return _tool("ruff", "check", "--quiet", "--output-format=concise", *_python())


def python_is_formatted() -> str:
    """ruff's format."""
    return _tool("ruff", "format", "--check", "--quiet", *_python())


def python_is_typed() -> str:
    """mypy, strict."""
    return _tool("mypy", "--no-error-summary")


def _python() -> list[str]:
    return [folder for folder in _PYTHON if (_ROOT / folder).is_dir()]


def _tool(name: str, *arguments: str) -> str:
    done = _run(name, *arguments)
    if done.returncode:
        raise Fault((done.stdout + done.stderr).splitlines())
    return " ".join([name, *arguments])


def _run(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


CHECKS: list[Callable[[], str]] = [
    every_file_is_reached,
    every_statement_parses,
    sql_is_in_style,
    python_is_in_style,
    python_is_formatted,
    python_is_typed,
]
