"""Plays a case: the act under a worker that dies before one of its steps, then one that goes on."""

import multiprocessing
from contextlib import suppress
from dataclasses import dataclass, field

from tests.crash.cases import BROKERS, TROUBLES, Case
from tests.crash.victim import Fate, live
from tests.py.sync.agreement import disagreements
from tests.py.sync.firm import Firm, Office
from twinbook.server import Server

_PATIENCE = 60  # seconds for a worker's whole life

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(
    ["tests.crash.victim", *(f"twinbook.brokers.{broker}" for broker in BROKERS)]
)


@dataclass
class Played:
    """What came of a case with one death: the steps until then, and what was wrong afterwards."""

    steps: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    held: int = 0
    died: bool = False


def play(office: Office, case: Case, step: int = 0, postgres: Server | None = None) -> Played:
    """One case. Without a step nothing dies, and the steps are all there are.

    With a server, it is that one that dies, and not the worker.
    """
    played = Played()
    with office.firm(case.broker) as firm:
        given = case.story.before(firm)
        case.trouble.make(firm, case.story.call)
        case.story.act(firm, given)
        is_calm = case.trouble is TROUBLES[0]
        fate = Fate(step, is_calm, None if postgres is None else postgres.data)
        played.died = _live(firm, fate, played.steps)
        if postgres is not None and postgres.pid is None:
            postgres.start()
            office.reconnect()
        _recover(firm, played)
    return played


def _live(firm: Firm, fate: Fate, steps: list[str]) -> bool:
    """The worker's life; whether it ended before its time."""
    ours, theirs = processes.Pipe(duplex=False)
    worker = processes.Process(
        target=live, args=(firm.office.url, firm.person, fate, theirs), daemon=True
    )
    worker.start()
    theirs.close()
    with suppress(EOFError):
        while ours.poll(_PATIENCE) and (name := ours.recv()) is not None:
            steps.append(name)
    worker.join(_PATIENCE)
    ours.close()
    return worker.exitcode != 0


def _recover(firm: Firm, played: Played) -> None:
    """Another worker goes on; a person decides on what the broker can't tell."""
    try:
        firm.worker = firm.new_worker()
        firm.settle()
        played.held = decide_what_is_held(firm, played.wrong)
        firm.settle()
        played.wrong += disagreements(firm)
    except AssertionError as error:
        played.wrong.append(str(error))
    played.wrong += [f"the worker failed: {one}" for one in firm.failures]


def decide_what_is_held(firm: Firm, wrong: list[str]) -> int:
    """How many orders are held: each has an alarm, and the broker really has none."""
    held = [one for one in firm.rows() if one.state == "HELD"]
    for sent in held:
        if firm.broker == "alpaca":
            wrong.append(f"{sent.client_id} was held, though Alpaca tells what it has")
        if any(one.client_id == str(sent.client_id) for one in firm.standin.orders()):
            wrong.append(f"{sent.client_id} was held, though the broker shows it")
        if "order_held" not in firm.alarms():
            wrong.append(f"{sent.client_id} was held without an alarm")
        with firm.session() as book:
            book.resolve_order(sent.client_id, "looked it up at the broker")
    return len(held)
