"""The matrix as a page of the documentation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.cases import BROKERS, STORIES, TROUBLES, cases

PAGE = Path(__file__).parents[2] / "docs" / "crash-matrix.md"

_HEAD = """# The crash matrix

Written by `make crash`, which plays each case anew for each of its steps: a worker's process gets
SIGKILL right before that step, another worker goes on, and then the broker's stand-in and the book
have to agree: every order once, every fill once, the same position and cash, a book that verifies,
no difference left. A step is a request that may change something at the broker, or a commit of
something written; dying between two steps is dying before the second one. With `--postgres` the
database gets the SIGKILL instead, restarts, and a worker goes on.

A number is how many steps there were, so how many workers died. In parentheses: in how many of
these the order was held for a person, with an alarm, because the broker can't prove that it has
none: Tradier lists the present day alone, Kraken forgets a client id once its order is over.
Nothing was ever held that had landed. A dash: the broker has no such thing.
"""


@dataclass
class Result:
    """What came of a case: its steps, how many deaths, how often a person had to decide."""

    steps: list[str]
    deaths: int = 0
    held: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.deaths}" + (f" ({self.held})" if self.held else "")


def rows() -> list[tuple[str, str, tuple[bool, ...]]]:
    """What the table lists: story, misbehaviour, and at which brokers."""
    listed = {(case.story.name, case.trouble.name, case.broker) for case in cases()}
    return [
        (story.name, trouble.name, there)
        for story in STORIES
        for trouble in TROUBLES
        if any(there := tuple((story.name, trouble.name, one) in listed for one in BROKERS))
    ]


def listed_rows() -> list[tuple[str, str, tuple[bool, ...]]]:
    """What the page lists, read back."""
    found = []
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 5 and cells[2] != "Tradier":
            found.append((cells[0], cells[1], tuple(cell != "-" for cell in cells[2:])))
    return found


def write(results: Mapping[str, Result]) -> None:
    """Writes the page, from the results of all cases by their names."""
    by_case = {case: results[case.name] for case in cases()}
    told = {(one.story.name, one.trouble.name, one.broker): str(r) for one, r in by_case.items()}
    lines = [
        _HEAD,
        "| what is done | what goes wrong besides | Tradier | Alpaca | Kraken |",
        "|---|---|---|---|---|",
    ]
    for story, trouble, _ in rows():
        numbers = [told.get((story, trouble, broker), "-") for broker in BROKERS]
        lines.append(f"| {story} | {trouble} | {' | '.join(numbers)} |")
    deaths = sum(result.deaths for result in results.values())
    lines += ["", f"{len(results)} cases, {deaths} deaths.", "", "## The steps", ""]
    for case, result in by_case.items():
        if case.trouble is TROUBLES[0]:
            lines.append(f"- {case.broker}, {case.story.name}: {', '.join(result.steps)}.")
    PAGE.write_text("\n".join(lines) + "\n")
