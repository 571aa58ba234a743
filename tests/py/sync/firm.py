"""A person who trades live at a stand-in, the worker that carries their orders, and a short word
for each thing that a test does."""

import base64
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from twinbook import connect
from twinbook.brokers import Credentials, Environment, ProcessState, Secret, Vault, clock
from twinbook.brokers.standin import STAND_INS, Login, StandIn
from twinbook.errors import TwinbookError
from twinbook.failure import Failure
from twinbook.rows import BrokerAccount, Order
from twinbook.sync import Done, Worker
from twinbook.verbs import Book

KEY = base64.urlsafe_b64encode(b"only for tests, never for money!").decode()
CONFIRMATION = "I_UNDERSTAND_THE_RISKS"


@dataclass(frozen=True)
class Traded:
    """What is traded at a broker: by our name and the broker's, around a price."""

    symbol: str
    theirs: str
    price: Decimal
    quantity: Decimal
    tick: Decimal


TRADED = {
    "tradier": Traded("AAPL", "AAPL", Decimal(180), Decimal(10), Decimal("0.01")),
    "alpaca": Traded("AAPL", "AAPL", Decimal(180), Decimal(10), Decimal("0.01")),
    "kraken": Traded("BTCUSD", "XBTUSD", Decimal(27500), Decimal("0.5"), Decimal("0.1")),
}


class Unlimited:
    """A limit that is never used up, so that a test takes no time; limits have their own tests."""

    def reserve(self, cost: float) -> float:
        """See Limit."""
        return 0.0

    def observe(self, left: int, resets_in: float, allowed: int | None) -> None:
        """See Limit."""

    def exhaust(self, resets_in: float | None) -> None:
        """See Limit."""


def hurry() -> None:
    """Lets this process's clients wait for nothing. Undone by nobody: for processes of tests."""
    setattr(ProcessState, "limit", lambda *_: Unlimited())  # noqa: B010
    setattr(clock, "pause", lambda _: None)  # noqa: B010


class Office:
    """A migrated database with what the firms trade in it."""

    def __init__(self, url: str, key: str = KEY) -> None:
        self.url = url
        self.vault = Vault(key)
        self.db = connect(url)
        self.installer = psycopg.connect(url, autocommit=True, row_factory=namedtuple_row)

    def __enter__(self) -> "Office":
        return self

    def __exit__(self, *_: object) -> None:
        self.installer.close()
        self.db.close()

    def reconnect(self) -> None:
        """After the server was away."""
        self.installer.close()
        self.installer = psycopg.connect(self.url, autocommit=True, row_factory=namedtuple_row)

    def furnish(self) -> None:
        """The instruments, and their names at the brokers."""
        with self.db.market_data() as data:
            data.add_instrument("AAPL", "equity", "USD")
            data.add_instrument(
                "BTCUSD", "crypto", "USD", base_currency="BTC", price_decimals=1, size_decimals=8
            )
            data.add_broker_symbol("kraken", "BTCUSD", "XBTUSD")

    def sql(self, query: str, *values: object) -> list[Any]:
        """Rows, as the installer sees them: for what no person's rights show, and for set-up."""
        done = self.installer.execute(query.encode(), values)
        return done.fetchall() if done.description else []

    @contextmanager
    def firm(self, broker: str, **settings: Any) -> Iterator["Firm"]:
        """A new person with a portfolio, at a stand-in of their own."""
        settings.setdefault("limit_factor", 0)
        with STAND_INS[broker](**settings) as standin:
            firm = Firm(self, standin)
            firm.register()
            firm.open()
            yield firm


