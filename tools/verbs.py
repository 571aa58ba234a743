"""Writes twinbook/rows.py and twinbook/verbs.py from a migrated database's catalog.

    python tools/verbs.py URL

Run it when a verb or a table changes its shape; a test says when that was forgotten.
"""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill, indent

import psycopg
from psycopg.rows import class_row

_PACKAGE = Path(__file__).parents[1] / "python" / "twinbook"

_ROWS = {
    "live_trading.portfolios": "Portfolio",
    "live_trading.balances": "Balance",
    "live_trading.orders": "Order",
    "live_trading.executions": "Execution",
    "live_trading.trades": "Trade",
    "live_trading.sessions": "TradingSession",
    "live_trading.ledger_entries": "LedgerEntry",
    "live_trading.positions": "Position",
    "live_trading.audit_log": "AuditEvent",
    "live_trading.alarms": "Alarm",
    "live_trading.order_outbox": "SentOrder",
    "live_trading.reconciliation_differences": "Difference",
    "live_trading.broker_task": "BrokerTask",
    "identity.modes": "TradingMode",
    "identity.switched": "Switched",
    "identity.broker_accounts": "BrokerAccount",
    "oversight.live_switch": "LiveSwitch",
    "shared_data.broker_symbols": "BrokerSymbol",
    "identity.users": "User",
    "identity.settings": "Settings",
    "identity.risk_limits": "RiskLimit",
    "shared_data.currencies": "Currency",
    "shared_data.instruments": "Instrument",
    "shared_data.fees": "Fee",
    "shared_data.corporate_actions": "CorporateAction",
    "shared_data.feeds": "Feed",
    "shared_data.quotes": "LatestQuote",
    "shared_data.quote": "Quote",
    "shared_data.bar": "Bar",
    "oversight.security_events": "SecurityEvent",
    "oversight.maintenance": "MaintenanceWindow",
    "oversight.seals": "Seal",
}
_TABLE_FUNCTIONS = {
    "list_users": "ListedUser",
    "replay": "RebuiltState",
    "verify_portfolios": "VerifiedPortfolio",
    "verify_book": "VerifiedBook",
    "isolation_report": "CheckResult",
    "findings": "Finding",
    "rotate_keys": "SigningKey",
    "verify_seals": "VerifiedSeal",
    "export_evidence": "EvidenceLine",
}
_CLASSES = {
    "Book": ("twinbook_paper, twinbook_live", "What a user may do in a book, and beside it."),
    "Administration": ("twinbook_admin", "What administrators may do."),
    "BrokerWork": ("twinbook_broker", "What a worker may do that carries orders to brokers."),
    "MarketData": ("twinbook_market_data", "What the source of prices may do."),
    "Logins": ("twinbook_login", "What the login service may do."),
}
_SECRETS = {"password_hash", "metadata", "credentials"}
_PYTHON = {
    "text": "str",
    "uuid": "UUID",
    "numeric": "Decimal",
    "smallint": "int",
    "integer": "int",
    "bigint": "int",
    "boolean": "bool",
    "bytea": "bytes",
    "jsonb": "dict[str, Any]",
    "interval": "timedelta",
    "inet": "IPv4Address | IPv6Address",
    "date": "date",
    "timestamp with time zone": "datetime",
    "time without time zone": "time",
}
_ACCEPTED = {"numeric": "Number", "jsonb": "Json", "interval": "timedelta | str"}

_COLUMNS = """
select a.attname as name, not a.attnotnull as is_nullable,
       format_type(coalesce(nullif(t.typbasetype, 0), t.oid), -1) as kind
from pg_attribute as a
join pg_type as t on t.oid = a.atttypid
where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped
order by a.attnum
"""

