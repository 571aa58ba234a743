"""``python -m tests.crash.load``: four workers, many orders, brokers that misbehave by chance.

Workers are killed, too, and others take their place. In the end everything calms down, and each
stand-in and the book agree. The seed decides what goes wrong; how it falls together doesn't repeat.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from decimal import Decimal
from multiprocessing.process import BaseProcess
from typing import Any

import click

from tests.crash.play import decide_what_is_held, processes
from tests.py.sync.agreement import disagreements
from tests.py.sync.firm import KEY, Firm, Office, hurry, login_of
from tests.support.databases import scratch_server
from twinbook import connect
from twinbook.brokers import Vault
from twinbook.brokers.standin import STAND_INS
from twinbook.errors import TwinbookError
from twinbook.migrate import migrate
from twinbook.rows import Order
from twinbook.sync import Worker

WORKERS = 4
PEOPLE = 2  # at each broker
_RATE = 0.08
_LIFE = 4.0  # seconds until a worker is killed, more or less
_SMALL = {"tradier": Decimal(1), "alpaca": Decimal(1), "kraken": Decimal("0.01")}


def carry(url: str) -> None:
    """A worker's whole life: it works until somebody kills it."""
    hurry()
    with connect(url) as db:
        terms = {"every": timedelta(seconds=1), "lease": timedelta(seconds=3)}
        Worker(db, Vault(KEY), **terms).run()  # type: ignore[arg-type]


def run(office: Office, orders: int, seconds: float, seed: int) -> tuple[int, list[str]]:
    """So many orders in about so many seconds; how many were placed, and what was wrong."""
    chance = random.Random(seed)  # noqa: S311
    with ExitStack() as stack:
        firms = list(_firms(office, stack))
        for firm in firms:
            firm.standin.fail_at_random(_RATE, seed=seed)
        pool = stack.enter_context(_workers(office.url))
        placed = _trade(firms, pool, orders, seconds, chance)
        for firm in firms:
            firm.standin.behave()
        _kill(pool)
        return placed, [
            f"{firm.broker}, {firm.person}: {one}" for firm in firms for one in _calm_down(firm)
        ]


def _firms(office: Office, stack: ExitStack) -> Iterator[Firm]:
    for broker, kind in STAND_INS.items():
        logins = [login_of(broker, number) for number in range(PEOPLE)]
        standin = stack.enter_context(kind(logins=logins, limit_factor=0))
        for login in logins:
            firm = Firm(office, standin, login)
            firm.register()
            firm.open()
            yield firm


@contextmanager
def _workers(url: str) -> Iterator[list[BaseProcess]]:
    pool = [_new(url) for _ in range(WORKERS)]
    try:
        yield pool
    finally:
        _kill(pool)


def _new(url: str) -> BaseProcess:
    worker = processes.Process(target=carry, args=(url,), daemon=True)
    worker.start()
    return worker


def _kill(pool: list[BaseProcess]) -> None:
    for worker in pool:
        if worker.pid:
            with suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGKILL)
        worker.join()


def _trade(
    firms: list[Firm], pool: list[BaseProcess], orders: int, seconds: float, chance: random.Random
) -> int:
    placed: dict[str, list[Order]] = {firm.person: [] for firm in firms}
    began = time.monotonic()
    for number in range(orders):
        firm = chance.choice(firms)
        with suppress(TwinbookError):  # such as a cancel of what is over
            _act(firm, placed[firm.person], chance)
        while time.monotonic() - began < seconds * (number + 1) / orders:
            time.sleep(0.01)
        _let_time_pass(firm.office)
        if chance.random() < WORKERS * seconds / orders / _LIFE:
            victim = chance.randrange(WORKERS)
            _kill([pool[victim]])
            pool[victim] = _new(firm.office.url)
    return sum(map(len, placed.values()))


def _act(firm: Firm, mine: list[Order], chance: random.Random) -> None:
    small = _SMALL[firm.broker]
    what = chance.random()
    move = Decimal(chance.randint(-30, 30)) / 1000
    firm.quote(firm.at(str(1 + move)))
    if what < 0.35:
        bracket = {"stop_loss": firm.at("0.96"), "take_profit": firm.at("1.04")}
        mine.append(firm.place("buy", small, **(bracket if chance.random() < 0.4 else {})))
    elif what < 0.5:
        mine.append(firm.place("sell", small))
    else:
        mine.append(firm.place("buy", small, limit_price=firm.at(str(1 + move - Decimal("0.01")))))
    if mine and chance.random() < 0.4:
        chosen = firm.order(chance.choice(mine[-10:]))
        if chance.random() < 0.5:
            firm.cancel(chosen)
        else:
            firm.replace(chosen, limit_price=firm.at(str(1 + move - Decimal("0.02"))))


def _let_time_pass(office: Office) -> None:
    """What waits for minutes has waited for them; leases run on."""
    office.sql(
        "update live_trading.order_outbox set not_before = not_before - %s,"
        " sending_at = sending_at - %s, over_at = over_at - %s"
        " where state not in ('OVER', 'WITHDRAWN')",
        *[timedelta(seconds=20)] * 3,
    )


def _calm_down(firm: Firm) -> list[str]:
    try:
        with firm.session() as book:
            book.cancel_all()  # Alpaca takes no stop against a working entry
        firm.settle(40)
        wrong: list[str] = []
        decide_what_is_held(firm, wrong)
        firm.settle(40)
    except AssertionError as error:
        return [str(error)]
    return [*wrong, *disagreements(firm), *_duplicates(firm)]


def _duplicates(firm: Firm) -> list[str]:
    fills: list[Any] = [one for one in firm.standin.fills() if one.account == firm.account]
    landed = [one.client_id for one in firm.standin.orders() if one.account == firm.account]
    twice = {one for one in landed if one and landed.count(one) > 1}
    return [f"{one} landed twice" for one in twice] + (
        [] if len({one.id for one in fills}) == len(fills) else ["a fill came twice"]
    )


@click.command()
@click.option("--orders", default=500, show_default=True)
@click.option("--seconds", default=180.0, show_default=True)
@click.option("--seed", default=1, show_default=True)
def main(orders: int, seconds: float, seed: int) -> None:
    """Play it on a server of its own; exit 1 if anything is wrong."""
    hurry()
    with scratch_server() as server:
        assert server.url
        migrate(server.url)
        with Office(server.url) as office:
            office.furnish()
            placed, wrong = run(office, orders, seconds, seed)
    for one in wrong:
        click.echo(one)
    click.echo(f"{placed} orders, {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
