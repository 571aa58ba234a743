"""Writes docs/reference.md, and the table in docs/errors.md, from a migrated database's catalog.

    python tools/reference.py

What it says is what the database says of itself: \\d+ and \\df+ show the same. A verb's codes are
those that its file under sql/ names.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.rows import class_row

_ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [path for path in (str(_ROOT), str(_ROOT / "python")) if path not in sys.path]

from tests.support.databases import scratch_server  # noqa: E402

from twinbook.errors import CODES  # noqa: E402
from twinbook.migrate import migrate  # noqa: E402

DOCS = _ROOT / "docs"
_TABLE_OF_CODES = re.compile(r"(?<=<!-- codes -->\n).*?(?=<!-- end of codes -->)", re.DOTALL)
_RAISES = re.compile(r"Raises (TB\d{3}.*?)\.?$", re.DOTALL)

_WHO = [
    ("twinbook_paper", "Traders' verbs", "For logins of a book: both books have the same ones."),
    ("twinbook_market_data", "Market data's verbs", "For logins made with `--for market-data`."),
    ("twinbook_admin", "Administrators' verbs", "For logins made with `--for admin`."),
    ("twinbook_login", "The login service's verb", "For logins made with `--for login`."),
    ("twinbook_auditor", "Auditors' verbs", "For logins made with `--for auditor`."),
]

_RELATIONS = """
select n.nspname as schema, c.relname as name, c.oid,
       coalesce(obj_description(c.oid, 'pg_class'), '') as comment,
       case c.relkind when 'v' then 'view' else 'table' end as kind
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('paper_trading', 'shared_data', 'identity')
  and c.relkind in ('r', 'p', 'v')
  and not c.relispartition
  and has_table_privilege('twinbook_paper', c.oid, 'select')
order by n.nspname <> 'paper_trading', n.nspname <> 'shared_data', c.relkind = 'v', c.relname
"""
_COLUMNS = """
select a.attname as name, format_type(a.atttypid, -1) as kind, not a.attnotnull as is_nullable,
       coalesce(col_description(a.attrelid, a.attnum), '') as comment
from pg_attribute as a
where a.attrelid = %s and a.attnum > 0 and not a.attisdropped
order by a.attnum
"""
# What traders call runs with its owner's rights, but for what only reads.
_VERBS = """
select n.nspname as schema, p.proname as name,
       coalesce(obj_description(p.oid, 'pg_proc'), '') as comment,
       pg_get_function_arguments(p.oid) as arguments, pg_get_function_result(p.oid) as result
from pg_proc as p
join pg_namespace as n on n.oid = p.pronamespace
where n.nspname in ('paper_trading', 'shared_data', 'identity', 'oversight')
  and exists (select from aclexplode(p.proacl) as a where a.grantee = %s::regrole)
  and (p.prosecdef or p.proname = 'rate_between')
  and p.proname not in ('paper_totals', 'proven_username')
order by n.nspname <> 'paper_trading', n.nspname, p.proname
"""
_TYPES = """
select n.nspname as schema, t.typname as name, t.typrelid as oid,
       coalesce(obj_description(t.oid, 'pg_type'), '') as comment, t.typtype::text as kind
from pg_type as t
join pg_namespace as n on n.oid = t.typnamespace
left join pg_class as c on c.oid = t.typrelid
where n.nspname in ('paper_trading', 'shared_data')
  and (t.typtype = 'd' or (c.relkind = 'c' and t.typname in ('quote', 'bar')))
order by t.typtype, t.typname
"""


@dataclass(frozen=True)
class _Thing:
    schema: str
    name: str
    oid: int
    comment: str
    kind: str


@dataclass(frozen=True)
class _Column:
    name: str
    kind: str
    is_nullable: bool
    comment: str


@dataclass(frozen=True)
class _Verb:
    schema: str
    name: str
    comment: str
    arguments: str
    result: str


def render(url: str) -> dict[str, str]:
    """Both files' text by name, as this database's catalog has it."""
    with psycopg.connect(url) as db:
        db.execute("set search_path = paper_trading, pg_catalog")
        db.execute("set timezone = 'UTC'")
        parts = [_HEAD]
        shown: set[str] = set()
        for group, title, for_whom in _WHO:
            verbs = db.cursor(row_factory=class_row(_Verb)).execute(_VERBS, [group]).fetchall()
            new = [verb for verb in verbs if verb.name not in shown]
            shown |= {verb.name for verb in new}
            if new:
                parts.append(f"## {title}\n\n{for_whom}\n")
                parts += map(_verb, new)
        parts.append("## Tables and views\n\nWhat a trader may read: of a user's rows, his own.\n")
        for thing in db.cursor(row_factory=class_row(_Thing)).execute(_RELATIONS).fetchall():
            parts.append(f"### {_title(thing)} ({thing.kind})\n\n{thing.comment}\n")
            parts.append(_columns(db, thing.oid))
        types = db.cursor(row_factory=class_row(_Thing)).execute(_TYPES).fetchall()
        parts.append("## Types\n")
        parts += [
            f"### {_title(thing)}\n\n{thing.comment}\n\n{_columns(db, thing.oid)}"
            for thing in types
            if thing.kind == "c"
        ]
        words = [f"| `{thing.name}` | {thing.comment} |" for thing in types if thing.kind == "d"]
        parts.append("### Domains\n\n| domain | |\n|---|---|\n" + "\n".join(words) + "\n")
        codes = db.execute(
            "select code, name, meaning from shared_data.error_codes order by code"
        ).fetchall()
        checks = db.execute(_CHECKS).fetchall()
    return {
        "reference.md": "\n".join(parts),
        "errors.md": _with_codes(codes),
        "checks.md": _CHECKS_HEAD + "".join(_check(*check) for check in checks),
    }


_CHECKS = """
select check_name, severity, about, cost, means, remedy from oversight.checks
order by array_position(array['CRITICAL', 'HIGH', 'WARNING', 'INFO'], severity), check_name
"""

_CHECKS_HEAD = """\
# Integrity checks

