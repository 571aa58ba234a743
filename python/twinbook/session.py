"""One transaction that acts for somebody: SQL of one's own, and what the verbs are made of."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeVar, get_type_hints

import psycopg
from psycopg.rows import RowFactory, RowMaker, dict_row, scalar_row
from psycopg.types.json import Jsonb

from twinbook.access_log import AccessLog
from twinbook.errors import BadArgument, from_database
from twinbook.rows import Bar, Quote

T = TypeVar("T")

Parameters = Sequence[object] | Mapping[str, object] | None


class Session:
    """One transaction, for one user or for an administrator, with the rights of one group.

    It is committed when its ``with`` block ends, and rolled back when that raises. After an error
    nothing of it is kept: open a new one. A session is for one thread.
    """

    def __init__(
        self, connection: psycopg.Connection[Any], accesses: AccessLog | None = None
    ) -> None:
        self._connection = connection
        self._accesses = AccessLog() if accesses is None else accesses

    def execute(self, query: str, parameters: Parameters = None) -> list[dict[str, Any]]:
        """Runs SQL of one's own; returns its rows by column name. Raises TwinbookError.

        It is logged in shared_data.data_access_log, by its sha256, when the session ends.
        """
        self._accesses.note(query)
        return self._run(query, parameters, dict_row)

    def fetch(self, kind: type[T], query: str, parameters: Parameters = None) -> list[T]:
        """Runs a query that has the columns of a class in twinbook.rows, and returns such rows.

        ``book.fetch(Order, "select * from orders where status = 'OPEN'")``, logged as by execute.
        """
        self._accesses.note(query)
        return self._run(query, parameters, _as_rows(kind))

    def _row(
        self, kind: type[T], verb: str, given: Mapping[str, object], options: Mapping[str, object]
    ) -> T:
        return self._call(verb, given, options, _as_rows(kind))[0]

    def _rows(
        self, kind: type[T], verb: str, given: Mapping[str, object], options: Mapping[str, object]
    ) -> list[T]:
        return self._call(verb, given, options, _as_rows(kind))

    def _value(
        self, kind: type[T], verb: str, given: Mapping[str, object], options: Mapping[str, object]
    ) -> T:
        value: T = self._call(verb, given, options, scalar_row)[0]
        return value

    def _none(self, verb: str, given: Mapping[str, object], options: Mapping[str, object]) -> None:
        self._call(verb, given, options, scalar_row)

    def _call(
        self,
        verb: str,
        given: Mapping[str, object],
        options: Mapping[str, object],
        factory: RowFactory[T],
    ) -> list[T]:
        """Calls a function by its parameters' names; an option that is None keeps its default.

        The keys are parameters as their function declares them, such as ``limit_price numeric``.
        """
        passed = dict(given) | {key: value for key, value in options.items() if value is not None}
        named: list[str] = []
        adapted: list[object] = []
        for parameter, value in passed.items():
            name, kind = parameter.split(" ", 1)
            named.append(f"{name} => {_placeholder(kind)}")
            adapted.append(_adapted(name, kind, value))
        return self._run(f"select * from {verb}({', '.join(named)})", adapted, factory)

    def _run(self, query: str, parameters: Parameters, factory: RowFactory[T]) -> list[T]:
        try:
            with self._connection.cursor(row_factory=factory) as cursor:
                cursor.execute(query, parameters)
                return cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            self._accesses.note_refusal(query, error)
            raise from_database(error) from error
        except UnicodeError as error:
            raise BadArgument("a text holds what isn't Unicode") from error


def _as_rows(kind: type[T]) -> RowFactory[T]:
    """Rows as objects of a class; columns that it doesn't know are left out."""
    known = get_type_hints(kind)

    def factory(cursor: psycopg.Cursor[Any]) -> RowMaker[T]:
        places = [(n, c.name) for n, c in enumerate(cursor.description or ()) if c.name in known]
        return lambda values: kind(**{name: values[place] for place, name in places})

    return factory


def _placeholder(kind: str) -> str:
    if not _is_batch(kind):
        return f"%s::{kind}"
    element = kind.removesuffix("[]")
    return f"array(select item from jsonb_populate_recordset(null::{element}, %s) as item)"


def _adapted(name: str, kind: str, value: object) -> object:
    if isinstance(value, float):
        raise TypeError(f"{name} is a float; money and quantities are Decimal or int")
    if _is_batch(kind):
        return Jsonb([_fields(item) for item in value], dumps=_as_json)  # type: ignore[attr-defined]
    if isinstance(value, Mapping):
        return Jsonb(value, dumps=_as_json)
    return value


def _is_batch(kind: str) -> bool:
    return kind in ("shared_data.quote[]", "shared_data.bar[]")


def _fields(item: Quote | Bar) -> dict[str, object]:
    return {name: _adapted(name, "", value) for name, value in asdict(item).items()}


def _as_json(value: object) -> str:
    # Decimals and times become strings: JSON's own numbers would pass through float.
    return json.dumps(value, default=str)
