"""Reads sql/ as psql would: install.sql from top to bottom, following its ``\\ir`` lines."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import psycopg

from twinbook.failure import Failure


class Kind(Enum):
    """What a piece of SQL is for: see the two lanes of the architecture page."""

    ROLES = "roles"
    SHAPE = "shape"
    CODE = "code"


_KINDS = {
    "roles.sql": Kind.ROLES,
    "schema.sql": Kind.SHAPE,
    "table.sql": Kind.SHAPE,
    "types.sql": Kind.SHAPE,
}
_INCLUDE = re.compile(r"\\ir\s+(\S+)\s*")
_TRANSACTION = re.compile(r"^\s*(begin|commit)\s*;\s*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Segment:
    """Plain SQL between two ``\\ir`` lines of one file, and where it begins."""

    file: Path
    line: int
    text: str

    @property
    def kind(self) -> Kind:
        """Decided by the file's name alone."""
        return _KINDS.get(self.file.name, Kind.CODE)


@dataclass(frozen=True)
class Source:
    """The whole of install.sql, in order."""

    root: Path
    segments: tuple[Segment, ...]

    def of(self, kind: Kind) -> list[Segment]:
        """The segments of one kind, in order."""
        return [segment for segment in self.segments if segment.kind is kind]

    def code(self) -> list[Segment]:
        """What a reload runs: all but roles and shape, without install.sql's own transaction."""
        bare = [Segment(s.file, s.line, _TRANSACTION.sub("", s.text)) for s in self.of(Kind.CODE)]
        return [segment for segment in bare if segment.text.strip()]

    def code_hash(self) -> str:
        """Changes when the code does, be it in text, place or order."""
        digest = hashlib.sha256()
        for segment in self.code():
            name = segment.file.relative_to(self.root).as_posix()
            digest.update(f"{name}\0{segment.text}\0".encode())
        return digest.hexdigest()


def expand(install: Path) -> Source:
    """Reads install.sql and every file that it names; raises Failure where one is missing."""
    root = install.resolve().parent
    return Source(root, tuple(_segments(install.resolve(), ())))


def _segments(file: Path, above: tuple[Path, ...]) -> Iterator[Segment]:
    if file in above:
        raise Failure(f"{file} includes itself", "take the \\ir line out")
    start, lines = 1, list[str]()
    for number, line in enumerate(_read(file, above), 1):
        include = _INCLUDE.fullmatch(line)
        if include is None:
            lines.append(line)
            continue
        yield from _segment(file, start, lines)
        yield from _segments((file.parent / include[1]).resolve(), (*above, file))
        start, lines = number + 1, []
    yield from _segment(file, start, lines)


def _read(file: Path, above: tuple[Path, ...]) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines(keepends=True)
    except FileNotFoundError as error:
        named = f", which {above[-1]} names" if above else ""
        raise Failure(f"no file {file}{named}", "restore it, or take the line out") from error


def _segment(file: Path, start: int, lines: list[str]) -> Iterator[Segment]:
    if any(line.strip() and not line.lstrip().startswith("--") for line in lines):
        yield Segment(file, start, "".join(lines))


class LoadError(Failure):
    """A statement of ours that Postgres refused, with its file and line."""

    def __init__(self, segment: Segment, error: psycopg.Error) -> None:
        position = int(error.diag.statement_position or 1)
        line = segment.line + segment.text.count("\n", 0, position - 1)
        where = f"{segment.file.parent.name}/{segment.file.name}:{line}"
        said = error.diag.message_primary or str(error).strip().split("\n", 1)[0]
        super().__init__(
            f"{where}: {said}", error.diag.message_hint or error.diag.message_detail or ""
        )
        self.sqlstate = error.sqlstate


def run(connection: psycopg.Connection, segment: Segment) -> None:
    """Sends one segment whole; raises LoadError."""
    try:
        # Text from our own files, which a LiteralString can't express.
        connection.execute(segment.text.encode())
    except psycopg.Error as error:
        raise LoadError(segment, error) from error
