"""A sample of the crash matrix, which ``make crash`` plays in full, and of the load."""

import os
from collections.abc import Iterator

import pytest
from tests.crash import load
from tests.crash.cases import BROKERS, STORIES, TROUBLES, Case, cases
from tests.crash.play import play
from tests.crash.table import listed_rows, rows
from tests.py.sync.firm import Office

from twinbook.migrate import migrate
from twinbook.server import Server

LOAD = float(os.environ.get("TWINBOOK_LOAD", "1"))


def _case(story: str, trouble: str, broker: str) -> Case:
    return next(
        one
        for one in cases()
        if (one.story.name, one.trouble.name, one.broker) == (story, trouble, broker)
    )


def test_the_page_lists_the_cases() -> None:
    assert listed_rows() == rows()


def test_each_story_and_misbehaviour_is_played() -> None:
    assert {case.story.name for case in cases()} == {story.name for story in STORIES}
    assert {case.trouble.name for case in cases()} == {trouble.name for trouble in TROUBLES}


@pytest.mark.parametrize("broker", BROKERS)
def test_a_worker_dies_while_an_order_is_sent(office: Office, broker: str) -> None:
    case = _case("an entry fills, and its stop is placed", TROUBLES[0].name, broker)
    alive = play(office, case)
    assert (alive.wrong, alive.died) == ([], False)
    begun = alive.steps.index("commit begin_sending") + 1
    for step in range(begun + 1, begun + 4):
        played = play(office, case, step)
        assert (played.wrong, played.died) == ([], True), played.steps
        # Between the intent and the request nobody can tell, but by an id that is refused twice.
        assert played.held == (step == begun + 1 and broker != "alpaca")


@pytest.fixture
def durable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("durable")
    for parent in (folder, *folder.parents):
        if "pytest-of-" in str(parent):
            parent.chmod(0o711)
    server = Server(folder / "data")
    try:
        yield server
    finally:
        server.kill()


def test_postgres_dies_while_an_order_is_sent(durable: Server) -> None:
    url = durable.start()
    migrate(url)
    with Office(url) as office:
        office.furnish()
        case = _case("a market order fills", "done, and the connection drops", "alpaca")
        played = play(office, case, 3, durable)
        assert played.wrong == [], played.steps


def test_workers_share_accounts_that_misbehave(office: Office) -> None:
    placed, wrong = load.run(office, orders=int(25 * LOAD), seconds=4 * LOAD, seed=1)
    assert wrong == []
    assert placed