@dataclass
class Firm:
    """One person, one account, one portfolio; the stand-in's first login, unless told which."""

    office: Office
    standin: StandIn
    login: Login | None = None
    person: str = field(default_factory=lambda: "p" + os.urandom(4).hex())
    done: list[Done] = field(default_factory=list)
    failures: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.broker = self.standin.broker
        self.traded = TRADED[self.broker]
        self.login = self.login or self.standin.logins[0]
        self.account = self.login.accounts[0]
        self.worker = self.new_worker()

    # Set-up

    def register(self) -> None:
        """A user who may trade live, has switched, and whose account was read once."""
        with self.office.db.administration() as administration:
            administration.register_user(self.person, email=f"{self.person}@example.com")
            administration.allow_live_trading(self.person, True)
        with self.session() as book:
            sealed = self.office.vault.seal(credentials_of(self.login or self.standin.logins[0]))
            book.add_broker(
                self.broker, self.account, "sandbox", sealed, address=self.standin.origin
            )
            book.switch_mode("live", confirmation=CONFIRMATION)
        self.work()
        assert not self.failures, self.failures

    def open(self) -> None:
        """A portfolio with what the account has, and a quote of what it trades."""
        with self.office.db.market_data() as data:
            _record(data, self.traded, self.traded.price)
        with self.session() as book:
            book.open_portfolio("main", broker=self.broker, account=self.account)

    def new_worker(self, **settings: Any) -> Worker:
        """One of this person's accounts alone."""
        terms: dict[str, Any] = {"lease": timedelta(seconds=30), "every": timedelta(0)}
        terms |= {"only_user": self.person}
        return Worker(self.office.db, self.office.vault, self._take, **terms | settings)

    # What a person does

    def session(self) -> AbstractContextManager[Book]:
        """A transaction of the person's, each order confirmed."""
        return self.office.db.session(self.person, "live", confirm_live=True)

    def place(self, side: str = "buy", quantity: Decimal | None = None, **terms: Any) -> Order:
        """An order, at the market unless it has a limit or a stop."""
        kind = {
            (False, False): "market",
            (True, False): "limit",
            (False, True): "stop",
            (True, True): "stop_limit",
        }["limit_price" in terms, "stop_price" in terms]
        terms.setdefault("time_in_force", "DAY" if kind == "market" else "GTC")
        with self.session() as book:
            return book.place_order(
                self.traded.symbol,
                side,
                self.traded.quantity if quantity is None else quantity,
                order_type=kind,
                **terms,
            )

    def rest(self, **terms: Any) -> Order:
        """A buy that rests, at nine tenths of the price."""
        return self.place(limit_price=self.at("0.9"), **terms)

    def cancel(self, order: Order) -> Order:
        """Asks for an order's end."""
        with self.session() as book:
            return book.cancel_order(order.order_id)

    def replace(self, order: Order, **terms: Any) -> Order:
        """Asks for new terms."""
        with self.session() as book:
            return book.replace_order(order.order_id, order.version, **terms)

    # What time, the market and the worker do

    def at(self, part: str) -> Decimal:
        """A part of the price, on a tick."""
        return (self.traded.price * Decimal(part)).quantize(self.traded.tick)

    def quote(self, price: Decimal, *, known: bool = True) -> None:
        """Moves the market, and unless it isn't known our feed of it too."""
        half = 10 * self.traded.tick
        if known:
            with self.office.db.market_data() as data:
                _record(data, self.traded, price)
        self.standin.set_quote(self.traded.theirs, price - half, price + half, price)

    def pass_time(self, seconds: float = 120) -> None:
        """Whatever the database waits for has so many seconds less to go."""
        pass_time(self.office.installer, self.person, seconds)

    def work(self, times: int = 1) -> Done:
        """Passes of the worker, one after another; what the last one did."""
        for _ in range(times):
            self.done.append(Done())
            self.worker.run_once()
        return self.done[-1]

    def settle(self, most: int = 15) -> None:
        """Passes with time in between, until one finds nothing more to do."""
        for _ in range(most):
            self.pass_time()
            counts = self.work().counts
            if not counts.keys() - {"differences"} and not is_waiting(
                self.office.installer, self.person
            ):
                return
        last = [str(one) for one in self.failures[-2:]]
        raise AssertionError(f"not over after {most} passes: {self.done[-1]} {last} {self.rows()}")

    # What can be seen

    def order(self, order: Order) -> Order:
        """As it stands in the book."""
        with self.session() as book:
            (found,) = book.execute("select * from orders where order_id = %s", [order.order_id])
        return Order(**{name: found[name] for name in Order.__slots__})

    def rows(self, of: str = "order_outbox", order: str = "created_at") -> list[Any]:
        """A table of the live book's, this person's rows."""
        query = f"select * from live_trading.{of} where username = %s order by {order}"
        return self.office.sql(query, self.person)

    def sent(self, order: Order) -> list[Any]:
        """What was sent for an order, the oldest first."""
        return [one for one in self.rows() if one.order_id == order.order_id]

    def alarms(self) -> list[str]:
        """Their kinds, in the order in which they were raised."""
        return [one.kind for one in self.rows("alarms", "raised_at, alarm_id")]

    def calls(self, call: str) -> int:
        """How often the broker was asked for something."""
        return len(self.standin.calls(call))

    def _take(self, _account: BrokerAccount, done: Done | Exception) -> None:
        if isinstance(done, Failure | TwinbookError):
            self.failures.append(done)
        elif isinstance(done, Done):
            self.done[-1] = done


def pass_time(db: psycopg.Connection[Any], person: str, seconds: float = 120) -> None:
    """Whatever the database waits for, for a person, has so many seconds less to go."""
    ago = timedelta(seconds=seconds)
    db.execute(
        "update live_trading.order_outbox set not_before = not_before - %s,"
        " sending_at = sending_at - %s, over_at = over_at - %s where username = %s",
        [ago, ago, ago, person],
    )
    db.execute(
        "update identity.broker_accounts set leased_until = leased_until - %s where username = %s",
        [ago, person],
    )


def is_waiting(db: psycopg.Connection[Any], person: str) -> bool:
    """Whether something of a person's is on its way, either way."""
    found = db.execute(
        "select from live_trading.order_outbox where username = %s and (state in"
        " ('QUEUED', 'SENDING', 'PLACED') or state = 'WORKING'"
        " and (change_state is not null or is_unwanted)) limit 1",
        [person],
    )
    return bool(found.fetchall())


def credentials_of(login: Login) -> Credentials:
    """What a stand-in takes for a login."""
    held = {"token": Secret(login.key)}
    if login.secret:
        held = {"key_id": Secret(login.key), "secret": Secret(login.secret)}
    return Credentials(environment=Environment.SANDBOX, account=login.accounts[0], **held)


def login_of(broker: str, number: int) -> Login:
    """Credentials of one of many accounts at a stand-in."""
    usual = STAND_INS[broker].default_logins[0]
    return Login(f"{usual.key}{number}", usual.secret, (f"{usual.accounts[0]}{number}",))


def _record(data: Any, traded: Traded, price: Decimal) -> None:
    half = 10 * traded.tick
    data.record_quote(traded.symbol, bid=price - half, ask=price + half, last=price)
