"""Measures everything side by side on a durable server of its own: ``make bench``."""

import argparse
import json
import statistics
import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bench import cases
from bench.cases import BOOK, Case
from bench.stage import flushes_a_second, make_book, stage
from twinbook.failure import Failure
from twinbook.server import find_binaries

RESULTS = Path(__file__).parent / "results.json"
_SECONDS = 8.0
_QUICK_SECONDS = 2.0
_LEAST_ROUNDS = 3
_EVENTS = 1_000_000
_QUICK_EVENTS = 100_000


def main() -> int:
    """Exit code 1 where a demanded figure is missed or the book comes out wrong, else 0."""
    wanted = _arguments()
    seconds = _QUICK_SECONDS if wanted.quick else _SECONDS
    said = Console(stderr=True)
    try:
        with stage(wanted.data) as scene:
            said.print("a server, a book, 1,000 portfolios ...")
            make_book(scene, BOOK)
            chosen = [c for c in cases.cases(scene) if not wanted.only or c.id in wanted.only]
            if not chosen:
                raise Failure(f"no benchmark {', '.join(wanted.only)}", "leave --only out")
            events = _QUICK_EVENTS if wanted.quick else _EVENTS
            cases.prepare(scene, {case.id for case in chosen}, said.print, events)
            rounds = _measure(chosen, wanted.rounds, seconds, said)
            counted = cases.statements(scene) if scene.counts else []
            filled = cases.check_book(scene)
            return _report(chosen, rounds, counted, flushes_a_second(scene), filled, seconds)
    except Failure as failure:
        said.print(f"[red]{failure}[/red]")
        return 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="2 seconds a figure instead of 8")
    parser.add_argument("--rounds", type=int, default=_LEAST_ROUNDS, help="at least 3")
    parser.add_argument("--only", action="append", default=[], metavar="P1", help="may be repeated")
    parser.add_argument("--data", type=Path, help="a folder on the disk to measure")
    wanted = parser.parse_args()
    if wanted.rounds < _LEAST_ROUNDS:
        parser.error(f"a median takes at least {_LEAST_ROUNDS} rounds")
    return wanted


def _measure(
    chosen: list[Case], rounds: int, seconds: float, said: Console
) -> list[list[tuple[float, float]]]:
    """For each case its rounds, each ours and theirs; every case once a round, after a warm-up."""
    found: list[list[tuple[float, float]]] = [[] for _ in chosen]
    columns = TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=said) as progress:
        task = progress.add_task("", total=len(chosen) * 2 * (rounds + 1))
        for turn in range(rounds + 1):
            for place, case in enumerate(chosen):
                name = f"{case.id}, {f'round {turn}' if turn else 'warm-up'}"
                spent = seconds if turn else min(seconds, _QUICK_SECONDS)
                progress.update(task, description=f"{name}: {case.work}")
                # Who goes first changes, so that neither always gets the other's wake.
                order = (case.ours, case.theirs) if turn % 2 else (case.theirs, case.ours)
                figures = []
                for side in order:
                    figures.append(side(spent))
                    progress.advance(task)
                if turn:
                    one, other = figures
                    found[place].append((one, other) if turn % 2 else (other, one))
    return found


def _report(
    chosen: list[Case],
    rounds: list[list[tuple[float, float]]],
    counted: list[tuple[float, float, str]],
    flushes: float,
    filled: int,
    seconds: float,
) -> int:
    out = Console()
    if not out.is_terminal:
        out.width = 120
    table = Table(box=None, pad_edge=False)
    for name in ("", "work, against", "ours", "theirs", "", "ratio", "rounds", "must", "aim", ""):
        right = name in {"ours", "theirs", "ratio", "must", "aim"}
        fits = name == "work, against"
        table.add_column(name, justify="right" if right else "left", no_wrap=not fits)
    rows = []
    for case, figures in zip(chosen, rounds, strict=True):
        ratios = [ours / theirs for ours, theirs in figures]
        ratio = statistics.median(ratios)
        ours, theirs = (statistics.median(side) for side in zip(*figures, strict=True))
        sign = "" if case.must is None else "<= " if case.is_time else ">= "
        table.add_row(
            case.id,
            f"{case.work}\n  [dim]{case.against}[/dim]",
            _figure(ours),
            _figure(theirs),
            case.unit,
            f"[bold]{ratio:.2f}[/bold]",
            f"{min(ratios):.2f} to {max(ratios):.2f}",
            "" if case.must is None else f"{sign}{case.must:g}",
            "" if case.aim is None else f"{case.aim:g}",
            _verdict(case, ratio),
        )
        rows.append(
            {
                "id": case.id,
                "work": case.work,
                "against": case.against,
                "unit": case.unit,
                "rounds": [{"ours": ours, "theirs": theirs} for ours, theirs in figures],
                "ratio": ratio,
                "must": case.must,
                "aim": case.aim,
                "demanded": case.demanded,
                "holds": case.holds(ratio),
            }
        )
    out.print(table)
    out.print(
        f"\n{flushes:,.0f} flushes a second on this disk. {filled:,} orders placed: "
        "all filled, and the book is whole.",
        highlight=False,
    )
    _print_statements(out, counted)
    results = {
        "postgres": find_binaries().major,
        "seconds": seconds,
        "flushes_a_second": flushes,
        "orders": filled,
        "cases": rows,
        "statements_an_order": [
            {"calls": calls, "microseconds": micros, "text": text}
            for calls, micros, text in counted
        ],
    }
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    return 1 if any(row["demanded"] and not row["holds"] for row in rows) else 0


def _verdict(case: Case, ratio: float) -> str:
    if not case.demanded:
        return "[dim]informs[/dim]"
    return "[green]holds[/green]" if case.holds(ratio) else "[red]missed[/red]"


def _print_statements(out: Console, counted: list[tuple[float, float, str]]) -> None:
    if not counted:
        out.print("\nStatements weren't counted: this server has no pg_stat_statements.")
        return
    ours = [row for row in counted if not _is_key_check(row[2]) and "place_order(" not in row[2]]
    keys = [row for row in counted if _is_key_check(row[2])]
    total = sum(calls for calls, _, _ in ours)
    checks = sum(calls for calls, _, _ in keys)
    out.print(
        f"\nA filled market order takes {total:.1f} statements on the server "
        f"(budget 12) and {checks:.1f} foreign key checks:",
        highlight=False,
    )
    table = Table(box=None, pad_edge=False)
    table.add_column("calls", justify="right", no_wrap=True)
    table.add_column("µs", justify="right", no_wrap=True)
    table.add_column("statement", no_wrap=True)
    for calls, micros, text in [*ours, *keys]:
        table.add_row(f"{calls:.2f}", f"{micros:.1f}", escape(text[:64]))
    out.print(table)


def _is_key_check(text: str) -> bool:
    return " FROM ONLY " in text and " FOR KEY SHARE" in text


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main())
