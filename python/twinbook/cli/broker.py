"""Accounts at brokers: stored, tried, read, and kept in line by a worker."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from types import FrameType
from typing import Any

import click

from twinbook.brokers import (
    BrokerProvider,
    Credentials,
    Environment,
    RateLimited,
    Secret,
    Unavailable,
    Vault,
    broker_names,
    find_broker,
    open_broker,
)
from twinbook.brokers import Quote as BrokerQuote
from twinbook.cli.acting import acting_book, print_rows
from twinbook.cli.context import Context, one_line, pass_context
from twinbook.cli.listing import OF_PORTFOLIO, listing
from twinbook.cli.output import note
from twinbook.cli.verb import verb_command
from twinbook.errors import Disconnected, TryAgain
from twinbook.failure import Failure
from twinbook.rows import BrokerAccount, Order, Quote
from twinbook.sync import Done, Worker
from twinbook.verbs import Book

_ACCOUNT = "broker account environment address is_active synced_at last_error version"
_QUOTE = "symbol bid ask last bid_size ask_size quoted_at"
_OPTION = "symbol right strike bid ask last open_interest"
_POSITION = "symbol quantity cost asset_class"
_ORDER = (
    "order_id symbol side order_type quantity filled_quantity average_price limit_price "
    "stop_price status raw_status"
)
_DIFFERENCE = "difference_id portfolio kind key in_book at_broker severity state times_seen"
_SENT = (
    "client_id order_id broker account state side quantity filled_quantity broker_order_id "
    "broker_status message"
)
_TOKEN, _KEY, _SECRET = "TWINBOOK_BROKER_TOKEN", "TWINBOOK_BROKER_KEY", "TWINBOOK_BROKER_SECRET"


def _show(context: Context, account: BrokerAccount) -> None:
    print_rows(context, [account], _ACCOUNT, is_of_book=False)


@click.group()
def broker() -> None:
    """Store, try and read accounts at brokers, and carry orders to them.

    Credentials are encrypted with TWINBOOK_ENCRYPTION_KEY before they are stored.
    """


@broker.command()
@click.argument("name")
@click.argument("account")
@click.option(
    "--environment",
    type=click.Choice([one.value for one in Environment]),
    default=Environment.SANDBOX.value,
    show_default=True,
    help="Where the credentials are valid.",
)
@click.option("--address", help="Of a stand-in of the broker; else the broker's own.")
@click.option(
    "--choice",
    "choices",
    multiple=True,
    metavar="NAME=VALUE",
    help="What the broker lets one choose, such as tier=pro.",
)
@click.option("--check/--no-check", default=True, help="Try the credentials first.")
@pass_context
def add(
    context: Context,
    name: str,
    account: str,
    environment: str,
    address: str | None,
    choices: Sequence[str],
    check: bool,
) -> None:
    """Store how to reach ACCOUNT at the broker NAME, or replace how.

    The token is asked for, or read from TWINBOOK_BROKER_TOKEN; a key and its secret from
    TWINBOOK_BROKER_KEY and TWINBOOK_BROKER_SECRET. Never give them as arguments, which others see.

    \b
    twinbook --user alice broker add tradier VA123456
    twinbook --user alice broker add tradier VA123456 --address http://127.0.0.1:8081
    """
    vault = Vault.from_environment()
    credentials = _asked_credentials(name, account, Environment(environment))
    chosen = _chosen(choices)
    with open_broker(name, credentials, address, chosen=chosen) as provider:
        if check:
            provider.test_connection()
    with acting_book(context) as book:
        stored = book.add_broker(
            name,
            account,
            environment,
            vault.seal(credentials),
            address=address,
            choices=chosen,
        )
    _show(context, stored)


def _asked_credentials(name: str, account: str, environment: Environment) -> Credentials:
    find_broker(name)
    key, secret = os.environ.get(_KEY), os.environ.get(_SECRET)
    if key and secret:
        return Credentials(
            environment=environment, account=account, key_id=Secret(key), secret=Secret(secret)
        )
    token = os.environ.get(_TOKEN) or click.prompt(
        "token, or KEY:SECRET", hide_input=True, err=True
    )
    key, _, secret = token.partition(":")
    if secret:
        return Credentials(
            environment=environment, account=account, key_id=Secret(key), secret=Secret(secret)
        )
    return Credentials(environment=environment, account=account, token=Secret(token))


def _chosen(choices: Sequence[str]) -> dict[str, str]:
    chosen = dict[str, str]()
    for choice in choices:
        name, sign, value = choice.partition("=")
        if not sign:
            raise click.UsageError(f"--choice {choice}: give NAME=VALUE")
        chosen[name] = value
    return chosen


broker.add_command(
    verb_command(
        "drop",
        Book.drop_broker,
        acting_book,
        _show,
        "twinbook --user alice broker drop tradier VA123456",
    )
)
broker.add_command(
    listing(
        "list",
        "select username, broker, account, environment, address, is_active, synced_at, equity, "
        "equity_currency, last_error, version from identity.broker_accounts "
        "order by broker, account",
        _ACCOUNT,
        "List one's accounts at brokers.",
    )
)


@broker.command()
@pass_context
def reseal(context: Context) -> None:
    """Encrypt one's stored credentials again, with the first key of TWINBOOK_ENCRYPTION_KEY.

    To change the key: put the new one first, keep the old one after a comma, reseal every user's
    accounts, then drop the old one.

    \b
    TWINBOOK_ENCRYPTION_KEY=NEW,OLD twinbook --user alice broker reseal
    """
    vault = Vault.from_environment()
    with acting_book(context) as book:
        stored = [
            book.add_broker(
                one.broker,
                one.account,
                one.environment,
                vault.rotate(one.credentials),
                address=one.address,
                choices=one.choices,
                expected_version=one.version,
            )
            for one in book.fetch(
                BrokerAccount,
                "select * from identity.broker_accounts where is_active order by broker, account",
            )
        ]
    print_rows(context, stored, _ACCOUNT, is_of_book=False)


@contextmanager
def _provider(context: Context, name: str | None, account: str | None) -> Iterator[BrokerProvider]:
    """The client of one of the user's accounts: the one that is named, else the only one."""
    with acting_book(context) as book:
        found = book.fetch(
            BrokerAccount,
            "select * from identity.broker_accounts "
            "where is_active and coalesce(broker = %(broker)s, true) "
            "and coalesce(account = %(account)s, true) order by broker, account",
            {"broker": name, "account": account},
        )
    if not found:
        raise Failure("there is no such account", "twinbook broker add stores one")
    if len(found) > 1:
        named = ", ".join(f"{one.broker} {one.account}" for one in found)
        raise Failure(f"which account: {named}?", "give --broker, and --account")
    held = found[0]
    credentials = Vault.from_environment().unseal(held.credentials)
    with open_broker(held.broker, credentials, held.address, chosen=held.choices) as provider:
        yield provider