# Verbs are the definers that an application may call; rate_between is an invoker, the totals
# stand under a view or a verb, proven_username under the policies, and log_access is the
# session's own.
_VERBS = """
select p.proname as name, n.nspname as schema, obj_description(p.oid) as comment,
       pg_get_function_result(p.oid) as result, p.proretset as is_set,
       p.pronargdefaults as optional,
       coalesce(p.proargnames, '{}') as names, coalesce(p.proargmodes::text[], '{}') as modes,
       array(select format_type(t, -1)
             from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality
               as a (t, n)
             order by n) as kinds
from pg_proc as p
join pg_namespace as n on n.oid = p.pronamespace
where n.nspname in ('live_trading', 'shared_data', 'identity', 'oversight')
  and exists (select from aclexplode(p.proacl) as a where a.grantee = any (%s::regrole[]))
  and (p.prosecdef or p.proname = 'rate_between')
  and p.proname not in ('paper_totals', 'live_totals', 'log_access', 'proven_username')
order by p.proname
"""


@dataclass(frozen=True)
class _Column:
    name: str
    is_nullable: bool
    kind: str


@dataclass(frozen=True)
class _Verb:
    name: str
    schema: str
    comment: str
    result: str
    is_set: bool
    optional: int
    names: list[str]
    modes: list[str]
    kinds: list[str]


def render(url: str) -> dict[str, str]:
    """Both files' text by name, as this database's catalog has it."""
    with psycopg.connect(url) as db:
        db.execute("set search_path = live_trading, pg_catalog")
        rows = [_row_class(db, relation, name) for relation, name in _ROWS.items()]
        verbs = {
            name: db.cursor(row_factory=class_row(_Verb))
            .execute(_VERBS, [f"{{{groups}}}"])
            .fetchall()
            for name, (groups, _) in _CLASSES.items()
        }
    listed = {verb.name: verb for found in verbs.values() for verb in found}
    rows += [_listed_class(listed[verb], name) for verb, name in _TABLE_FUNCTIONS.items()]
    classes = [_verb_class(name, doc, verbs[name]) for name, (_, doc) in _CLASSES.items()]
    used = {
        name
        for name in (*_ROWS.values(), *_TABLE_FUNCTIONS.values())
        if any(f"({name}," in text or f"[{name}]" in text for text in classes)
    }
    return {
        "rows.py": _formatted(_ROWS_HEAD + "\n\n".join(rows)),
        "verbs.py": _formatted(_VERBS_HEAD.format(", ".join(sorted(used))) + "\n\n".join(classes)),
    }


_ROWS_HEAD = '''\
"""The database's rows, typed. Written by tools/verbs.py from the catalog; don't edit."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID

'''

_VERBS_HEAD = '''\
"""The database's verbs, a method each. Written by tools/verbs.py from the catalog; don't edit.

What a verb needs comes first, what it has a default for is passed by name; None keeps the
default. Every method raises TwinbookError.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from twinbook.rows import {}
from twinbook.session import Session

Number = Decimal | int
Json = Mapping[str, object] | str

'''


def _row_class(db: psycopg.Connection, relation: str, name: str) -> str:
    columns = db.cursor(row_factory=class_row(_Column)).execute(_COLUMNS, [relation]).fetchall()
    described = db.execute(
        "select coalesce(obj_description(%s::regclass, 'pg_class'), "
        "obj_description(to_regtype(%s), 'pg_type'))",
        [relation, relation],
    ).fetchone()
    assert described  # noqa: S101
    is_argument = name in {"Quote", "Bar"}
    return _dataclass(name, described[0], columns, is_argument)


def _listed_class(verb: _Verb, name: str) -> str:
    found = zip(verb.names, verb.kinds, verb.modes, strict=True)
    columns = [_Column(column, True, kind) for column, kind, mode in found if mode == "t"]
    return _dataclass(name, f"A row of {verb.name}.", columns, False)


