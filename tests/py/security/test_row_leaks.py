"""Pitfalls by which another user's rows are read: one test each, named by it.

Each tries the leak, sees it fail, takes the protection away, and sees it succeed: so each is red
where its protection is missing. docs/security.md lists all pitfalls.
"""

import pytest
from tests.py.security.cell import SECRET, Cell

import twinbook
from twinbook import database

BOBS = "select * from paper_trading.orders where username = 'bob'"


def test_superuser_or_bypassrls_in_the_application(cell: Cell) -> None:
    assert cell.count(BOBS) == 0
    assert not cell.finds("application logins are bound by row level security")
    cell.remove("alter role LOGIN bypassrls")
    assert cell.count(BOBS) > 0
    assert cell.finds("application logins are bound by row level security")


def test_owner_reads_all_without_force(cell: Cell) -> None:
    owner = cell.desk.installer()
    owner.execute("set role twinbook_owner")
    owner.execute("set \"app.current_user\" = 'alice'")
    assert cell.count(BOBS, owner) == 0
    assert not cell.finds("row level security is forced")
    cell.remove("alter table paper_trading.orders no force row level security")
    assert cell.count(BOBS, owner) > 0
    assert cell.finds("row level security is forced")


def test_views_and_materialized_views(cell: Cell) -> None:
    bobs = "select * from paper_trading.open_positions where username = 'bob'"
    assert cell.count(bobs) == 0
    cell.remove(
        "create materialized view shared_data.totals as select * from paper_trading.orders",
        "alter materialized view shared_data.totals owner to twinbook_owner",
    )
    assert cell.code("select * from shared_data.totals") == "42501"
    assert cell.finds("views show their reader's rows")
    cell.remove("drop materialized view shared_data.totals")
    assert not cell.finds("views show their reader's rows")
    cell.remove(
        "alter view paper_trading.open_positions reset (security_invoker)",
        "grant create on schema paper_trading to twinbook_engine",
        "alter view paper_trading.open_positions owner to twinbook_engine",
    )
    assert cell.count(bobs) > 0
    assert cell.finds("views show their reader's rows")


def test_definer_functions(cell: Cell) -> None:
    cell.remove(
        "create schema evil",
        "grant usage on schema evil to public",
        """
        create function evil.lock_portfolio(portfolio text, even_closed boolean default false)
          returns paper_trading.portfolios language plpgsql as $$
        begin raise notice 'her code runs as %', current_user; return null; end $$
        """,
    )
    path = "set search_path = evil, paper_trading, shared_data, pg_temp"
    order = "select place_order('AAPL', 'buy', 1)"
    assert not cell.tries(path, order).tells("her code")
    assert not cell.finds("verbs pin their path")
    cell.remove("alter function paper_trading.place_order reset search_path")
    assert cell.tries(path, order).tells("her code runs as twinbook_owner")
    assert cell.finds("verbs pin their path")

    inner = "select oversight.raise_security_event('alice', 'paper', 'made up', '{}')"
    assert cell.code(inner) == "42501"
    assert not cell.finds("nothing of ours is open to PUBLIC")
    cell.remove("grant execute on function oversight.raise_security_event to public")
    assert cell.code(
        "select has_function_privilege('oversight.raise_security_event'::regproc, 'x')"
    )
    assert cell.finds("nothing of ours is open to PUBLIC")


def test_temporary_table_shadows_a_name(cell: Cell) -> None:
    shadow = [
        "create temporary table settings as select * from identity.settings",
        "grant all on settings to public",
        "select identity.edit_settings(version, allow_short => true) from identity.settings",
    ]
    truly = "select * from identity.settings where allow_short"
    assert cell.code(*shadow) == "42501"
    assert not cell.finds("PUBLIC makes no objects here")
    cell.remove("grant temporary on database " + cell.installer.info.dbname + " to public")
    assert cell.finds("PUBLIC makes no objects here")
    assert cell.code(*shadow) == ""
    assert cell.count(truly) == 1, "the pinned path protects even so"
    cell.remove(
        "update identity.settings set allow_short = false",
        "alter function identity.edit_settings reset search_path",
    )
    assert cell.code("set search_path = pg_temp, identity", *shadow) == ""
    assert cell.count(truly) == 0, "the verb wrote to hers"