def _of_account(command: Callable[..., None]) -> Callable[..., None]:
    command = click.option("--account", help="Else the only one.")(command)
    return click.option("--broker", "name", help="Else the only one.")(command)


@broker.command()
@_of_account
@pass_context
def test(context: Context, name: str | None, account: str | None) -> None:
    """Try the stored credentials: do they work, and for which account?"""
    with _provider(context, name, account) as provider:
        found = provider.test_connection()
    print_rows(
        context,
        [asdict(found) | {"broker": provider.name}],
        "broker account environment status can_trade",
        is_of_book=False,
    )


@broker.command()
@click.argument("symbols", nargs=-1, required=True)
@click.option("--store", is_flag=True, help="Record them on the shared feed, as market data.")
@click.option("--feed", default="realtime", show_default=True, help="That feed.")
@_of_account
@pass_context
def quotes(
    context: Context,
    symbols: Sequence[str],
    store: bool,
    feed: str,
    name: str | None,
    account: str | None,
) -> None:
    """Show the broker's quotes of SYMBOLS; with --store both books trade on them."""
    with _provider(context, name, account) as provider:
        names = _names_at(context, provider.name, symbols)
        found = provider.quotes(list(names))
    rows = [replace(quote, symbol=names[quote.symbol]) for quote in found.found]
    if store:
        store_quotes(context, rows, feed)
    print_rows(context, rows, _QUOTE, is_of_book=False)
    if found.unmatched:
        raise Failure(
            f"the broker doesn't know {', '.join(found.unmatched)}",
            "twinbook instrument broker-symbol says what it calls them",
        )


