"""Migrate: fresh, again, upgraded, refused, interrupted, contended, and without a superuser."""

import difflib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.checks import dump
from tests.support.databases import (
    for_database,
    libpq_environment,
    scratch_database,
    scratch_server,
)

from twinbook import connect, doctor, monitor, paths
from twinbook.failure import Failure
from twinbook.migrate import history, install, migrate, run, shape, status
from twinbook.server import find_binaries


@pytest.fixture
def empty(server_url: str) -> Iterator[str]:
    with scratch_database(server_url) as url:
        yield url


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the migrations, in use, to change."""
    copy = tmp_path / "migrations"
    shutil.copytree(paths.migrations(), copy)
    monkeypatch.setattr(paths, "migrations", lambda: copy)
    return copy


def _add(folder: Path, name: str, text: str, back: str = "select;") -> Path:
    file = folder / "book" / f"{name}.sql"
    file.write_text(text)
    file.with_suffix(".rollback.sql").write_text(back)
    return file


def _query(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as db:
        return db.execute(query.encode()).fetchall()


def test_a_fresh_database_then_nothing_to_do(empty: str) -> None:
    assert status(empty).code == "absent"
    assert {state for _, _, state in status(empty).migrations} == {"pending"}
    first = migrate(empty)
    assert first.reloaded
    assert first.applied == len(status(empty).migrations)
    assert status(empty).is_current
    assert str(migrate(empty)) == "nothing to do"


def test_a_reload_leaves_the_same_database(empty: str) -> None:
    migrate(empty)
    before = dump.normalized(empty)
    assert migrate(empty, reload=True).reloaded
    assert dump.normalized(empty) == before


def test_install_and_psql_do_the_same(server_url: str, empty: str) -> None:
    install(empty)
    with scratch_database(server_url) as other:
        psql = [find_binaries().program("psql"), "-Xq", "-v", "ON_ERROR_STOP=1", "-f"]
        subprocess.run(
            [*psql, paths.sql() / "install.sql"], env=libpq_environment(other), check=True
        )
        assert dump.normalized(other) == dump.normalized(empty)


def test_what_install_made_is_not_migrated(empty: str) -> None:
    install(empty)
    with pytest.raises(Failure, match="no history"):
        migrate(empty)


def test_what_a_restore_leaves_open_is_closed(empty: str) -> None:
    migrate(empty)
    name = _query(empty, "select current_database()")[0][0]
    for privilege in ("create", "temporary"):
        # As in a dump, where privileges of the database itself aren't.
        with psycopg.connect(empty, autocommit=True) as db:
            db.execute(f"grant {privilege} on database {name} to public".encode())
        assert status(empty).code == "undone"
        [open_again] = [f for f in doctor.examine(empty) if f.check.startswith("PUBLIC")]
        assert open_again.state == "FAIL"
        assert "twinbook migrate" in open_again.advice
        assert migrate(empty).reloaded
        assert status(empty).is_current
        assert str(migrate(empty)) == "nothing to do"
        assert not [finding for finding in doctor.examine(empty) if finding.state == "FAIL"]


def test_changed_code_is_loaded_and_the_old_is_gone(empty: str) -> None:
    migrate(empty)
    with psycopg.connect(empty) as db:
        db.execute("update twinbook_history.code set sha256 = 'an older one'")
        db.execute("create function paper_trading.left_over() returns void language sql as ''")
    assert status(empty).code == "changed"
    outcome = migrate(empty)
    assert (outcome.applied, outcome.reloaded) == (0, True)
    assert _query(empty, "select to_regproc('paper_trading.left_over')") == [(None,)]


def test_a_new_migration_reaches_both_books(empty: str, folder: Path) -> None:
    migrate(empty)
    # The column is used by triggers, policies and functions: this works only with the code away.
    _add(folder, "0002.longer", "alter table portfolios alter column name type varchar(200);")
    assert migrate(empty).applied == 2
    types = _query(
        empty,
        "select format_type(atttypid, atttypmod) from pg_attribute where attname = 'name' and"
        " attrelid in ('paper_trading.portfolios'::regclass, 'live_trading.portfolios'::regclass)",
    )
    assert types == [("character varying(200)",)] * 2


def test_a_function_that_a_migration_made_survives_reloads(empty: str, folder: Path) -> None:
    _add(
        folder,
        "0002.helper",
        "create function helper() returns integer language sql immutable return 1;",
    )
    migrate(empty)
    migrate(empty, reload=True)
    assert _query(empty, "select paper_trading.helper() + live_trading.helper()") == [(2,)]


def test_a_failing_migration_leaves_nothing_and_is_named(empty: str, folder: Path) -> None:
    file = _add(folder, "0002.bad", "create table half ();\n\nselect nonsense;")
    with pytest.raises(Failure, match=r"book/0002\.bad\.sql:3: .*nonsense"):
        migrate(empty)
    assert _query(empty, "select to_regclass('paper_trading.half')") == [(None,)]
    file.write_text("create table half ();")
    assert migrate(empty).reloaded
    assert status(empty).is_current


def test_an_edited_migration_is_refused_by_name(empty: str, folder: Path) -> None:
    migrate(empty)
    file = next((folder / "shared").glob("0001*[!k].sql"))
    file.write_text(file.read_text() + "\n-- harmless")
    with pytest.raises(Failure, match=f"{file.stem} of lane shared was edited"):
        migrate(empty)
    assert ("shared", file.stem, "changed") in status(empty).migrations


def test_other_line_ends_are_no_edit(empty: str, folder: Path) -> None:
    migrate(empty)
    for file in folder.rglob("*.sql"):
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert status(empty).is_current


def test_a_missing_migration_is_refused_by_name(empty: str, folder: Path) -> None:
    file = _add(folder, "0002.soon_gone", "select;")
    migrate(empty)
    file.unlink()
    with pytest.raises(Failure, match=r"0002\.soon_gone of lane paper_trading .* gone"):
        migrate(empty)


def test_a_migration_out_of_order_is_refused_by_name(empty: str, folder: Path) -> None:
    _add(folder, "0003.third", "select;")
    migrate(empty)
    _add(folder, "0002.second", "select;")
    with pytest.raises(Failure, match=r"0002\.second .* stands before"):
        migrate(empty)


def test_a_migration_without_a_way_back_is_refused(empty: str, folder: Path) -> None:
    _add(folder, "0002.one_way", "select;").with_suffix(".rollback.sql").unlink()
    with pytest.raises(Failure, match=r"0002\.one_way has no rollback"):
        migrate(empty)


def test_rollbacks_lead_back_to_an_empty_database(empty: str) -> None:
    migrate(empty)
    with psycopg.connect(empty, autocommit=True) as db:
        run._drop(db)
        for lane in reversed(shape.lanes()):
            for file in reversed(lane.files().values()):
                with db.transaction():
                    db.execute("set local role twinbook_owner")
                    db.execute(f"set local search_path = {lane.path}".encode())
                    db.execute(file.with_suffix(".rollback.sql").read_bytes())
    assert _query(empty, f"{shape.OUR_SCHEMAS}") == []


def test_what_stands_on_our_code_is_named_and_kept(empty: str) -> None:
    migrate(empty)
    with psycopg.connect(empty) as db:
        db.execute("create view mine as select identity.current_username(null)")
    with pytest.raises(Failure, match=r"view public\.mine stands on Twinbook's code"):
        migrate(empty, reload=True)
    assert _query(empty, "select count(*) from mine") == [(1,)]


def test_applications_cannot_enter_the_history(empty: str) -> None:
    migrate(empty)
    with psycopg.connect(empty) as db:
        db.execute("set role twinbook_paper")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.execute("lock table twinbook_history.turn in access share mode")


def test_two_at_once_one_works_one_waits(empty: str) -> None:
    said: list[str] = []
    outcomes: list[run.Outcome] = []

    def work() -> None:
        outcomes.append(migrate(empty, said.append))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome.reloaded for outcome in outcomes) == [False, True]
    assert status(empty).is_current


def test_the_second_says_that_it_waits(empty: str) -> None:
    migrate(empty)
    waiting = threading.Event()
    with history.turn(empty, print):
        second = threading.Thread(
            target=lambda: migrate(
                empty, lambda said: waiting.set() if "another migrate" in said else None
            )
        )
        second.start()
        assert waiting.wait(10)
        assert second.is_alive()
    second.join(10)
    assert not second.is_alive()


def test_a_held_lock_is_waited_for_in_small_bites(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "_LOCK_TIMEOUT", "50ms")
    migrate(empty)
    with psycopg.connect(empty) as holder:
        holder.execute("select from paper_trading.portfolios")

        def release(said: str) -> None:
            if "waiting for a lock" in said:
                holder.commit()

        assert migrate(empty, release, reload=True).reloaded


def test_a_lock_held_too_long_is_given_up_on(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_LOCK_TIMEOUT", "10ms")
    monkeypatch.setattr(history, "_TRIES", 2)
    migrate(empty)
    with psycopg.connect(empty) as holder:
        holder.execute("select from paper_trading.portfolios")
        with pytest.raises(Failure, match="idle in transaction"):
            migrate(empty, reload=True)
    assert status(empty).is_current, "what was there stays in force"


_KILLED = """
import os, signal, sys
from twinbook.migrate import migrate, source
left = int(sys.argv[2])
run = source.run
def run_or_die(*given):
    global left
    run(*given)
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
source.run = run_or_die
migrate(sys.argv[1], reload=True)
print(left)
"""


@pytest.mark.parametrize("fresh", [True, False], ids=["fresh", "reload"])
def test_killed_anywhere_the_next_run_succeeds(server_url: str, fresh: bool) -> None:
    def attempt(url: str, after: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", _KILLED, url, str(after)],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=False,
        )

    with scratch_database(server_url) as whole:
        if not fresh:
            migrate(whole)
        done = attempt(whole, 10**6)
        assert done.returncode == 0, done.stderr
        steps = 10**6 - int(done.stdout)
        expected = dump.normalized(whole)
    # After the roles, after each migration, in the middle of the code, before the last commit.
    for after in sorted({1, 2, 3, 4, 5, steps // 2, steps}):
        with scratch_database(server_url) as url:
            if not fresh:
                migrate(url)
            assert attempt(url, after).returncode == -signal.SIGKILL
            migrate(url)
            assert status(url).is_current
            assert dump.normalized(url) == expected


def test_an_owner_who_is_no_superuser_can_do_it_all() -> None:
    # Roles belong to the cluster, so this needs one where nobody has made them yet.
    with scratch_server() as server:
        assert server.url
        with psycopg.connect(server.url, autocommit=True) as db:
            db.execute("create role dba login createrole createdb noinherit")
            db.execute("create database scratch_of_dba owner dba")
        url = for_database(server.url, "scratch_of_dba", "dba")
        said: list[str] = []
        assert migrate(url, said.append).reloaded
        warnings = [line for line in said if line.startswith("WARNING")]
        assert any("twinbook_backup" in line for line in warnings)
        assert any("event triggers" in line for line in warnings)
        guard = next(f for f in doctor.examine(url) if f.check == "forbidden changes are refused")
        assert guard.state == "warn"
        with connect(url) as db:
            failed = {check.title for check in monitor.run(db) if not check.passed}
        assert failed == {"forbidden_changes_unguarded"}
        assert str(migrate(url)) == "nothing to do"
        assert migrate(url, reload=True).reloaded
        assert status(url).is_current
        assert not [finding for finding in doctor.examine(url) if finding.state == "FAIL"]
        with scratch_database(server.url) as superusers:
            migrate(superusers)
            theirs = dump.normalized(for_database(server.url, "scratch_of_dba"))
            ours = dump.normalized(superusers)
        difference = difflib.unified_diff(_without_database(ours), _without_database(theirs), n=0)
        assert not "\n".join(difference)


def _without_database(objects: list[str]) -> list[str]:
    # Its owner differs, and so does who granted what on it; and only a superuser takes anything of
    # Postgres's own from PUBLIC, which doctor says where nobody did, or makes event triggers.
    apart = re.compile(r"Name: DATABASE|.*; Type: EVENT TRIGGER;|.*Schema: pg_catalog")
    return [text for text in objects if not apart.match(text)]
