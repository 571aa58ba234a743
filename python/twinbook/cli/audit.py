"""Seals, and evidence that is checked without a database."""

import json
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import TextIO
from uuid import UUID

import click

from twinbook import evidence
from twinbook.cli.acting import administering, print_rows
from twinbook.cli.context import Context, pass_context
from twinbook.cli.output import note
from twinbook.rows import Seal

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SEAL_COLUMNS = "book number sealed_at chains digest"


@click.group()
def audit() -> None:
    """Seal the audit logs, export evidence, and check it."""


@audit.command()
@pass_context
def seal(context: Context) -> None:
    """Seal the ends of all audit chains: one digest a book, to be kept elsewhere.

    As an administrator; run it hourly. What was sealed can't be cut or rewritten unseen.
    """
    with administering(context) as administration:
        made = administration.seal()
    print_rows(context, made, _SEAL_COLUMNS, is_of_book=False)


@audit.command()
@click.option("--portfolio", metavar="NAME", help="Evidence of this portfolio, in --mode's book.")
@click.option("--of", "owner", metavar="USER", help="Whose; without a portfolio, his acts outside.")
@click.option("--since", metavar="NUMBER", type=int, help="All seals from this one on.")
@click.option("--output", type=click.File("w"), default="-", help="A file instead of the screen.")
@pass_context
def export(
    context: Context, portfolio: str | None, owner: str | None, since: int | None, output: TextIO
) -> None:
    """Write the newest digests, to be kept elsewhere; or evidence of what a user did.

    As an auditor or an administrator. JSON, a line each.

    \b
    twinbook audit export --output digests.jsonl
    twinbook audit export --of alice --portfolio main --output alice.jsonl
    """
    if portfolio and not owner:
        raise click.UsageError("whose portfolio? Give --of USER.")
    with administering(context) as administration:
        if owner:
            book = context.mode if portfolio else "oversight"
            found = administration.export_evidence(book, owner, portfolio=portfolio)
            lines = [line.line or {} for line in found]
        else:
            seals = administration.list_seals(from_number=since)
            lines = [{"twinbook": "seals", "version": "1"}, *map(_told, seals)]
    for line in lines:
        output.write(json.dumps(line, ensure_ascii=False) + "\n")


@audit.command()
@click.argument("file", type=_FILE, required=False)
@click.option(
    "--against",
    type=_FILE,
    help="Digests that were kept elsewhere.",
)
@click.option("--onward", is_flag=True, help="Of the database: only what came since the last time.")
@pass_context
def verify(context: Context, file: Path | None, against: Path | None, onward: bool) -> None:
    """Check an exported file, with no database; without one, the database's chains and seals.

    Exit code 1 where something is wrong.
    """
    if file is None:
        _verify_database(context, onward)
        return
    verdict = evidence.verify(_lines(file))
    if against:
        verdict.compare(evidence.verify(_lines(against)))
    for fault in verdict.faults:
        note(fault)
    said = f"{verdict.what}{f' of {verdict.whose}' if verdict.whose else ''}"
    if verdict.what == "evidence":
        sealed = f"sealed up to {verdict.sealed_until}" if verdict.sealed_until else "not sealed"
        said += f": {verdict.events} events, {sealed}"
    else:
        said += f": {len(verdict.seals)}"
    click.echo(f"{said}, {'whole' if verdict.is_whole else 'NOT whole'}")
    if not verdict.is_whole:
        raise click.exceptions.Exit(1)


def _verify_database(context: Context, onward: bool) -> None:
    with administering(context) as administration:
        wrong = [
            _fault(book, row.username, row.portfolio_id, row.first_bad_seq)
            for book in ("paper", "live", "oversight")
            for row in administration.verify_book(book, is_onward=onward)
            if not row.chain_intact or row.rebuilt_equals_stored is False
        ]
        broken = [
            _fault(row.book, f"seal {row.number}")
            for row in administration.verify_seals()
            if not row.is_intact
        ]
    print_rows(context, wrong + broken, "book chain portfolio_id event", is_of_book=False)
    if wrong or broken:
        raise click.exceptions.Exit(1)


def _fault(
    book: str | None, chain: str | None, portfolio_id: UUID | None = None, event: int | None = None
) -> dict[str, object]:
    return {"book": book, "chain": chain, "portfolio_id": portfolio_id, "event": event}


def _told(seal: Seal) -> dict[str, dict[str, str | None]]:
    return {
        "seal": {
            "book": seal.book,
            "number": str(seal.number),
            "sealed_at": seal.sealed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "chains": str(seal.chains),
            "root": seal.root.hex(),
            "previous_digest": seal.previous_digest.hex() if seal.previous_digest else None,
            "digest": seal.digest.hex(),
        }
    }


def _lines(file: Path) -> Sequence[str]:
    # Not splitlines(): a text may hold other ends of lines.
    return file.read_text(encoding="utf-8").split("\n")


COMMANDS = [audit]