def _names_at(context: Context, name: str, symbols: Sequence[str]) -> dict[str, str]:
    """Our symbols by the broker's."""
    with acting_book(context) as book:
        rows = book.execute(
            "select symbol, broker_symbol from shared_data.broker_symbols where broker = %s", [name]
        )
    called = {row["symbol"]: row["broker_symbol"] for row in rows}
    return {called.get(symbol, symbol): symbol for symbol in symbols}


def store_quotes(context: Context, found: Sequence[BrokerQuote], feed: str) -> int:
    """Records a broker's quotes on a shared feed; returns how many were new."""
    now = datetime.now(UTC)
    batch = [
        Quote(
            symbol=quote.symbol,
            bid=quote.bid,
            ask=quote.ask,
            last=quote.last,
            bid_size=quote.bid_size,
            ask_size=quote.ask_size,
            quoted_at=quote.quoted_at or now,
        )
        for quote in found
        if quote.bid is not None or quote.ask is not None or quote.last is not None
    ]
    with context.connect() as db, db.market_data() as market:
        return market.record_quotes(batch, feed=feed)


def watched_quotes(
    context: Context,
    symbols: Sequence[str],
    name: str | None,
    account: str | None,
    feed: str,
    every: float,
) -> Iterator[int]:
    """Records quotes again and again; yields how many came each time.

    What the broker or the database can't give just now is left out once, and said.
    """
    with _provider(context, name, account) as provider:
        names = _names_at(context, provider.name, symbols)
        while True:
            try:
                found = provider.quotes(list(names)).found
                rows = [replace(quote, symbol=names[quote.symbol]) for quote in found]
                yield store_quotes(context, rows, feed)
            except (Unavailable, RateLimited, TryAgain, Disconnected) as error:
                note(one_line(str(error)))
            time.sleep(every)


@broker.command()
@click.argument("underlying")
@click.option("--expiration", type=click.DateTime(["%Y-%m-%d"]), help="Else the days there are.")
@_of_account
@pass_context
def chain(
    context: Context,
    underlying: str,
    expiration: datetime | None,
    name: str | None,
    account: str | None,
) -> None:
    """Show the options on UNDERLYING: the days on which some expire, or one day's contracts."""
    with _provider(context, name, account) as provider:
        if expiration is None:
            days: list[date] = provider.expirations(underlying)
            print_rows(
                context, [{"expiration": day} for day in days], "expiration", is_of_book=False
            )
            return
        found = provider.chain(underlying, expiration.date())
    print_rows(context, found, _OPTION, is_of_book=False)


@broker.command()
@_of_account
@pass_context
def positions(context: Context, name: str | None, account: str | None) -> None:
    """Show what the broker says that the account holds."""
    with _provider(context, name, account) as provider:
        found = provider.positions()
    print_rows(context, found, _POSITION, is_of_book=False)


@broker.command()
@click.option("--open", "open_only", is_flag=True, help="Those that work.")
@_of_account
@pass_context
def orders(context: Context, open_only: bool, name: str | None, account: str | None) -> None:
    """Show the account's orders as the broker tells them."""
    with _provider(context, name, account) as provider:
        found = provider.list_orders(open_only=open_only)
    print_rows(context, found, _ORDER, is_of_book=False)


