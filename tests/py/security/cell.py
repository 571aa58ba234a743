"""A prisoner with any statement: alice's session by a login of the paper book, beside bob's rows.

The login has what an SQL injection has: whatever its role may do, in any transaction. Bob's rows
hold marks that nothing of alice's may ever be told. The installer, a superuser, takes protections
away, so that each test sees the leak that it guards against.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import conninfo, sql
from psycopg.rows import dict_row
from tests.py.applications import Desk, Quote, open_desk, place, record

from twinbook import doctor
from twinbook.migrate import migrate

Db = psycopg.Connection[Any]

SECRET = "bobs-secret"  # noqa: S105
MARKS = [SECRET, "bob@example.com", "77.31", "50713"]
_PATH = "paper_trading,shared_data,pg_temp"
_PASSWORD = "only-for-tests"  # noqa: S105


@dataclass
class Outcome:
    """All that a statement told: its error's code, its rows, and every word that came with it."""

    code: str = ""
    rows: list[Any] = field(default_factory=list)
    said: str = ""

    def tells(self, *marks: str) -> bool:
        """Whether any of these stands in what was said, or in a row."""
        return re.search("|".join(map(re.escape, marks)), self.said) is not None


class Cell:
    """One login of the paper book, on a database where bob trades too."""

    def __init__(self, desk: Desk, login: str, stack: ExitStack) -> None:
        self.desk, self.login, self._stack = desk, login, stack
        self._token = ""
        self.installer = desk.installer()
        self.marks = [*MARKS, *self._bobs_ids()]

    @property
    def url(self) -> str:
        """The login's address."""
        return conninfo.make_conninfo(self.desk.url, user=self.login, password=_PASSWORD)

    def connect(self, person: str = "alice", **options: str) -> Db:
        """A connection of the login's; as alice, unless somebody else is named, or nobody."""
        given = {"search_path": _PATH, "statement_timeout": "10s"} | options
        db = self._stack.enter_context(
            psycopg.connect(
                self.url,
                options=" ".join(f"-c {name}={value}" for name, value in given.items()),
                autocommit=True,
                prepare_threshold=None,
            )
        )
        if person:
            proof = self._token if self._token and person == "alice" else person
            db.execute("select set_config('app.current_user', %s, false)", [proof])
        return db

    def sign(self) -> None:
        """From here on the identity is signed, and alice's connections hold a token of hers."""
        migrate(self.desk.url, identity="signed")
        minted = self.installer.execute("select identity.mint_token('alice', 'paper', '1 hour')")
        [(self._token,)] = minted.fetchall()

    def tries(self, *statements: str, db: Db | None = None) -> Outcome:
        """Runs statements as alice until one fails; tells all that the last of them did."""
        db = db or self.connect()
        outcome = Outcome()
        words: list[str] = []
        db.add_notice_handler(lambda notice: words.append(_words(notice)))
        for statement in statements:
            try:
                with db.cursor(row_factory=dict_row) as cursor:
                    if re.match(r"\s*copy\b.*\bto stdout", statement, re.IGNORECASE | re.DOTALL):
                        with cursor.copy(statement.encode()) as copy:
                            outcome.rows = [bytes(line).decode() for line in copy]
                    else:
                        cursor.execute(statement.encode())
                        outcome.rows = cursor.fetchall() if cursor.description else []
            except psycopg.Error as error:
                outcome.code, outcome.rows = error.sqlstate or "client", []
                # Not where it says what alice wrote herself.
                words.append(_words(error.diag).replace(statement, ""))
                break
            words.append(str(outcome.rows))
        outcome.said = "\n".join(words)
        return outcome

    def code(self, *statements: str) -> str:
        """The code that refuses one of the statements; empty if nothing does."""
        return self.tries(*statements).code

    def count(self, query: str, db: Db | None = None) -> int:
        """How many rows alice gets."""
        outcome = self.tries(query, db=db)
        assert not outcome.code, outcome.said
        return len(outcome.rows)

    def remove(self, *protections: str) -> None:
        """Takes protections away, as the superuser; LOGIN stands for the login."""
        for protection in filter(None, protections):
            self.installer.execute(protection.replace("LOGIN", self.login).encode())

    def rewrite(self, function: str, old: str, new: str) -> None:
        """Makes a function anew with a part of its text replaced."""
        text = self.installer.execute(
            "select pg_get_functiondef(%s::regproc)", [function]
        ).fetchone()
        assert text
        assert old in text[0]
        self.installer.execute(text[0].replace(old, new).encode())

    def finds(self, check: str) -> bool:
        """Whether twinbook doctor complains under this name."""
        [finding] = [f for f in doctor.examine(self.desk.url) if f.check == check]
        return finding.state != "ok"

    def truth(self) -> dict[str, str]:
        """Every table that isn't alice's own doing, as one checksum each, seen by the superuser."""
        tables = self.installer.execute(
            """
            select c.oid::regclass::text, exists (
              select from pg_attribute as a
              where a.attrelid = c.oid and a.attname = 'username' and not a.attisdropped)
            from pg_class as c
            where c.relkind = 'r' and c.relnamespace in (
              select oid from pg_namespace
              where nspowner = 'twinbook_owner'::regrole and nspname <> 'twinbook_history')
            """
        ).fetchall()
        sums = "select %L, md5(string_agg(t::text, e'\\n' order by t::text)) from %s as t"
        parts = [
            self.installer.execute(
                "select format(%s, %s::text, %s::text)",
                [
                    sums + (" where username not in ('alice', '')" if is_tenant else ""),
                    table,
                    table,
                ],
            ).fetchone()
            for table, is_tenant in tables
        ]
        union = " union all ".join(part[0] for part in parts if part)
        return dict(self.installer.execute(union.encode()).fetchall())

    def facts(self) -> set[str]:
        """Alice's facts, which nobody may alter: a checksum each."""
        tables = ["paper_trading.executions", "paper_trading.ledger_entries"]
        tables += ["paper_trading.audit_log", "oversight.audit_log", "oversight.security_events"]
        tables += ["shared_data.data_access_log", "paper_trading.portfolio_snapshots"]
        rows = " union all ".join(
            f"select md5(t::text) from {table} as t where username = 'alice'" for table in tables
        )
        return {row[0] for row in self.installer.execute(rows.encode())}

    def bobs_names(self) -> dict[str, str]:
        """What attacks call bob's things by, and the login."""
        [row] = self.installer.execute(
            "select o.order_id, o.portfolio_id::text, "
            "(select min(t.trade_id) from paper_trading.trades as t where t.username = 'bob') "
            "from paper_trading.orders as o where o.username = 'bob' and o.status = 'OPEN' "
            "and o.purpose = 'trade'"
        ).fetchall()
        return {"order": row[0], "portfolio": row[1], "trade": row[2], "login": self.login}

    def _bobs_ids(self) -> list[str]:
        rows = self.installer.execute(
            "select portfolio_id::text from paper_trading.portfolios where username = 'bob' "
            "union all select order_id from paper_trading.orders where username = 'bob' "
            "union all select trade_id from paper_trading.trades where username = 'bob' "
            "union all select portfolio_id::text from live_trading.portfolios"
        )
        return [str(row[0]) for row in rows]


