"""What is measured, and against what. Each case gives two figures a round; run.py makes ratios."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg

from bench.stage import CLIENTS, PORTFOLIOS, PROCESSORS, Stage, sign_identity
from twinbook.failure import Failure

BOOK = "bench_book"
SIGNED = "bench_signed"
RESTING = "bench_resting"
UNAUDITED = "bench_unaudited"
EVENTS = "bench_events"
TPCB = "bench_tpcb"
TPCB_HOT = "bench_tpcb_hot"
SCALE = 20  # branches: enough that 8 clients seldom wait for one, and all of it in memory
_READER = "trader7"
_BATCH = 1000
_HELD = 20  # positions of the trader whose reads are timed


@dataclass(frozen=True)
class Case:
    """One row of the table: ``ours`` and ``theirs`` run for so many seconds and give a figure.

    A rate is to be at least ``must`` times theirs, a time at most. What isn't demanded yet only
    informs, and so does a case without a ``must``.
    """

    id: str
    work: str
    against: str
    unit: str
    must: float | None
    aim: float | None
    ours: Callable[[float], float]
    theirs: Callable[[float], float]
    is_time: bool = False
    demanded: bool = False

    def holds(self, ratio: float) -> bool | None:
        """Whether the ratio is what it must be; None where nothing must."""
        if self.must is None:
            return None
        return ratio <= self.must if self.is_time else ratio >= self.must


def prepare(scene: Stage, chosen: set[str], progress: Callable[[str], None], events: int) -> None:
    """Makes the databases that the chosen cases need, beside the book."""
    if chosen & {"P1", "P1c", "P1p"}:
        progress(f"pgbench's tables, scale {SCALE}")
        scene.initialize_tpcb(TPCB, SCALE)
    if "P1s" in chosen:
        progress("a copy of the book with a signed identity")
        sign_identity(scene, SIGNED, template=BOOK)
    if "P8" in chosen:
        scene.initialize_tpcb(TPCB_HOT, 1)
    if "P2" in chosen:
        progress("orders to read")
        with trader(scene, _READER) as db:
            for n in range(10 * _HELD):
                side = "sell" if n % 3 == 2 and n > _HELD else "buy"
                db.execute("select from place_order(%s, %s, 1)", [f"S{1 + n % _HELD}", side])
    if "P5" in chosen:
        progress("110,000 resting orders")
        scene.create(RESTING, template=BOOK)
        scene.script(RESTING, "resting.sql")
    if "P3" in chosen:
        scene.create(UNAUDITED, template=BOOK)
        scene.script(UNAUDITED, "unaudited.sql")
    if chosen & {"P7", "P7f"}:
        progress(f"{events:,} events")
        scene.create(EVENTS, template=BOOK)
        scene.script(EVENTS, "events.sql", events=events)


def cases(scene: Stage) -> list[Case]:
    """Every case, in the order of the design's table."""
    return [
        Case(
            "P1",
            f"market order filled, {CLIENTS} clients, {PORTFOLIOS:,} portfolios",
            f"TPC-B at scale {SCALE}",
            "a second",
            0.5,
            1.0,
            lambda seconds: _orders(scene, seconds),
            lambda seconds: scene.tpcb(TPCB, seconds),
            demanded=True,
        ),
        Case(
            "P1c",
            "the same without waiting for the disk",
            "the same",
            "a second",
            None,
            None,
            lambda seconds: _orders(scene, seconds, options=_AT_ONCE),
            lambda seconds: scene.tpcb(TPCB, seconds, options=_AT_ONCE),
        ),
        Case(
            "P1p",
            f"the same as P1c, {PROCESSORS} clients: one a processor",
            "the same",
            "a second",
            None,
            None,
            lambda seconds: _orders(scene, seconds, options=_AT_ONCE, clients=PROCESSORS),
            lambda seconds: scene.tpcb(TPCB, seconds, options=_AT_ONCE, clients=PROCESSORS),
        ),
        Case(
            "P1s",
            "the same as P1c, under the signed identity",
            "under the trusted one",
            "a second",
            0.75,
            0.95,
            lambda seconds: _calls(scene, SIGNED, seconds),
            lambda seconds: _calls(scene, BOOK, seconds),
            demanded=True,
        ),
        *(_read(scene, what) for what in ("positions", "orders")),
        Case(
            "P3",
            "market order filled, with audit and hash chain",
            "the same with them switched off",
            "ms",
            1.15,
            1.08,
            lambda seconds: CLIENTS * 1000 / _orders(scene, seconds),
            lambda seconds: CLIENTS * 1000 / _orders(scene, seconds, database=UNAUDITED),
            is_time=True,
        ),
        Case(
            "P4",
            f"quotes in batches of {_BATCH:,}, nothing rests",
            "COPY into the same history",
            "a second",
            0.3,
            0.6,
            lambda seconds: _record_quotes(scene, seconds),
            lambda seconds: _copy_quotes(scene, seconds),
        ),
        Case(
            "P5",
            "a quote that fills nothing, 110,000 orders rest",
            "the same, nothing rests",
            "ms",
            1.2,
            1.05,
            lambda seconds: _quote(scene, RESTING, seconds),
            lambda seconds: _quote(scene, BOOK, seconds),
            is_time=True,
        ),
        Case(
            "P7",
            "events verified: chains walked, state rebuilt and compared",
            "one, in a second on one core",
            "a second",
            50_000,
            150_000,
            lambda seconds: _verified(scene, "verify(true)"),
            lambda seconds: 1.0,
            demanded=True,
        ),
        Case(
            "P7f",
            "the same, and the state against the facts",
            "one, in a second on one core",
            "a second",
            None,
            None,
            lambda seconds: _verified(scene, "verify(false)"),
            lambda seconds: 1.0,
        ),
        Case(
            "P8",
            f"market order filled, {CLIENTS} clients on one portfolio",
            "TPC-B at scale 1",
            "a second",
            0.6,
            1.0,
            lambda seconds: _orders(scene, seconds, portfolios=1),
            lambda seconds: scene.tpcb(TPCB_HOT, seconds),
        ),
    ]


