"""Plays a case: the act under a worker that dies before one of its steps, then one that goes on."""

import multiprocessing
from contextlib import suppress
from dataclasses import dataclass, field

from tests.crash.cases import Case
from tests.crash.victim import Fate, live
from tests.py.sync.agreement import disagreements
from tests.py.sync.firm import Firm, Office

from twinbook.server import Server

_PATIENCE = 60  # seconds for a worker's whole life

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(
    [
        "tests.crash.victim",
        "twinbook.brokers.tradier",
        "twinbook.brokers.alpaca",
        "twinbook.brokers.kraken",
    ]
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
        fate = Fate(step) if postgres is None else Fate(step, postgres.data)
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
        for sent in [one for one in firm.rows() if one.state == "HELD"]:
            played.held += 1
            _decide(firm, played, sent.client_id)
        firm.settle()
        played.wrong += disagreements(firm)
    except AssertionError as error:
        played.wrong.append(str(error))
    played.wrong += [f"the worker failed: {one}" for one in firm.failures]


def _decide(firm: Firm, played: Played, client_id: object) -> None:
    landed = [one for one in firm.standin.orders() if one.client_id == str(client_id)]
    if firm.broker == "alpaca":
        played.wrong.append(f"{client_id} was held, though Alpaca tells what it has")
    if landed:
        played.wrong.append(f"{client_id} was held, though the broker shows it")
    if "order_held" not in firm.alarms():
        played.wrong.append(f"{client_id} was held without an alarm")
    with firm.session() as book:
        book.resolve_order(client_id, "looked it up at the broker")  # type: ignore[arg-type]
