"""Pitfalls by which a login does what isn't its to do: one test each, named by it.

Each tries the deed, sees it fail, takes the protection away, and sees it succeed.
"""

import subprocess
from decimal import Decimal

import psycopg
import pytest
from psycopg import conninfo
from tests.py.applications import Db, Quote, place, record
from tests.py.security.cell import SECRET, Cell
from tests.support.databases import libpq_environment

import twinbook
from twinbook import database, errors, migrate
from twinbook.server import find_binaries

ORDERS = "paper_trading.orders"


def test_truncate(cell: Cell) -> None:
    empty = "truncate paper_trading.audit_log"
    left = "select from paper_trading.audit_log"
    rows = len(cell.installer.execute(left).fetchall())
    assert cell.code(empty) == "42501"
    cell.remove("grant truncate on paper_trading.audit_log to twinbook_paper")
    assert cell.finds("applications write no table")
    assert cell.code(empty) == "TB001", "a guard stands behind the missing grant"
    assert len(cell.installer.execute(left).fetchall()) == rows > 0
    cell.remove("drop trigger audit_log_rows_are_facts on paper_trading.audit_log")
    assert cell.code(empty) == ""
    assert cell.installer.execute(left).fetchall() == [], "row level security knows no TRUNCATE"


def _dump(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [find_binaries().program("pg_dump"), "--data-only", f"--table={ORDERS}", *arguments],
        env=libpq_environment(url),
        capture_output=True,
        text=True,
        check=False,
    )


def test_pg_dump(cell: Cell) -> None:
    refused = _dump(cell.url)
    assert refused.returncode != 0
    assert SECRET not in refused.stdout
    filtered = _dump(cell.url, "--enable-row-security")
    assert SECRET not in filtered.stdout
    backup = conninfo.make_conninfo(cell.desk.url, user="twinbook_backup", password="")
    assert _dump(backup).stdout.count(SECRET) > 0
    assert not cell.finds("backups see every row")
    cell.remove("alter role twinbook_backup nobypassrls")
    try:
        assert _dump(backup).returncode != 0, "it fails, and doesn't filter"
        assert cell.finds("backups see every row")
    finally:
        cell.remove("alter role twinbook_backup bypassrls")
    cell.remove(f"alter table {ORDERS} disable row level security")
    assert SECRET in _dump(cell.url).stdout


def test_triggers_disabled(cell: Cell) -> None:
    deeds = [
        f"alter table {ORDERS} disable trigger all",
        f"alter table {ORDERS} disable row level security",
        f"drop policy orders_are_private on {ORDERS}",
        "drop trigger audit_log_rows_are_facts on paper_trading.audit_log",
        f"create trigger mine before insert on {ORDERS} for each row execute function "
        "suppress_redundant_updates_trigger()",
        f"create policy mine on {ORDERS} using (true)",
        f"create rule mine as on insert to {ORDERS} do instead nothing",
    ]
    for deed in deeds:
        assert cell.code(deed) == "42501", deed
    assert not cell.finds("triggers are enabled")
    cell.remove("alter table paper_trading.audit_log disable trigger audit_log_rows_are_facts")
    assert cell.finds("triggers are enabled")
    cell.remove("delete from paper_trading.audit_log where username = 'bob'")


def test_session_replication_role(cell: Cell) -> None:
    switch = "set session_replication_role = replica"
    assert cell.code(switch) == "42501"
    assert not cell.finds("nobody may switch triggers off")
    cell.remove("grant set on parameter session_replication_role to LOGIN")
    try:
        assert cell.finds("nobody may switch triggers off")
        assert cell.code(switch) == ""
        forge = "update paper_trading.audit_log set actor = 'nobody'"
        cell.remove("grant update on paper_trading.audit_log to twinbook_paper")
        assert cell.code(forge) == "TB001"
        assert cell.code(switch, forge) == ""
    finally:
        cell.remove("revoke set on parameter session_replication_role from LOGIN")


def test_replication(cell: Cell) -> None:
    slot = "select pg_create_logical_replication_slot('mine', 'pgoutput')"
    assert cell.code(slot) == "42501"
    assert cell.code("create publication mine for table paper_trading.orders") == "42501"
    assert not cell.finds("application logins are bound by row level security")
    cell.remove("alter role LOGIN replication")
    assert cell.finds("application logins are bound by row level security")
    assert cell.code(slot) != "42501", "now only the server's settings stand before it"