_AT_ONCE = "-c synchronous_commit=off"


def _orders(
    scene: Stage,
    seconds: float,
    portfolios: int = PORTFOLIOS,
    options: str = "",
    database: str = BOOK,
    clients: int = CLIENTS,
) -> float:
    return scene.rate(
        database,
        "bench_paper",
        "order.pgbench",
        seconds,
        clients,
        options=options,
        portfolios=portfolios,
    )


def _calls(scene: Stage, database: str, seconds: float) -> float:
    # What a trader says is looked up, a token or a name, so that both sides do the same.
    return scene.rate(
        database,
        "bench_paper",
        "caller.pgbench",
        seconds,
        options=_AT_ONCE,
        portfolios=PORTFOLIOS,
    )


def _verified(scene: Stage, call: str) -> float:
    """Events a second. Onward from nothing, what the facts say by themselves isn't asked."""
    with psycopg.connect(scene.address(EVENTS), autocommit=True) as db:
        db.execute("set max_parallel_workers_per_gather = 0")
        db.execute("set search_path = paper_trading, shared_data, pg_temp")
        begun = time.perf_counter()
        found = db.execute(
            "select sum(events), bool_and(chain_intact and rebuilt_equals_stored)"
            f" from {call}".encode()
        ).fetchone()
        passed = time.perf_counter() - begun
    if not found or not found[1]:
        raise Failure("the book of a million events isn't whole")
    return float(found[0]) / passed


def _read(scene: Stage, what: str) -> Case:
    # The same text and predicate on both sides; only the login differs.
    def milliseconds(user: str) -> Callable[[float], float]:
        def measure(seconds: float) -> float:
            with psycopg.connect(scene.address(BOOK)) as db:
                row = db.execute(
                    "select portfolio_id from paper_trading.portfolios where username = %s",
                    [_READER],
                ).fetchone()
            assert row
            rate = scene.rate(
                BOOK,
                user,
                f"{what}.pgbench",
                seconds,
                clients=1,
                options=f"-c app.current_user={_READER}",
                trader=_READER,
                portfolio=str(row[0]),
            )
            return 1000 / rate

        return measure

    return Case(
        "P2",
        {"positions": "a user's positions", "orders": "a user's last 50 orders"}[what] + ", RLS",
        "the same query past RLS",
        "ms",
        1.15,
        1.05,
        milliseconds("bench_paper"),
        milliseconds("postgres"),
        is_time=True,
        demanded=True,
    )


