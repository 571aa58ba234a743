"""The monitor at the command line: once for cron, or until it is told to stop."""

import json
import shlex
import signal
from contextlib import ExitStack
from dataclasses import fields
from typing import Any

import click

from twinbook.cli.context import Context, one_line, pass_context
from twinbook.cli.output import note, show
from twinbook.errors import TwinbookError
from twinbook.monitor import (
    SEVERITIES,
    Check,
    Command,
    Metrics,
    Severity,
    Watch,
    Webhook,
    breaches,
    halt,
    run,
)

_COLUMNS = [field.name for field in fields(Check)]
_SIGNS = {"failed": "FAIL", "changed": "FAIL", "passed": "ok"}


@click.command()
@click.option("--once", is_flag=True, help="Run every check once, print all, exit 1 on a breach.")
@click.option(
    "--every",
    metavar="SECONDS",
    type=click.FloatRange(min=1),
    default=60,
    show_default=True,
    help="How long from one report to the next.",
)
@click.option(
    "--whole-every",
    metavar="SECONDS",
    type=click.FloatRange(min=0),
    help="How long between checks that read a whole book; else a twentieth of the time is theirs.",
)
@click.option("--quick", is_flag=True, help="Leave out the checks that read a whole book.")
@click.option(
    "--at-least",
    type=click.Choice(SEVERITIES),
    default="WARNING",
    show_default=True,
    help="How bad a failed check must be to be a breach.",
)
@click.option(
    "--halt/--no-halt",
    "may_halt",
    default=True,
    show_default=True,
    help="Whether a CRITICAL finding halts live trading.",
)
@click.option("--webhook", metavar="URL", help="Post breaches and alerts there, as JSON.")
@click.option("--command", metavar="TEXT", help="Start it on a breach; JSON on standard input.")
@click.option(
    "--metrics-port",
    metavar="PORT",
    type=click.IntRange(1, 65535),
    help="For Prometheus, on http://127.0.0.1:PORT/metrics.",
)
@pass_context
def monitor(
    context: Context,
    once: bool,
    every: float,
    whole_every: float | None,
    quick: bool,
    at_least: Severity,
    may_halt: bool,
    webhook: str | None,
    command: str | None,
    metrics_port: int | None,
) -> None:
    """Watch the database: its integrity checks every minute, its alerts at once.

    As an administrator's login; an auditor's may watch, but not halt. On a CRITICAL finding live
    trading is halted: exits and cancels pass, and only an administrator lifts it.

    \b
    twinbook monitor --once                        exit code 0 all is well, 1 a breach
    twinbook monitor --metrics-port 9187 --webhook https://example.com/alerts
    """
    if once:
        _once(context, quick, at_least, may_halt)
        return
    messengers = [Webhook(webhook)] if webhook else []
    words = shlex.split(command) if command else []
    metrics = Metrics()
    watch = Watch(
        context.url,
        _printer(context.as_json),
        user=context.user or "",
        every=every,
        whole_every=whole_every,
        quick=quick,
        at_least=at_least,
        may_halt=may_halt,
        messengers=[*messengers, *([Command(words)] if words else [])],
        metrics=metrics,
    )
    with ExitStack() as stack:
        for number in (signal.SIGTERM, signal.SIGINT):
            before = signal.signal(number, lambda *_: watch.stop())
            stack.callback(signal.signal, number, before)
        if metrics_port:
            stack.enter_context(metrics.serve(metrics_port))
            note(f"metrics on http://127.0.0.1:{metrics_port}/metrics")
        note(f"watching every {every:g} s; Ctrl-C ends it")
        watch.run()
    note("stopped")


def _once(context: Context, quick: bool, at_least: Severity, may_halt: bool) -> None:
    with context.connect() as db:
        checks = run(db, context.user or "", quick)
        critical = breaches(checks, "CRITICAL") if may_halt else []
        rows = [[getattr(check, column) for column in _COLUMNS] for check in checks]
        show(_COLUMNS, rows, context.as_json)
        if critical:
            try:
                halt(db, critical, context.user or "")
                note("live trading is halted, until an administrator lifts it")
            except TwinbookError as error:
                note(f"live trading could not be halted: {one_line(str(error))}")
    found = breaches(checks, at_least)
    if found:
        note("failed: " + ", ".join(check.title for check in found))
        raise click.exceptions.Exit(1)
    note(f"{len(checks)} checks, none failed that is {at_least} or worse")


def _printer(as_json: bool) -> Any:
    def as_line(event: dict[str, Any]) -> None:
        click.echo(json.dumps(event))

    def as_text(event: dict[str, Any]) -> None:
        kind = event["event"]
        if kind in _SIGNS:
            book = f" ({event['book']})" if event["book"] else ""
            said = f"{_SIGNS[kind]} {event['severity']} {event['check_name']}{book}"
            said += f": {event['found']} found; {event['detail']}" if not event["passed"] else ""
        elif kind == "alert":
            said = f"alert {event['id'] or '(of nobody we know)'}"
        else:
            said = f"{kind} {event.get('detail', '')}"
        click.echo(f"{event['at']} {one_line(said)}")

    return as_line if as_json else as_text


COMMANDS = [monitor]
