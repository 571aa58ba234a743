"""Pitfalls by which another user's rows are guessed: one test each, named by it.

Each tries the leak, sees it fail, takes the protection away, and sees it succeed.
"""

from uuid import UUID

import psycopg
import pytest
from tests.py.security.cell import SECRET, Cell

from twinbook import doctor

NOBODYS = "00000000-0000-7000-8000-000000000009"


def test_unique_violation_as_an_oracle(cell: Cell) -> None:
    def with_key(key: str, person: str = "alice") -> str:
        order = f"select place_order('AAPL', 'buy', 1, idempotency_key => '{key}')"
        return cell.tries(order, db=cell.connect(person)).code

    assert with_key("his-key") == with_key("nobodys-key") == ""
    assert cell.code(f"select shared_data.open_feed('{SECRET}')") == ""
    cell.remove(
        "create unique index on paper_trading.orders (idempotency_key) "
        "where idempotency_key ^@ 'later'"
    )
    assert with_key("later-his", "bob") == with_key("later-nobodys") == ""
    assert with_key("later-his") == "23505", "now it tells that somebody has that key"


def test_foreign_key_as_an_oracle(cell: Cell) -> None:
    [his] = cell.installer.execute(
        "select portfolio_id from paper_trading.portfolios where username = 'bob'"
    ).fetchall()

    def hung_on(portfolio: object) -> str:
        return cell.code(
            "insert into paper_trading.unmatched "
            f"values ('alice', '{portfolio}', 'AAPL', 1, 'placed', 'market', 'realtime')"
        )

    assert hung_on(his.portfolio_id) == hung_on(NOBODYS) == "42501"
    cell.remove("grant insert on paper_trading.unmatched to twinbook_paper")
    assert hung_on(his.portfolio_id) == hung_on(NOBODYS) == "23503"
    cell.remove(
        "alter table paper_trading.portfolios add unique (portfolio_id)",
        "alter table paper_trading.unmatched drop constraint unmatched_portfolio_fkey, "
        "add foreign key (portfolio_id) references paper_trading.portfolios (portfolio_id)",
    )
    assert hung_on(NOBODYS) == "23503"
    assert hung_on(his.portfolio_id) == "", "now it tells that there is such a portfolio"


def test_leaky_operators(cell: Cell) -> None:
    cell.remove(
        "create schema evil",
        "grant usage on schema evil to public",
        """
        create function evil.leak(text) returns boolean language plpgsql cost 0.0001 as $$
        begin raise notice 'seen: %', $1; return true; end $$
        """,
        "create operator evil.~~~ (function = evil.leak, rightarg = text)",
    )
    asks = [
        "select from paper_trading.orders where evil.leak(strategy)",
        "select from paper_trading.orders where operator(evil.~~~) strategy",
        "select from paper_trading.open_positions where evil.leak(strategy)",
        "select evil.leak(strategy) from paper_trading.orders",
        "select count(*) filter (where evil.leak(strategy)) from paper_trading.orders",
        "select from paper_trading.orders order by evil.leak(strategy)",
        "select from paper_trading.orders as a join paper_trading.positions as b "
        "on evil.leak(b.strategy) and evil.leak(a.strategy)",
    ]
    plain = {"enable_indexscan": "off", "enable_bitmapscan": "off"}
    for ask in asks:
        outcome = cell.tries(ask, db=cell.connect(**plain))
        assert outcome.tells("hers"), ask
        assert not outcome.tells(*cell.marks), ask
    assert not cell.finds("nothing of ours claims to be leakproof")
    cell.remove("alter function evil.leak leakproof")
    assert cell.tries(asks[0], db=cell.connect(**plain)).tells(SECRET)
    assert cell.finds("nothing of ours claims to be leakproof")


def test_error_messages(cell: Cell) -> None:
    asks = [
        "select strategy::integer from paper_trading.orders where username = 'bob'",
        "select 1 / (strategy <> 'bobs-secret')::integer from paper_trading.orders",
        "select sum((case when username = 'bob' then strategy else '1' end)::integer) "
        "from paper_trading.positions",
        "select xmlparse(document strategy) from paper_trading.orders where username <> 'alice'",
    ]
    for ask in asks:
        assert not cell.tries(ask).tells(*cell.marks), ask
        assert cell.code(ask) in ("", "0A000"), ask
    cell.remove("create policy open_to_all on paper_trading.orders to twinbook_paper using (true)")
    assert cell.tries(asks[0]).tells(SECRET)


