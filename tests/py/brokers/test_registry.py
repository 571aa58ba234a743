"""A broker is a module and an entry point."""

import sys
import tomllib
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from tests.py.brokers.script import token

from twinbook.brokers import UnknownBroker, broker_names, find_broker, open_broker
from twinbook.brokers.tradier import Tradier

PROJECT = Path(__file__).parents[3] / "pyproject.toml"
DECLARED: dict[str, str] = tomllib.loads(PROJECT.read_text())["project"]["entry-points"][
    "twinbook.brokers"
]
MODULE = """
from twinbook.brokers.tradier import Tradier

class Mine(Tradier):
    name = "mine"

class Stranger:
    pass
"""
Install = Callable[[str, dict[str, str]], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a package with entry points where Python finds it."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "broker_of_mine.py").write_text(MODULE)

    def install_it(package: str, points: dict[str, str]) -> None:
        info = tmp_path / f"{package}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        lines = [f"{name} = {value}" for name, value in points.items()]
        (info / "entry_points.txt").write_text("\n".join(["[twinbook.brokers]", *lines, ""]))
        sys.modules.pop("broker_of_mine", None)

    return install_it


def test_ours_are_declared_and_bear_their_names() -> None:
    assert set(DECLARED) == {"tradier", "alpaca", "kraken"}
    for name, value in DECLARED.items():
        assert EntryPoint(name, value, "twinbook.brokers").load().name == name


def test_ours_are_found(install: Install) -> None:
    install("twinbook_again", DECLARED)
    assert set(broker_names()) >= set(DECLARED)
    assert find_broker("tradier") is Tradier
    with open_broker("tradier", token(), "http://localhost:8080") as broker:
        assert broker.address == "http://localhost:8080"


def test_a_new_broker_is_a_module_and_an_entry_point(install: Install) -> None:
    install("their_package", {"mine": "broker_of_mine:Mine"})
    assert "mine" in broker_names()
    with open_broker("mine", token()) as broker:
        assert broker.name == "mine"


def test_an_unknown_broker_says_which_are_known(install: Install) -> None:
    install("their_package", {"mine": "broker_of_mine:Mine"})
    with pytest.raises(UnknownBroker) as unknown:
        find_broker("nobody")
    assert "mine" in unknown.value.hint


def test_two_packages_cannot_be_one_broker(install: Install) -> None:
    install("one", {"mine": "broker_of_mine:Mine"})
    install("other", {"mine": "broker_of_mine:Stranger"})
    with pytest.raises(UnknownBroker) as twice:
        find_broker("mine")
    assert "uninstall" in twice.value.hint


@pytest.mark.parametrize(
    "value", ["broker_of_mine:Stranger", "broker_of_mine:Missing", "missing_module:Mine"]
)
def test_what_cannot_be_used_says_so(install: Install, value: str) -> None:
    install("their_package", {"mine": value})
    with pytest.raises(UnknownBroker) as unusable:
        find_broker("mine")
    assert unusable.value.hint