def test_own_audit_of_failures(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    def events() -> int:
        return len(cell.installer.execute("select from oversight.security_events").fetchall())

    def cross() -> None:
        with (
            pytest.raises(errors.NoPrivilege),
            twinbook.connect(cell.url) as pool,
            pool.session("alice") as book,
        ):
            book.execute("select * from live_trading.orders")

    reported = "select oversight.report_crossing('paper', sha256('x'))"
    cell.tries("begin", reported, "select * from live_trading.orders")
    assert events() == 0, "the error took its own record with it"
    cross()
    assert events() == 1, "so it is recorded in a second transaction"
    monkeypatch.setattr(database, "_tell_after_all", lambda *_: None)
    cross()
    assert events() == 1


def test_the_login_alters_itself(cell: Cell) -> None:
    for power in ("superuser", "createrole", "createdb", "bypassrls", "replication"):
        assert cell.code(f"alter role {cell.login} {power}") == "42501", power
    for deed in (
        "alter role twinbook_paper set search_path = evil",
        "alter role twinbook_backup password 'mine'",
        f"grant twinbook_live to {cell.login}",
        f"grant {cell.login} to twinbook_engine",
        "create role mine",
        "drop role twinbook_auditor",
        "alter role all set search_path = evil",
        "alter system set fsync = off",
        f"alter database {cell.installer.info.dbname} set search_path = evil",
    ):
        assert cell.code(deed) == "42501", deed
    given = "logins keep the settings that they were given"
    assert not cell.finds(given)
    assert cell.code(f"alter role {cell.login} set search_path = evil, pg_catalog") == ""
    assert cell.finds(given), "Postgres lets it, so doctor says it"
    with psycopg.connect(cell.url) as anew:
        anew.execute("select set_config('app.current_user', 'alice', false)")
        placed = anew.execute("select paper_trading.place_order('AAPL', 'buy', 1)").fetchone()
    assert placed, "and the verbs keep their own path"


def test_advisory_locks(cell: Cell) -> None:
    take = "select pg_advisory_lock(n) from generate_series(1, 10) as n"
    assert cell.code(take) == "42501"
    taken_back = "advisory locks and large objects are taken back"
    assert not cell.finds(taken_back)
    cell.remove("grant execute on function pg_advisory_lock(bigint) to public")
    assert cell.finds(taken_back)
    held = cell.connect()
    assert cell.tries(take, db=held).code == ""
    assert migrate.migrate(cell.desk.url, reload=True).reloaded, "migrate waits for no such lock"
    assert not cell.finds(taken_back), "and takes it back"


def test_large_objects(cell: Cell) -> None:
    made = ["select lo_create(0)", "select lo_creat(1)", "select lo_from_bytea(0, 'x')"]
    for make in made:
        assert cell.code(make) == "42501"
    cell.remove("grant execute on function lo_create(oid) to public")
    assert cell.code(made[0]) == ""
    assert cell.finds("advisory locks and large objects are taken back")
    cell.remove("select lo_unlink(oid) from pg_largeobject_metadata")


MODES = ["row share", "row exclusive", "share", "exclusive", "access exclusive"]


def test_table_locks(cell: Cell) -> None:
    for mode in MODES:
        assert cell.code("begin", f"lock table {ORDERS} in {mode} mode") == "42501", mode
    assert cell.code(f"select * from {ORDERS} for update") == "42501"
    assert cell.code(f"select * from {ORDERS} for key share") == "42501"
    cell.remove(f"grant delete on {ORDERS} to twinbook_paper")
    assert cell.finds("applications write no table")
    for mode in MODES:
        assert cell.code("begin", f"lock table {ORDERS} in {mode} mode", "rollback") == "", mode


def _quote(prices: Db, *middles: float) -> None:
    for middle in middles:
        price = Decimal(str(middle))
        record(prices, [Quote("AAPL", bid=price - 1, ask=price + 1, last=price)])


def _after_a_dip(cell: Cell, stop_price: int) -> str:
    """Alice holds her portfolio while the price dips below her stop and returns."""
    idle, prices = cell.connect(), cell.desk.prices(lock_timeout="1", statement_timeout="5000")
    trader = cell.desk.trader("alice")
    terms = {"order_type": "stop", "stop_price": stop_price, "time_in_force": "GTC"}
    stop = place(trader, "AAPL", "sell", 1, strategy="hers", **terms)
    _quote(prices, 100)
    idle.execute("begin")
    idle.execute("select place_order('MSFT', 'buy', 1, 'limit', 1)")
    _quote(prices, 80, 100)
    idle.execute("rollback")
    place(trader, "MSFT", "buy", 1, order_type="limit", limit_price=1)
    return _status(cell, stop.order_id)


def test_a_held_lock_as_a_free_option(cell: Cell) -> None:
    assert _after_a_dip(cell, 90) == "FILLED"
    cell.rewrite(
        "paper_trading.leave_unmatched", "from unnest(symbols)", "from unnest('{}'::text[])"
    )
    assert _after_a_dip(cell, 89) == "OPEN", "without it she dodges her stop"


def _missed(cell: Cell) -> str:
    """A quote goes through alice's limit while her order isn't committed, and returns."""
    alice, prices = cell.connect(), cell.desk.prices(lock_timeout="1", statement_timeout="5000")
    _quote(prices, 100)  # until here nothing is left to be matched
    alice.execute("begin")
    placed = cell.tries(
        "select order_id from place_order('AAPL', 'buy', 1, 'limit', 60, time_in_force => 'GTC')",
        db=alice,
    ).rows[0]["order_id"]
    _quote(prices, 55, 100)
    alice.execute("commit")
    place(cell.desk.trader("alice"), "MSFT", "buy", 1, order_type="limit", limit_price=1)
    return _status(cell, placed)


def test_a_resting_order_missed_between_two_commits(cell: Cell) -> None:
    assert _missed(cell) == "FILLED"
    cell.rewrite("paper_trading.await_quotes", "  insert into", "  return;\n  insert into")
    cell.rewrite(
        "paper_trading.leave_unmatched", "from unnest(symbols)", "from unnest('{}'::text[])"
    )
    assert _missed(cell) == "OPEN"


def _status(cell: Cell, order_id: str) -> str:
    [row] = cell.installer.execute(
        "select status from paper_trading.orders where order_id = %s", [order_id]
    ).fetchall()
    return str(row.status)