broker.add_command(
    listing(
        "sent",
        "select * from live_trading.order_outbox order by created_at, client_id",
        _SENT,
        "List what was sent to brokers, and what is to be.",
    )
)
broker.add_command(
    listing(
        "reconcile",
        "select p.name as portfolio, r.*"
        + OF_PORTFOLIO.format(relation="live_trading.reconciliation_differences")
        + "and r.state = 'OPEN' order by p.name, r.kind, r.key",
        _DIFFERENCE,
        "List where live portfolios and their accounts differ: each sync compares them.",
    )
)
broker.add_command(
    verb_command(
        "accept",
        Book.accept_difference,
        acting_book,
        lambda context, told: print_rows(
            context, [told], _DIFFERENCE.replace("portfolio ", "") + " reason"
        ),
        "twinbook --user alice --mode live broker accept 0199... 'dividend of May' --kind dividend",
        kind="Of money: adjustment, deposit, withdrawal, dividend, interest or fee.",
    )
)


def _show_resolved(context: Context, order: Order) -> None:
    print_rows(context, [order], "order_id symbol side quantity status end_reason")


broker.add_command(
    verb_command(
        "resolve",
        Book.resolve_order,
        acting_book,
        _show_resolved,
        "twinbook --user alice --mode live broker resolve 6f1c... 'not in the broker's list'\n"
        "twinbook --user alice --mode live broker resolve 6f1c... 'found it' "
        "--broker-order-id 123456",
        broker_order_id="The broker's id, where it is there; else it never landed.",
    )
)


@broker.command()
@click.option("--once", is_flag=True, help="Every account once, then end; 1 if one failed.")
@click.option(
    "--every",
    metavar="SECONDS",
    type=click.FloatRange(min=1),
    default=30,
    show_default=True,
    help="How often to read an account that has nothing to send.",
)
@click.option("--broker", "only_broker", help="Accounts at this broker only.")
@click.option("--for", "only_user", metavar="USER", help="This user's accounts only.")
@click.option(
    "--resubmit",
    is_flag=True,
    help="Send again what a broker doesn't show after its deadline, where that is no proof.",
)
@pass_context
def sync(
    context: Context,
    once: bool,
    every: float,
    only_broker: str | None,
    only_user: str | None,
    resubmit: bool,
) -> None:
    """Carry orders to brokers and bring back what became of them, until Ctrl-C.

    As a login of the broker worker (twinbook role add NAME --for broker). Several workers share
    the accounts. It needs TWINBOOK_ENCRYPTION_KEY.

    \b
    twinbook broker sync --once
    twinbook broker sync --every 10 --broker alpaca
    """
    if only_broker is not None and only_broker not in broker_names():
        raise click.UsageError(f"there is no broker {only_broker}: {', '.join(broker_names())}")
    synced: list[dict[str, Any]] = []

    def report(account: BrokerAccount, done: Done | Exception) -> None:
        told = _told(account, done)
        if once and context.as_json:
            synced.append(told)
        elif context.as_json:
            click.echo(json.dumps(told, default=str))
        elif once or told["error"] or told["did"]:
            note(_said(told))

    with context.connect() as db:
        worker = Worker(
            db,
            Vault.from_environment(),
            report,
            every=timedelta(seconds=every),
            only_broker=only_broker,
            only_user=only_user,
            resubmits=resubmit,
        )
        _stop_on_signals(worker)
        if not once:
            note(f"worker {worker.name} carries orders; Ctrl-C ends it after the account it has")
            worker.run()
            note("stopped")
            return
        failed = worker.run_once()
    if context.as_json:
        click.echo(json.dumps(synced, default=str))
    elif not worker.has_worked:
        note("no account has anything to be done, or other workers have them")
    if failed:
        raise click.exceptions.Exit(1)


def _stop_on_signals(worker: Worker) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)


def _told(account: BrokerAccount, done: Done | Exception) -> dict[str, Any]:
    failed = isinstance(done, Exception)
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "username": account.username,
        "broker": account.broker,
        "account": account.account,
        "did": {} if isinstance(done, Exception) else done.counts,
        "error": one_line(str(done)) if failed else None,
    }


def _said(told: dict[str, Any]) -> str:
    did = ", ".join(f"{count} {name}" for name, count in told["did"].items()) or "nothing to do"
    return (
        f"{told['at']} {told['username']} {told['broker']} {told['account']}: "
        f"{told['error'] or did}"
    )


COMMANDS = [broker]
