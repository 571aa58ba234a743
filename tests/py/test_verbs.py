"""The Python verbs are the database's: what is written in the package is what the catalog says."""

import inspect
from pathlib import Path

import psycopg
import pytest
from tools import verbs as tool

import twinbook.rows
import twinbook.verbs

_PACKAGE = Path(twinbook.verbs.__file__).parent


@pytest.mark.parametrize("file", ["rows.py", "verbs.py"])
def test_the_generated_files_are_what_the_catalog_says(db_url: str, file: str) -> None:
    assert (_PACKAGE / file).read_text() == tool.render(db_url)[file], (
        "run python tools/verbs.py URL on a migrated database"
    )


def test_each_definer_that_an_application_may_call_is_a_method(db_url: str) -> None:
    with psycopg.connect(db_url) as db:
        granted = db.execute(
            """
            select distinct p.proname
            from pg_proc as p
            cross join aclexplode(p.proacl) as a
            where p.prosecdef
              and a.grantee in (select oid from pg_roles where rolname like 'twinbook\\_%')
              and a.grantee <> p.proowner
              and p.proname not in
                ('paper_totals', 'live_totals', 'log_access', 'proven_username')
              and has_function_privilege('twinbook_engine', p.oid, 'execute') is not null
              and a.grantee not in ('twinbook_owner'::regrole, 'twinbook_engine'::regrole)
            """
        ).fetchall()
    names = ("Book", "Administration", "MarketData", "Logins", "BrokerWork")
    classes = [getattr(twinbook.verbs, name) for name in names]
    methods = {name for kind in classes for name, _ in inspect.getmembers(kind)}
    assert {name for (name,) in granted} <= methods


def test_both_books_have_the_same_verbs(db_url: str) -> None:
    signatures = """
        select p.proname, pg_get_function_arguments(p.oid)
        from pg_proc as p
        cross join aclexplode(p.proacl) as a
        where p.pronamespace = %s::regnamespace and p.prosecdef and a.grantee = %s::regrole
        order by 1
    """
    with psycopg.connect(db_url) as db:
        paper = db.execute(signatures, ["paper_trading", "twinbook_paper"]).fetchall()
        live = db.execute(signatures, ["live_trading", "twinbook_live"]).fetchall()
    only_live = {"accept_difference", "resolve_order"}  # what only a broker brings about
    assert paper == [verb for verb in live if verb[0] not in only_live] != []
    assert only_live <= {name for name, _ in live}


def test_money_is_decimal_everywhere() -> None:
    for file in ("rows.py", "verbs.py"):
        assert "float" not in (_PACKAGE / file).read_text()