def test_forged_setting(cell: Cell) -> None:
    """The trusted identity believes the setting, in the login's own book alone: it says so."""
    bob = cell.connect("bob")
    assert cell.count(BOBS, bob) > 0
    assert cell.tries("select * from live_trading.portfolios", db=bob).code == "42501"
    named = (
        "select place_order('AAPL', 'buy', 1, strategy => 'x''; set \"app.current_user\" = ''bob')"
    )
    alice = cell.connect()
    assert cell.tries(named, "select current_setting('app.current_user') as me", db=alice).rows == [
        {"me": "alice"}
    ]
    cell.remove("grant twinbook_live to LOGIN")
    assert cell.count("select * from live_trading.portfolios", cell.connect("bob")) == 1
    assert cell.finds("a login reaches one book")


def test_pool_leakage(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    def seen_by_nobody() -> int:
        with twinbook.connect(cell.url, max_size=1) as pool:
            with pool.session("alice") as book:
                assert book.execute("select * from portfolios")
            with pool._pool.connection() as reused:
                return reused.execute("select from paper_trading.portfolios").rowcount

    assert seen_by_nobody() == 0
    monkeypatch.setattr(database, "_SAY_WHO", database._SAY_WHO.replace("true)", "false)"))
    assert seen_by_nobody() == 1


def test_copy(cell: Cell) -> None:
    to, out_of = "copy paper_trading.orders to stdout", "copy paper_trading.orders from stdin"
    program = "copy paper_trading.orders to program 'cat'"
    query = "copy (select * from paper_trading.orders, pg_sleep(0)) to stdout"
    assert cell.tries(to).rows
    assert not cell.tries(to).tells(*cell.marks)
    assert not cell.tries(query).tells(*cell.marks)
    assert cell.code(program) == "42501"
    assert cell.code(out_of) == "42501"
    cell.remove("grant insert on paper_trading.orders to twinbook_paper")
    assert cell.finds("applications write no table")
    assert cell.code(out_of) == "0A000", "row level security refuses it even so"
    cell.remove("alter table paper_trading.orders disable row level security")
    assert cell.tries(to).tells(SECRET)
    assert cell.finds("row level security is forced")


@pytest.mark.parametrize("plans", ["auto", "force_generic_plan", "force_custom_plan"])
def test_plan_cache_across_role_change(cell: Cell, plans: str) -> None:
    prepare = f"prepare mine as {BOBS} and $1 = $1"

    def alice_runs_bobs_plan() -> int:
        db = cell.connect("bob", plan_cache_mode=plans)
        cell.tries(prepare, db=db)
        for _ in range(6):
            assert cell.count("execute mine(1)", db) > 0
        cell.tries("set \"app.current_user\" = 'alice'", db=db)
        return cell.count("execute mine(1)", db)

    assert alice_runs_bobs_plan() == 0
    # A setting that a function called immutable reads is taken into the plan.
    cell.remove("alter function identity.current_username immutable")
    assert (alice_runs_bobs_plan() > 0) == (plans != "force_custom_plan")


def test_plan_cache_across_role_change_by_set_role(cell: Cell) -> None:
    db = cell.desk.installer()
    cell.tries("set role twinbook_auditor", f"prepare his as {BOBS}", db=db)
    assert cell.count("execute his", db) > 0
    cell.tries("set role twinbook_paper", "set \"app.current_user\" = 'alice'", db=db)
    assert cell.count("execute his", db) == 0
    cell.remove("alter table paper_trading.orders disable row level security")
    assert cell.count("execute his", db) > 0


def test_inherited_membership_of_the_engine(cell: Cell) -> None:
    assert cell.count(BOBS) == 0
    assert cell.code("set role twinbook_engine") == "42501"
    assert not cell.finds("nobody inherits owner or engine")
    cell.remove("grant twinbook_engine to LOGIN")
    assert cell.count(BOBS) > 0
    assert cell.finds("nobody inherits owner or engine")


@pytest.mark.parametrize(
    ("leaf", "told"),
    [
        ("paper_trading.portfolio_snapshots_default", "bob"),
        ("paper_trading.position_snapshots_default", SECRET),
        ("paper_trading.price_snapshots_default", "bob"),
        ("shared_data.market_data_default", "realtime"),
        ("shared_data.data_access_log_default", ""),
    ],
)
def test_leaves_of_partitions(cell: Cell, leaf: str, told: str) -> None:
    read = f"select * from {leaf}"
    assert cell.code(read) == "42501"
    assert cell.code(f"truncate {leaf}") == "42501"
    assert not cell.finds("partitions are reached through their parents")
    cell.remove(f"grant select, truncate on {leaf} to twinbook_paper")
    assert cell.finds("partitions are reached through their parents")
    assert cell.count(read) == 0, "closed by row level security of its own"
    assert cell.code(f"truncate {leaf}") == "TB001", "and by a guard of its own"
    cell.remove(f"alter table {leaf} disable row level security")
    assert cell.tries(read).tells(told)