@contextmanager
def trader(scene: Stage, name: str) -> Iterator[psycopg.Connection]:
    """A connection as an application's, acting for a trader."""
    with psycopg.connect(scene.address(BOOK, "bench_paper"), autocommit=True) as db:
        db.execute("select set_config('app.current_user', %s, false)", [name])
        yield db


def _record_quotes(scene: Stage, seconds: float) -> float:
    moment = datetime.now(UTC).isoformat()
    batch = "{" + ",".join(f'"(S{n},99.99,100.01,100,,{moment},,)"' for n in _symbols()) + "}"
    with psycopg.connect(scene.address(BOOK, "bench_market_data"), autocommit=True) as db:
        return _BATCH * _repeat(
            seconds,
            lambda: db.execute(
                "select shared_data.record_quotes(%s::shared_data.quote[])", [batch], prepare=True
            ),
        )


def _copy_quotes(scene: Stage, seconds: float) -> float:
    moment = datetime.now(UTC).isoformat()
    row = f"market\trealtime\t{{}}\tquote\tS{{}}\t99.99\t100.01\t100\t{moment}\n"
    with psycopg.connect(scene.address(BOOK), autocommit=True) as db:
        found = db.execute("select coalesce(min(number), 0) from shared_data.market_data")
        (number,) = found.fetchone() or (0,)
        number = min(number, 0)  # below the feed's own numbers

        def copy() -> None:
            nonlocal number
            number -= _BATCH
            rows = "".join(row.format(number + n, n) for n in _symbols())
            with db.cursor().copy(_COPY) as target:
                target.write(rows)

        return _BATCH * _repeat(seconds, copy)


_COPY = (
    "copy shared_data.market_data "
    "(username, feed, number, kind, symbol, bid, ask, last, quoted_at) from stdin"
)


def _symbols() -> range:
    return range(1, _BATCH + 1)


def _quote(scene: Stage, database: str, seconds: float) -> float:
    with psycopg.connect(scene.address(database, "bench_market_data"), autocommit=True) as db:
        return 1000 / _repeat(
            seconds,
            lambda: db.execute(
                "select from shared_data.record_quote('S1', bid => 99.99, ask => 100.01)",
                prepare=True,
            ),
        )


def _repeat(seconds: float, act: Callable[[], object]) -> float:
    """How often a second, warm."""
    for _ in range(3):
        act()
    count, begun = 0, time.perf_counter()
    while (passed := time.perf_counter() - begun) < seconds or not count:
        act()
        count += 1
    return count / passed


def statements(scene: Stage) -> list[tuple[float, float, str]]:
    """What the server runs for one filled market order: calls, microseconds a call, the text."""
    count = 200
    with psycopg.connect(scene.address(BOOK), autocommit=True) as db:
        db.execute("create extension if not exists pg_stat_statements schema public")
        db.execute("alter role bench_paper set pg_stat_statements.track = 'all'")
        db.execute("select public.pg_stat_statements_reset()")
        scene.times(BOOK, "bench_paper", "order.pgbench", count, portfolios=PORTFOLIOS)
        db.execute("alter role bench_paper reset pg_stat_statements.track")
        return db.execute(
            """
            select s.calls / %s::float, s.mean_exec_time * 1000,
                   regexp_replace(s.query, '\\s+', ' ', 'g')
            from public.pg_stat_statements as s
            join pg_roles as r on r.oid = s.userid and r.rolname <> 'postgres'
            where s.calls >= %s and not (s.toplevel and s.query !~ 'place_order')
            order by s.toplevel, s.total_exec_time desc
            """,
            [count, count / 10],
        ).fetchall()


def check_book(scene: Stage) -> int:
    """The orders placed. Raises Failure unless each was filled and the book is whole."""
    with psycopg.connect(scene.address(BOOK)) as db:
        db.execute("set search_path = paper_trading, shared_data, pg_temp")
        rows = db.execute("select status, count(*) from orders group by status").fetchall()
        found = db.execute("select what, count(*) from differences() group by what").fetchall()
    by_status = {str(status): int(count) for status, count in rows}
    if set(by_status) != {"FILLED"} or found:
        raise Failure(f"the book is not as it should be: {by_status}, {found}")
    return by_status["FILLED"]
