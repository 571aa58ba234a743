"""plpgsql_check, from Debian's package, without installing it."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

import psycopg

from tests.checks.fault import refuse
from tests.support import debian
from twinbook.binaries import Binaries, find_binaries
from twinbook.failure import Failure
from twinbook.migrate.shape import OUR_SCHEMAS

# Twins keep one signature, whether or not both need all of it; several composites may be returned.
_ACCEPTED = ("unused parameter", "composite OUT variable")
# Puts its statement together from names that the catalog told, quoted by format.
_FROM_CATALOG = ("oversight.orphans()", "text type variable is not sanitized")


def find() -> tuple[Binaries, Path]:
    """A Postgres that it is packaged for, and the unpacked package; raises Failure without one.

    The embedded Postgres has none, so this looks for Debian's beside it.
    """
    chosen = find_binaries()
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for binaries in [chosen] if not chosen.embedded else map(find_binaries, installed):
        with suppress(Failure):
            return binaries, debian.fetch(f"postgresql-{binaries.major}-plpgsql-check")
    raise Failure(
        "no plpgsql_check for the Postgres here", "on Debian, install postgresql-15 as well"
    )


def examine(url: str, package: Path) -> str:
    """Loads the extension's own script and runs it over every PL/pgSQL function of ours."""
    (library,) = package.rglob("plpgsql_check.so")
    (script,) = package.rglob("plpgsql_check--*.sql")
    with psycopg.connect(url) as db:
        (data,) = db.execute("select current_setting('data_directory')").fetchone() or ("",)
        # Beside the data, since the server's user may not be able to read our cache.
        copy = Path(data) / library.name
        shutil.copy(library, copy)
        copy.chmod(0o755)
        if os.geteuid() == 0:
            owner = Path(data).stat()
            os.chown(copy, owner.st_uid, owner.st_gid)
        lines = script.read_text().replace("MODULE_PATHNAME", str(copy.with_suffix("")))
        lines = lines.replace("@extschema@", "lint")
        db.execute("create schema lint")
        db.execute("set local search_path = lint")
        db.execute("\n".join(x for x in lines.splitlines() if not x.startswith("\\")).encode())
        db.execute("set local search_path = lint, pg_catalog")
        found = db.execute(
            f"""
            select p.oid::regprocedure::text, f.lineno, f.level, f.message
            from pg_proc as p
            join pg_language as l on l.oid = p.prolang and l.lanname = 'plpgsql'
            left join pg_trigger as t on t.tgfoid = p.oid and t.tgparentid = 0
            cross join plpgsql_check_function_tb(
              p.oid, relid => coalesce(t.tgrelid, 0),
              extra_warnings => true, security_warnings => true) as f
            where p.pronamespace in ({OUR_SCHEMAS})
              and (p.prorettype <> 'trigger'::regtype or t.oid is not null)
            """.encode()
        ).fetchall()
        (count,) = db.execute(
            "select count(*) from pg_proc as p join pg_language as l on l.oid = p.prolang"
            f" where l.lanname = 'plpgsql' and p.pronamespace in ({OUR_SCHEMAS})".encode()
        ).fetchone() or (0,)
        db.rollback()
    refuse(
        f"{name}:{line}: {level}: {message}"
        for name, line, level, message in found
        if not message.startswith(_ACCEPTED) and (name, message) != _FROM_CATALOG
    )
    return f"{count} functions"
