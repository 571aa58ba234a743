"""The rules that every object in the catalog must keep."""

from pathlib import Path

import psycopg

from twinbook import paths

_QUERY = Path(__file__).with_suffix(".sql")


def violations(db: psycopg.Connection) -> list[tuple[str, str]]:
    """Each broken rule with the object that breaks it."""
    source = "\n".join(file.read_text() for file in sorted(paths.sql().rglob("*.sql")))
    db.execute("select set_config('check.source', %s, false)", [source])
    return db.execute(_QUERY.read_bytes()).fetchall()
