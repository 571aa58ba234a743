"""A verb as a command: its required parameters are arguments, the others options of their name."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from inspect import Parameter, getdoc, signature
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID

import click

from twinbook.cli.context import Context


class _Parsed(click.ParamType[Any]):
    """A word of the command line, turned into a value by a function; ValueError is misuse."""

    def __init__(self, name: str, parse: Callable[[str], object]) -> None:
        self.name = name
        self._parse = parse

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> object:
        try:
            return self._parse(value) if isinstance(value, str) else value
        except (ValueError, InvalidOperation):
            self.fail(f"{value!r} is no {self.name}.", param, ctx)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=moment.tzinfo or UTC)


def _json_text(text: str) -> str:
    # Checked here, and passed on as it stands: its numbers shall not go through float.
    if not isinstance(json.loads(text), dict):
        raise ValueError(text)
    return text


# Of a union the first that stands here: Decimal before int, Mapping and timedelta before str.
_TYPES: dict[object, click.ParamType[Any]] = {
    Decimal: _Parsed("number", Decimal),
    Mapping: _Parsed("JSON object", _json_text),
    timedelta: _Parsed("interval", str),
    datetime: _Parsed("moment", _moment),
    date: _Parsed("date", date.fromisoformat),
    time: _Parsed("time", time.fromisoformat),
    UUID: _Parsed("id", UUID),
    Sequence: _Parsed("list", lambda text: [int(part) for part in text.split(",")]),
    bool: click.BOOL,
    int: click.INT,
    str: click.STRING,
}


def verb_command(
    name: str,
    verb: Callable[..., Any],
    session: Callable[[Context], AbstractContextManager[Any]],
    show: Callable[[Context, Any], None],
    examples: str = "",
    **helps: str,
) -> click.Command:
    """A command that calls one verb in a session, and shows what came of it once it is kept."""

    @click.pass_obj
    def run(context: Context, /, **values: Any) -> None:
        with session(context) as acting:
            result = verb(acting, **values)
        show(context, result)

    hints = get_type_hints(verb)
    parameters = [*signature(verb).parameters.values()][1:]  # the first is the session
    made = [_parameter(p, hints[p.name], helps.get(p.name)) for p in parameters]
    doc = getdoc(verb) or ""
    return click.Command(
        name,
        callback=run,
        params=[parameter for parameter in made if parameter is not None],
        help=doc + (f"\n\n\b\n{examples.strip()}" if examples else ""),
        short_help=doc.split("\n")[0],
    )


def _parameter(parameter: Parameter, hint: object, text: str | None) -> click.Parameter | None:
    parts = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    accepted = [get_origin(part) or part for part in parts]
    kind = next((_TYPES[kind] for kind in _TYPES if kind in accepted), None)
    if kind is None and parameter.default is Parameter.empty:
        raise TypeError(f"{parameter.name}: nobody can type a {hint}")
    if kind is None:
        return None  # Bytes are nothing to type.
    if parameter.default is Parameter.empty:
        return click.Argument([parameter.name], type=kind)
    word = parameter.name.replace("_", "-")
    if kind is click.BOOL:
        return click.Option([f"--{word}/--no-{word}"], default=None, help=text)
    return click.Option([f"--{word}"], type=kind, help=text)