def _dataclass(name: str, doc: str, columns: list[_Column], is_argument: bool) -> str:
    lines = ["@dataclass(frozen=True, slots=True, kw_only=True)", f"class {name}:"]
    lines += [indent(_docstring(doc), "    "), ""]
    for column in columns:
        kind = _python(column.kind, _PYTHON)
        if is_argument and column.name == "symbol":
            lines.append(f"    {column.name}: {kind}")
        elif is_argument:
            lines.append(f"    {column.name}: {kind} | None = None")
        else:
            hidden = " = field(repr=False)" if column.name in _SECRETS else ""
            nothing = " | None" if column.is_nullable else ""
            lines.append(f"    {column.name}: {kind}{nothing}{hidden}")
    return "\n".join(lines) + "\n"


def _verb_class(name: str, doc: str, verbs: list[_Verb]) -> str:
    methods = "\n\n".join(_method(verb) for verb in verbs)
    return f'class {name}(Session):\n    """{doc}"""\n\n{indent(methods, "    ")}\n'


def _method(verb: _Verb) -> str:
    modes = verb.modes or ["i"] * len(verb.names)
    kinds = zip(verb.names, verb.kinds, modes, strict=True)
    parameters = [(name, kind) for name, kind, mode in kinds if mode == "i"]
    required = parameters[: len(parameters) - verb.optional]
    optional = parameters[len(required) :]
    accepted = _PYTHON | _ACCEPTED
    signature = ["self", *(f"{name}: {_python(kind, accepted)}" for name, kind in required)]
    if optional:
        signature.append("*")
    signature += [f"{name}: {_python(kind, accepted)} | None = None" for name, kind in optional]
    call, returned = _returned(verb)
    qualified = verb.name if verb.schema == "live_trading" else f"{verb.schema}.{verb.name}"
    given, options = (
        "{" + ", ".join(f'"{name} {kind}": {name}' for name, kind in part) + "}"
        for part in (required, optional)
    )
    return (
        f"def {verb.name}({', '.join(signature)}) -> {returned}:\n"
        f"{indent(_docstring(verb.comment), '    ')}\n"
        f'    return {call}"{qualified}", {given}, {options})\n'
    )


def _returned(verb: _Verb) -> tuple[str, str]:
    result = verb.result.removeprefix("SETOF ")
    relation = result if "." in result else f"live_trading.{result}"
    row = _ROWS.get(relation) or _TABLE_FUNCTIONS.get(verb.name)
    if row and verb.is_set:
        return f"self._rows({row}, ", f"list[{row}]"
    if row:
        return f"self._row({row}, ", row
    if result == "void":
        return "self._none(", "None"
    kind = _PYTHON[result]
    return f"self._value({kind}, ", f"{kind} | None" if verb.name == "rate_between" else kind


def _python(kind: str, names: dict[str, str]) -> str:
    if not kind.endswith("[]"):
        return names[kind]
    element = kind.removesuffix("[]")
    sequence = "list" if names is _PYTHON else "Sequence"
    return f"{sequence}[{_ROWS.get(element) or names[element]}]"


def _docstring(text: str) -> str:
    if len(text) < 86:
        return f'"""{text}"""'
    head, *rest = re.split("[.:;] ", text, maxsplit=1)
    if not rest:
        head, *rest = re.split(", ", text, maxsplit=1)
    more = rest[0] if "_" in rest[0].split()[0] else rest[0][0].upper() + rest[0][1:]
    return f'"""{head}.\n\n{fill(more, 88)}\n"""'


def _formatted(text: str) -> str:
    for command in (["check", "--select=F401,I", "--fix"], ["format"]):
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "ruff",
                *command,
                "--quiet",
                f"--stdin-filename={_PACKAGE}/verbs.py",
                "-",
            ],
            input=text,
            capture_output=True,
            text=True,
            check=True,
        )
        text = done.stdout
    return text


if __name__ == "__main__":
    for _name, _text in render(sys.argv[1]).items():
        (_PACKAGE / _name).write_text(_text)