def test_statistics(cell: Cell) -> None:
    asks = [
        "select * from pg_stats where schemaname ~ '_trading'",
        "select * from pg_stats where schemaname in ('shared_data', 'identity', 'oversight')",
        "select * from pg_stats_ext",
    ]
    for ask in asks:
        assert not cell.tries(ask).tells(*cell.marks), ask
    for closed in ("pg_statistic", "pg_statistic_ext_data"):
        assert cell.code(f"select * from {closed}") == "42501"
    cell.remove("alter table paper_trading.orders disable row level security")
    assert cell.tries(asks[0]).tells(SECRET)


@pytest.mark.parametrize(
    ("number", "leaks"),
    [(150013, 1), (150014, 0), (160009, 1), (160010, 0), (170005, 1), (170006, 0), (180000, 0)],
)
def test_statistics_of_an_old_minor(db_url: str, number: int, leaks: int) -> None:
    [check] = [check for check in doctor._CHECKS if check.name == "minor version"]
    asked = check.query.replace("current_setting('server_version_num')::integer", str(number))
    assert asked != check.query
    with psycopg.connect(db_url) as db:
        assert len(db.execute(asked.encode()).fetchall()) == leaks


def test_sequences(cell: Cell) -> None:
    def next_number(person: str) -> int:
        db = cell.connect(person)
        order = "select order_number from place_order('AAPL', 'buy', 1)"
        return int(cell.tries(order, db=db).rows[0]["order_number"])

    counted = "select c.relname from pg_class as c where c.relkind = 'S'"
    assert cell.count(f"{counted} and c.relnamespace::regnamespace::text !~ '^pg_'") == 0
    first = next_number("alice")
    next_number("bob")
    assert next_number("alice") == first + 1, "bob's order left no gap in hers"
    cell.remove(
        "create sequence paper_trading.everybodys_orders",
        "grant usage on sequence paper_trading.everybodys_orders to twinbook_paper",
        "alter sequence paper_trading.everybodys_orders owner to twinbook_owner",
    )
    cell.rewrite(
        "paper_trading.submit_order",
        "home.order_seq + 1",
        "nextval('paper_trading.everybodys_orders') + 100",
    )
    cell.remove("grant all on sequence paper_trading.everybodys_orders to twinbook_owner")
    first = next_number("alice")
    next_number("bob")
    assert next_number("alice") == first + 2, "now it does"
    assert cell.count(f"{counted} and c.relnamespace = 'paper_trading'::regnamespace") == 1


def test_listen_and_notify(cell: Cell) -> None:
    def overheard() -> str:
        spy = cell.connect()
        spy.execute("listen twinbook_alerts")
        cell.tries("select oversight.report_crossing('paper', sha256('x'))", db=cell.connect("bob"))
        [told] = spy.notifies(timeout=10, stop_after=1)
        return told.payload

    assert UUID(overheard()), "an id that tells nothing"
    assert cell.code("select * from oversight.security_events") == "42501"
    cell.rewrite("oversight.raise_security_event", "made::text", "whose")
    assert overheard() == "bob"


def test_other_sessions_of_the_same_role(cell: Cell) -> None:
    price = "42.43"
    bob = cell.connect("bob")
    bob.execute("select place_order('AAPL', 'buy', 1, 'limit', %s::numeric)", [price])
    other = cell.desk.trader("bob")
    other.execute(f"select place_order('AAPL', 'buy', 1, 'limit', {price})".encode())
    activity = "select query, usename from pg_stat_activity where datname = current_database()"
    seen = cell.tries(activity)
    assert seen.tells("$1"), "the same login's statements are seen"
    assert not seen.tells(price), "but no parameter, and nothing of another login's"
    end = f"select pg_terminate_backend({other.info.backend_pid})"
    assert cell.code(end) == "42501"
    assert not cell.finds("application logins have no powers of Postgres's own")
    cell.remove("grant pg_read_all_stats to LOGIN")
    assert cell.tries(activity).tells(price)
    assert cell.finds("application logins have no powers of Postgres's own")