Written by tools/reference.py from the comments on the checks; don't edit. Each is a view in
`oversight`, a row for everything that is wrong: `book`, `username`, `key`, `detail`.
`oversight.isolation_report()` runs them all, `oversight.findings('NAME')` tells all that one finds.
What a check reads says what it costs: the catalog (some milliseconds), few rows (those that are
open or newest), or the whole book.

| check | severity | about | reads | a row means | what to do |
|---|---|---|---|---|---|
"""


def _check(name: str, severity: str, about: str, cost: str, means: str, remedy: str) -> str:
    cost = "the catalog" if cost == "catalog" else cost.replace("whole", "the whole")
    row = [f"`{name}`", severity, about, cost, means, remedy]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n"


_HEAD = """\
# Reference

Written by tools/reference.py from the catalog's comments; don't edit. Names of a book stand without
their schema: they are in `paper_trading` and in `live_trading` alike, and a book's login finds them
by its search path, as it does those of `shared_data`. What is in `identity` or `oversight` is
called by its full name.
"""


def _title(thing: _Thing | _Verb) -> str:
    prefix = "" if thing.schema == "paper_trading" else f"{thing.schema}."
    return f"{prefix}{thing.name}"


def _verb(verb: _Verb) -> str:
    arguments = re.split(r", (?=\w+ [a-z])", verb.arguments) if verb.arguments else []
    call = f"{_title(verb)}({', '.join(_plain(argument) for argument in arguments)})"
    if len(call) > 100:
        listed = ",\n".join(f"    {_plain(argument)}" for argument in arguments)
        call = f"{_title(verb)}(\n{listed})"
    result = _plain(verb.result)
    raises = _raises(verb)
    said = f"### {_title(verb)}\n\n{verb.comment}\n\n```\n{call}\n  returns {result}\n```\n"
    return f"{said}\nRaises {raises}.\n" if raises else said


def _plain(words: str) -> str:
    # Which words are keywords, and then quoted, depends on the version.
    words = words.replace('"', "")
    words = re.sub(r"::[\w ]+(\[\])?|(?<!\w)(paper_trading|shared_data)\.", "", words)
    words = re.sub(r"\b(DEFAULT|NULL|SETOF|TABLE)\b", lambda word: word[0].lower(), words)
    return words.replace("timestamp with time zone", "timestamptz").replace(
        "time without time zone", "time"
    )


def _raises(verb: _Verb) -> str:
    (file,) = (_ROOT / "sql").rglob(f"{verb.name}.sql")
    lines = []
    for line in file.read_text().splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    found = _RAISES.search(" ".join(lines))
    return re.sub(r"(TB\d{3})", r"`\1`", found[1]) if found else ""


def _columns(db: psycopg.Connection, oid: int) -> str:
    columns = db.cursor(row_factory=class_row(_Column)).execute(_COLUMNS, [oid]).fetchall()
    rows = [f"| `{column.name}` | {_plain(column.kind)} | {column.comment} |" for column in columns]
    return "| column | type | |\n|---|---|---|\n" + "\n".join(rows) + "\n"


def _with_codes(codes: list[tuple[str, str, str]]) -> str:
    rows = "".join(
        f"| `{code}` | {name} | {meaning} | `{CODES[code].__name__}` |\n"
        for code, name, meaning in codes
    )
    table = f"| SQLSTATE | name | meaning | in Python |\n|---|---|---|---|\n{rows}"
    return _TABLE_OF_CODES.sub(lambda _: table, (DOCS / "errors.md").read_text())


def main() -> None:
    """Writes both files."""
    with scratch_server() as server:
        assert server.url  # noqa: S101
        migrate(server.url)
        for name, text in render(server.url).items():
            (DOCS / name).write_text(text)


if __name__ == "__main__":
    main()
