"""The examples and the README do what they show: executed, as an application's login.

`make docs` writes what they show anew.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tools import examples as tool


@pytest.fixture
def login(db_url: str) -> Iterator[str]:
    """An application's address, where setup.sql has been run."""
    tool.set_up(db_url)
    with tool.application(db_url) as url:
        yield url


@pytest.mark.parametrize("example", tool.examples(), ids=lambda file: file.name)
def test_an_example_prints_what_is_kept(login: str, example: Path) -> None:
    now = tool.blank(tool.run(example, login))
    assert now == tool.blank(tool.kept(example).read_text()), "is it meant? Then: make docs"


def test_every_output_has_its_example() -> None:
    outputs = set(tool.EXAMPLES.glob("*.out"))
    assert outputs == {tool.kept(example) for example in tool.examples()}


def test_the_readme_does_what_it_shows(db_url: str) -> None:
    now = tool.blank(tool.readme(db_url))
    assert now == tool.blank(tool.README.read_text()), "is it meant? Then: make docs"


def test_the_page_on_live_trading_does_what_it_shows(db_url: str) -> None:
    now = tool.blank(tool.live(db_url))
    assert now == tool.blank(tool.LIVE.read_text()), "is it meant? Then: make docs"