@contextmanager
def locked_up(url: str) -> Iterator[Cell]:
    """Alice and bob trade on paper, bob in the live book too; the login is gone afterwards."""
    login = f"hostile_{conninfo.conninfo_to_dict(url)['dbname']}"[:60]
    with open_desk(url) as desk, ExitStack() as stack:
        installer = desk.installer()
        installer.execute(
            sql.SQL("create role {} login inherit password {} in role twinbook_paper").format(
                sql.Identifier(login), _PASSWORD
            )
        )
        try:
            _set_stage(desk)
            yield Cell(desk, login, stack)
        finally:
            stack.close()
            installer.execute("reset role")
            installer.execute(sql.SQL("drop owned by {} cascade").format(sql.Identifier(login)))
            installer.execute(sql.SQL("drop role {}").format(sql.Identifier(login)))


def _set_stage(desk: Desk) -> None:
    installer = desk.installer()
    for person in ("alice", "bob"):
        installer.execute(
            "select identity.register_user(%s, %s)", [person, f"{person}@example.com"]
        )
    desk.add_instruments("AAPL", "MSFT")
    record(
        desk.prices(),
        [Quote("AAPL", bid=99, ask=101, last=100), Quote("MSFT", bid=9, ask=11)],  # type: ignore[arg-type]
    )
    for person, price, terms in (
        ("alice", 70, {"strategy": "hers", "idempotency_key": "her-key"}),
        ("bob", "77.31", {"strategy": SECRET, "idempotency_key": "his-key"}),
    ):
        trader = desk.trader(person)
        trader.execute("select open_portfolio('main', initial_balances => '{\"USD\": 100000}')")
        place(trader, "AAPL", "buy", 3, **terms, stop_loss=50)
        rest = {"order_type": "limit", "time_in_force": "GTC", "strategy": terms["strategy"]}
        place(trader, "AAPL", "buy", 7, **rest, limit_price=price)
    desk.trader("bob").execute(
        "select place_order('MSFT', 'buy', 1, context => '{\"why\": \"50713\"}')"
    )
    desk.trader("bob").execute("select shared_data.open_feed('bobs-secret')")
    live = desk.installer()
    live.execute("set search_path = live_trading, shared_data, pg_temp")
    live.execute("set \"app.current_user\" = 'bob'")
    live.execute("select open_portfolio('main', initial_balances => '{\"USD\": 50713}')")
    installer.execute("select shared_data.take_snapshots()")
    installer.execute("analyze")


def _words(said: Any) -> str:
    return " ".join(
        str(part)
        for part in (
            said.message_primary,
            said.message_detail,
            said.message_hint,
            said.context,
            said.internal_query,
        )
        if part
    )
