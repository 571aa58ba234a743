"""Kraken spot: crypto against money, without options, without pairs of orders, without a sandbox.

Failures come with HTTP status 200 and a list of errors. Every private call is a signed POST with
a rising nonce. A client id is unique among open orders only, so an order that has filled doesn't
keep its double out; each order therefore carries a deadline after which Kraken takes it no more.
"""

import base64
import binascii
import hashlib
import hmac
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, ClassVar, NoReturn, TypeVar

import httpx

from twinbook.brokers import clock
from twinbook.brokers.checks import check_order
from twinbook.brokers.client import Answer, Draws, Endpoint, HttpClient, Outgoing, request_of
from twinbook.brokers.credentials import Credentials, CredentialsError
from twinbook.brokers.errors import (
    Ambiguous,
    AuthFailed,
    BrokerError,
    DuplicateClientId,
    InsufficientFunds,
    NotSupported,
    RateLimited,
    Rejected,
    Unavailable,
    UnknownOrder,
)
from twinbook.brokers.limits import DecayingCounter
from twinbook.brokers.provider import Addresses, BrokerProvider, Capabilities, Resubmission
from twinbook.brokers.reading import (
    Fields,
    Malformed,
    batches,
    fields,
    from_epoch,
    items,
    maybe_number,
    maybe_text,
    number,
    one_of,
    plain,
    price,
    standing,
    text,
)
from twinbook.brokers.secret import Secret
from twinbook.brokers.state import AccountState
from twinbook.brokers.terms import (
    AssetClass,
    Balance,
    Cancellation,
    Cash,
    Connection,
    Fill,
    OcoRequest,
    OptionQuote,
    Order,
    OrderRequest,
    OrderStatus,
    OrderType,
    Placed,
    Position,
    Preview,
    Quote,
    Quotes,
    Side,
    TimeInForce,
)

T = TypeVar("T")


def _private(name: str, cost: float = 1) -> Endpoint:
    return Endpoint(
        method="POST", path=f"/0/private/{name}", idempotent=True, bucket="private", cost=cost
    )


def _public(name: str) -> Endpoint:
    return Endpoint(method="GET", path=f"/0/public/{name}", idempotent=True, bucket="public")


_SYSTEM_STATUS = _public("SystemStatus")
_ASSET_PAIRS = _public("AssetPairs")
_TICKER = _public("Ticker")
_BALANCE = _private("BalanceEx")
_TRADE_BALANCE = _private("TradeBalance")
_OPEN_ORDERS = _private("OpenOrders")
_CLOSED_ORDERS = _private("ClosedOrders")
_QUERY_ORDERS = _private("QueryOrders")
_QUERY_TRADES = _private("QueryTrades")
_TRADES_HISTORY = _private("TradesHistory", cost=2)
# Placing and canceling don't count as calls; the matching engine counts them, for each pair.
_PLACE = Endpoint(method="POST", path="/0/private/AddOrder", idempotent=False, bucket=None)
# The same path, but with validate=true nothing is placed.
_PREVIEW = Endpoint(method="POST", path="/0/private/AddOrder", idempotent=True, bucket=None)
# The second one of two cancels is told that the order isn't known any more.
_CANCEL = Endpoint(method="POST", path="/0/private/CancelOrder", idempotent=True, bucket=None)

# Lowercase letters and digits are all that free text was seen to be accepted with.
_CLIENT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|[a-z0-9]{1,18}")
# An id that isn't one might be taken for a userref, which many orders can share.
_ORDER_ID = re.compile(r"O[A-Z0-9]+(-[A-Z0-9]+)+")
_A_PAGE = 50
_TRADES_AT_ONCE = 20
_OVERLAP = timedelta(seconds=1)

_DEADLINE = timedelta(seconds=30)
_DEADLINE_FROM, _DEADLINE_TO = timedelta(seconds=2), timedelta(seconds=60)
_AFTER_DEADLINE = timedelta(seconds=5)  # clocks differ

# Seconds of age, and what a cancel up to it costs. What it costs after 90 s is not verified.
_CANCEL_COSTS = ((5, 8), (10, 6), (15, 5), (45, 4), (90, 2), (300, 1))

_STATUSES = {
    "pending": OrderStatus.PENDING,
    "open": OrderStatus.OPEN,
    "closed": OrderStatus.FILLED,
    "canceled": OrderStatus.CANCELED,
    "expired": OrderStatus.EXPIRED,
}
_TYPES = {
    OrderType.MARKET: "market",
    OrderType.LIMIT: "limit",
    OrderType.STOP: "stop-loss",
    OrderType.STOP_LIMIT: "stop-loss-limit",
}
_SIDES = {side.value: side for side in Side}
_TYPES_READ = {word: kind for kind, word in _TYPES.items()}

# Codes from before Kraken dropped the prefixes X and Z; newer ones may begin with these letters.
_OLD_MONEY = ("ZUSD", "ZEUR", "ZGBP", "ZCAD", "ZJPY", "ZAUD")
_OLD_COINS = ("XXBT", "XETH", "XLTC", "XXRP", "XXLM", "XXDG", "XZEC", "XXMR", "XETC", "XREP")
_OLD_CODES = frozenset(_OLD_MONEY + _OLD_COINS)
_MONEY = frozenset({"USD", "EUR", "GBP", "CAD", "JPY", "AUD", "CHF"})

# What an error's beginning means, the first that fits, so the doubtful ones come before the
# certain ones. Anything else is a rejection.
_ERRORS: tuple[tuple[str, type[BrokerError]], ...] = (
    ("EGeneral:Invalid arguments:cl_ord_id not unique", DuplicateClientId),
    ("EService:", Unavailable),
    ("EGeneral:Internal error", Unavailable),
    ("EAPI:Rate limit exceeded", RateLimited),
    ("EOrder:Rate limit exceeded", RateLimited),
    ("EAPI:Invalid", AuthFailed),
    ("EGeneral:Permission denied", AuthFailed),
    ("EGeneral:Temporary lockout", AuthFailed),
    ("EOrder:Insufficient funds", InsufficientFunds),
    ("EOrder:Unknown order", UnknownOrder),
    ("EOrder:Invalid order", UnknownOrder),
)
_GONE = "EOrder:Unknown order"
_HINTS = {
    "EAPI:Invalid nonce": "give this key to one program alone, or make a new key for Twinbook",
    "EGeneral:Temporary lockout": "wait 15 minutes, then check the key",
}


@dataclass(frozen=True, slots=True)
class Tier:
    """An account's limits: of calls, and of the matching engine for each pair."""

    calls: float
    calls_decay: float
    engine: float
    engine_decay: float


TIERS = {
    "starter": Tier(15, 0.33, 60, 1),
    "intermediate": Tier(20, 0.5, 125, 2.34),
    "pro": Tier(20, 1, 180, 3.75),
}


_PUBLIC = (15, 1)  # calls, and how many of them a second makes good


@dataclass(frozen=True, slots=True)
class _Pair:
    canonical: str
    altname: str
    quote: str


class Kraken(BrokerProvider):
    """One Kraken account, by its API key and private key.

    Symbols are pairs as XBTUSD, XBT/USD or XXBTZUSD; answers have the first form. Spot positions
    are balances, so they are named by their asset, such as XBT.
    """

    name: ClassVar[str] = "kraken"
    addresses: ClassVar[Addresses] = Addresses(production="https://api.kraken.com", sandbox=None)
    capabilities: ClassVar[Capabilities] = Capabilities(
        asset_classes=frozenset({AssetClass.CRYPTO}),
        quoted=frozenset({AssetClass.CRYPTO}),
        times_in_force=frozenset(TimeInForce),
        options=False,
        oco=False,
        preview=True,
        preview_checks_funds=False,
        replace=False,
        replaces_quantity=False,
        fills=True,
        lists_past_days=True,
        client_id_is_unique=False,
        resubmission=Resubmission.BY_POLICY,
    )

    choices: ClassVar[Mapping[str, tuple[str, ...]]] = {"tier": tuple(TIERS)}

    def __init__(
        self,
        credentials: Credentials,
        address: str | None = None,
        *,
        state: AccountState | None = None,
        chosen: Mapping[str, str] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """See BrokerProvider. Limits are the key's: private, public, and engine/ and a pair."""
        super().__init__(credentials, address, state=state, chosen=chosen)
        if not (credentials.key_id and credentials.secret):
            raise CredentialsError("kraken needs an API key and a private key")
        _decoded(credentials.secret)
        self._tier = TIERS[self.chosen["tier"]]
        self._opened: dict[str, tuple[str, datetime]] = {}
        self._pairs: dict[str, _Pair] = {}
        self._lock = threading.Lock()
        self._http = HttpClient(
            broker=self.name,
            addresses={"trading": self.address},
            signer=self._sign,
            judge=self._judge,
            limits={
                "private": self.state.limit(
                    "private", lambda: DecayingCounter(self._tier.calls, self._tier.calls_decay)
                ),
                "public": self.state.limit("public", lambda: DecayingCounter(*_PUBLIC)),
            },
            secrets=credentials.secrets,
            transport=transport,
        )

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def quotes(self, symbols: Sequence[str]) -> Quotes:
        """See BrokerProvider. Kraken's ticker gives no time."""
        known = self._known_pairs()
        asked = {symbol: known.get(symbol.upper()) for symbol in symbols}
        pairs = sorted({pair.altname for pair in asked.values() if pair})
        told = self._http.call(_TICKER, fields, query={"pair": ",".join(pairs)}) if pairs else {}
        found = {
            symbol: _read_quote(symbol, fields(told[pair.canonical]))
            for symbol, pair in asked.items()
            if pair and pair.canonical in told
        }
        return Quotes.of(symbols, found)

    def expirations(self, underlying: str) -> list[date]:
        """Raises NotSupported: Kraken spot lists no options."""
        raise self._lacks(f"list options on {underlying}")

    def chain(self, underlying: str, expiration: date) -> list[OptionQuote]:
        """Raises NotSupported: Kraken spot lists no options."""
        raise self._lacks(f"list options on {underlying}")

    def place_order(self, order: OrderRequest) -> Placed:
        """See BrokerProvider. A DAY order needs ``expires_at``, since Kraken has no days.

        The deadline is within 2 to 60 s from now, 30 s if none is given; Ambiguous says when it
        has surely passed. Absence after that, twice, makes it likely that nothing landed.
        """
        check_order(order, self, _CLIENT_ID)
        pair = self._pair(order.symbol)
        deadline = self._deadline(order)
        form = self._form(order, pair) | {"deadline": _rfc3339(deadline)}
        try:
            placed = self._http.call(
                _PLACE,
                lambda result: _read_placed(result, order.client_id),
                form=form,
                also=self._engine(pair.altname, 1),
                latest=deadline,
            )
        except DuplicateClientId:
            raise
        except Ambiguous as error:
            error.look_up_after = deadline + _AFTER_DEADLINE
            raise
        self._remember(placed.order_id, pair.altname, clock.now())
        return placed

    def preview_order(self, order: OrderRequest) -> Preview:
        """See BrokerProvider. Too large a volume was seen to pass, so funds aren't checked."""
        check_order(order, self, _CLIENT_ID)
        pair = self._pair(order.symbol)
        # Never sent with false when placing: as a text it once meant true.
        form = self._form(order, pair) | {"validate": "true"}
        return self._http.call(
            _PREVIEW,
            lambda result: Preview(description=text(fields(result.get("descr")).get("order"))),
            form=form,
            also=self._engine(pair.altname, 1),
        )

    def place_oco(self, pair: OcoRequest) -> Placed:
        """Raises NotSupported: keep the stop at Kraken, watch the take profit, and swap them."""
        raise self._lacks("pair orders so that one cancels the other")

    def get_order(self, order_id: str) -> Order:
        """See BrokerProvider."""
        return self._query(order_id)[0]

    def list_orders(
        self,
        *,
        client_id: str | None = None,
        since: datetime | None = None,
        open_only: bool = False,
    ) -> list[Order]:
        """See BrokerProvider. A client id may find several, since closed orders free it.

        Open orders are read first: one that closes in between is then seen twice, never missed.
        """
        wanted = {} if client_id is None else {"cl_ord_id": client_id}
        found = self._http.call(
            _OPEN_ORDERS, lambda result: self._read_orders(result.get("open")), form=wanted
        )
        if not open_only:
            if since is None and client_id is None:
                since = clock.now() - timedelta(days=1)
            form = wanted if since is None else {**wanted, "start": _epoch(since - _OVERLAP)}
            found |= self._all_pages(
                _CLOSED_ORDERS, form, lambda result: self._read_orders(result.get("closed"))
            )
        # The filter was once ignored by the broker, so it is applied here too.
        return [order for order in found.values() if client_id in (None, order.client_id)]

    def cancel_order(self, order_id: str) -> Cancellation:
        """See BrokerProvider. An order that is gone is unknown; one that never was is invalid."""
        self._check_id(order_id)
        try:
            canceled = self._http.call(
                _CANCEL,
                lambda result: number(result.get("count")),
                form={"txid": order_id},
                also=self._cost_of_canceling(order_id),
            )
        except UnknownOrder as error:
            if error.code.startswith(_GONE):
                return Cancellation.ALREADY_OVER
            raise
        return Cancellation.REQUESTED if canceled else Cancellation.ALREADY_OVER

    def balance(self) -> Balance:
        """See BrokerProvider. Money only; equity is all of it and the crypto, in USD."""
        cash = [
            Cash(currency=asset, amount=amount, buying_power=available)
            for asset, amount, available in self._holdings()
            if _is_money(asset)
        ]
        equity = self._http.call(
            _TRADE_BALANCE, lambda result: number(result.get("eb")), form={"asset": "ZUSD"}
        )
        return Balance(
            account=self.credentials.account,
            cash=tuple(cash),
            equity=equity,
            equity_currency="USD",
        )

    def positions(self) -> list[Position]:
        """See BrokerProvider. Balances that aren't money; Kraken doesn't tell what they cost."""
        return [
            Position(
                symbol=asset,
                quantity=amount,
                cost=None,
                asset_class=AssetClass.CRYPTO,
                opened_at=None,
            )
            for asset, amount, _ in self._holdings()
            if amount and not _is_money(asset)
        ]

    def fills(self, since: datetime, order_id: str | None = None) -> list[Fill]:
        """See BrokerProvider. An order's own are asked for by its trades' ids.

        Fees are in the pair's quote currency. Trades of one taker are not merged, so that each
        keeps its id.
        """
        self._known_pairs()
        if order_id is None:
            form = {"start": _epoch(since - _OVERLAP), "consolidate_taker": "false"}
            found = self._all_pages(
                _TRADES_HISTORY, form, lambda result: self._read_fills(result.get("trades"))
            )
        else:
            found = {}
            for batch in batches(self._query(order_id)[1], _TRADES_AT_ONCE):
                found |= self._http.call(
                    _QUERY_TRADES, self._read_fills, form={"txid": ",".join(batch)}
                )
        return sorted(found.values(), key=lambda fill: (fill.executed_at, fill.fill_id))

    def test_connection(self) -> Connection:
        """See BrokerProvider. The system's status, and a balance, which needs the key."""
        status = self._http.call(_SYSTEM_STATUS, lambda result: text(result.get("status")))
        self._holdings()
        return Connection(
            account=self.credentials.account,
            environment=self.credentials.environment,
            accounts=(),
            status=status,
            can_trade=status == "online",
        )

    @contextmanager
    def _sign(self, outgoing: Outgoing) -> Iterator[httpx.Request]:
        if outgoing.path.startswith("/0/public/"):
            yield request_of(outgoing, {})
            return
        key_id = self.credentials.key_id
        assert key_id  # noqa: S101
        with self.state.nonces.turn() as nonce:
            form = {"nonce": str(nonce), **(outgoing.form or {})}
            request = request_of(replace(outgoing, form=form), {"API-Key": key_id.reveal()})
            key = _decoded(self.credentials.secret)
            request.headers["API-Sign"] = sign(key, outgoing.path, nonce, request.content)
            yield request

    def _judge(self, _endpoint: Endpoint, answer: Answer) -> Fields:
        if answer.status != 200:
            self._http.by_status(answer)
        body = fields(answer.json())
        # Entries beginning with W are warnings.
        errors = [str(one) for one in items(body.get("error")) if not str(one).startswith("W")]
        if errors:
            self._refuse(errors)
        return fields(body.get("result"))

    def _refuse(self, errors: list[str]) -> NoReturn:
        def begins(start: str) -> bool:
            return any(error.startswith(start) for error in errors)

        kind = next((kind for start, kind in _ERRORS if begins(start)), Rejected)
        hint = next((hint for start, hint in _HINTS.items() if begins(start)), "")
        said = self._http.quoted("; ".join(errors))
        raise kind(said, hint, broker=self.name, code=self._http.quoted(errors[0]))

    def _form(self, order: OrderRequest, pair: _Pair) -> dict[str, str]:
        form = {
            "ordertype": _TYPES[order.order_type],
            "type": order.side.value,
            "volume": plain(order.quantity),
            "pair": pair.altname,
            "cl_ord_id": order.client_id,
            "oflags": "fciq",
        }
        # A stop's trigger stands in price, and the limit behind it in price2.
        prices = [p for p in (order.stop_price, order.limit_price) if p is not None]
        form |= dict(zip(("price", "price2"), map(plain, prices), strict=False))
        return form | self._time_in_force(order)

    def _time_in_force(self, order: OrderRequest) -> dict[str, str]:
        if order.order_type is OrderType.MARKET:
            if order.time_in_force is TimeInForce.FOK:
                raise NotSupported("it has no FOK for market orders", broker=self.name)
            return {}  # it fills at once, whatever it says
        if order.time_in_force is not TimeInForce.DAY:
            return {"timeinforce": order.time_in_force.value}
        if order.expires_at is None:
            raise Rejected(
                "a DAY order needs its end here",
                "give expires_at, or another time in force",
                broker=self.name,
            )
        return {"timeinforce": "GTD", "expiretm": _epoch(order.expires_at)}

    def _deadline(self, order: OrderRequest) -> datetime:
        now = clock.now()
        deadline = order.deadline or now + _DEADLINE
        if not _DEADLINE_FROM <= deadline - now <= _DEADLINE_TO:
            raise Rejected(
                "the deadline isn't within 2 to 60 s from now; nothing was sent",
                "give the order a new deadline",
                broker=self.name,
            )
        return deadline

    def _known_pairs(self) -> dict[str, _Pair]:
        with self._lock:
            known = self._pairs
        if not known:
            known = self._http.call(_ASSET_PAIRS, _read_pairs)
            with self._lock:
                self._pairs = known
        return known

    def _pair(self, symbol: str) -> _Pair:
        found = self._known_pairs().get(symbol.upper())
        if found is None:
            raise Rejected(f"it doesn't trade {symbol}", "write it as XBT/USD", broker=self.name)
        return found

    def _query(self, order_id: str) -> tuple[Order, list[str]]:
        self._check_id(order_id)

        def read(result: Fields) -> tuple[Order, list[str]]:
            if order_id not in result:
                raise UnknownOrder("there is no such order", broker=self.name)
            told = fields(result[order_id])
            trades = [text(trade) for trade in items(told.get("trades") or [])]
            return self._read_order(order_id, told), trades

        form = {"txid": order_id, "trades": "true", "consolidate_taker": "false"}
        return self._http.call(_QUERY_ORDERS, read, form=form)

    def _check_id(self, order_id: str) -> None:
        if not _ORDER_ID.fullmatch(order_id):
            raise UnknownOrder("that isn't the id of an order; nothing was sent", broker=self.name)

    def _all_pages(
        self, endpoint: Endpoint, form: Mapping[str, str], read: Callable[[Fields], dict[str, T]]
    ) -> dict[str, T]:
        found: dict[str, T] = {}
        for offset in count(step=_A_PAGE):
            page, total = self._http.call(
                endpoint,
                lambda result: (read(result), maybe_number(result.get("count"))),
                form={**form, "ofs": str(offset)},
            )
            found |= page
            if len(page) < _A_PAGE or (total is not None and offset + _A_PAGE >= total):
                break
        return found

    def _holdings(self) -> list[tuple[str, Decimal, Decimal]]:
        return self._http.call(_BALANCE, _read_holdings, form={})

    def _engine(self, pair: str, cost: float) -> Draws:
        limit = self.state.limit(
            f"engine/{pair}", lambda: DecayingCounter(self._tier.engine, self._tier.engine_decay)
        )
        return ((limit, cost),)

    def _remember(self, order_id: str, pair: str, opened_at: datetime) -> None:
        oldest = clock.now() - timedelta(seconds=_CANCEL_COSTS[-1][0])
        if opened_at < oldest:
            return
        with self._lock:
            self._opened = {
                known: (of, at) for known, (of, at) in self._opened.items() if at >= oldest
            }
            self._opened[order_id] = (pair, opened_at)

    def _cost_of_canceling(self, order_id: str) -> Draws:
        with self._lock:
            known = self._opened.get(order_id)
        if known is None:
            return ()
        pair, opened_at = known
        age = (clock.now() - opened_at).total_seconds()
        cost = next((cost for until, cost in _CANCEL_COSTS if age < until), 0)
        return self._engine(pair, cost) if cost else ()

    def _read_orders(self, told: object) -> dict[str, Order]:
        return {
            order_id: self._read_order(order_id, fields(one))
            for order_id, one in fields(told).items()
        }

    def _read_order(self, order_id: str, told: Fields) -> Order:
        terms = fields(told.get("descr"))
        word = text(told.get("status"))
        quantity, filled = number(told.get("vol")), number(told.get("vol_exec"))
        status, is_known = standing(_STATUSES.get(word), quantity, filled)
        kind = _TYPES_READ.get(text(terms.get("ordertype")))
        first, second = price(terms.get("price")), price(terms.get("price2"))
        is_stop = kind in (OrderType.STOP, OrderType.STOP_LIMIT)
        limits = {OrderType.LIMIT: first, OrderType.STOP_LIMIT: second}
        opened_at = from_epoch(told.get("opentm"))
        symbol = text(terms.get("pair"))
        if opened_at is not None and not status.is_final:
            self._remember(order_id, symbol, opened_at)
        side = maybe_text(terms.get("type"))
        return Order(
            order_id=order_id,
            client_id=maybe_text(told.get("cl_ord_id")),
            symbol=symbol,
            side=Side(side) if side in set(Side) else None,
            order_type=kind,
            quantity=quantity,
            filled_quantity=filled,
            average_price=price(told.get("price")) if filled else None,
            limit_price=limits.get(kind) if kind else None,
            stop_price=first if is_stop else None,
            status=status,
            raw_status=word,
            status_is_known=is_known,
            reason=maybe_text(told.get("reason")),
            fee=maybe_number(told.get("fee")),
            created_at=opened_at,
            updated_at=from_epoch(told.get("closetm")) or opened_at,
        )

    def _read_fills(self, told: object) -> dict[str, Fill]:
        return {
            fill_id: self._read_fill(fill_id, fields(one)) for fill_id, one in fields(told).items()
        }

    def _read_fill(self, fill_id: str, told: Fields) -> Fill:
        at = from_epoch(told.get("time"))
        if at is None:
            raise Malformed("a trade has no time")
        name = text(told.get("pair"))
        pair = self._pairs.get(name.upper())
        is_maker = told.get("maker")
        return Fill(
            fill_id=fill_id,
            order_id=maybe_text(told.get("ordertxid")) or "",
            symbol=pair.altname if pair else name,
            side=one_of(_SIDES, told.get("type")),
            quantity=number(told.get("vol")),
            price=number(told.get("price")),
            fee=number(told.get("fee")),
            fee_currency=pair.quote if pair else None,
            liquidity=None if is_maker is None else "maker" if is_maker else "taker",
            executed_at=at,
        )


def sign(key: bytes, path: str, nonce: int, body: bytes) -> str:
    """Kraken's signature of a request: HMAC-SHA512 over the path and a digest of the exact body.

    ``key`` is the private key decoded, ``body`` holds the nonce.
    https://docs.kraken.com/api/docs/guides/spot-rest-auth
    """
    digest = hashlib.sha256(str(nonce).encode() + body).digest()
    signature = hmac.new(key, path.encode() + digest, hashlib.sha512).digest()
    return base64.b64encode(signature).decode()


def _decoded(secret: Secret | None) -> bytes:
    try:
        return base64.b64decode(secret.reveal() if secret else "", validate=True)
    except binascii.Error:
        pass
    raise CredentialsError("kraken's private key isn't base64", "copy it again")


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _epoch(at: datetime) -> str:
    return str(int(at.timestamp()))


def _asset(code: str) -> str:
    """An asset by its present code, without the suffix of the form that it is held in."""
    name, dot, form = code.partition(".")
    return (name[1:] if name in _OLD_CODES else name) + dot + form


def _is_money(asset: str) -> bool:
    return asset.partition(".")[0] in _MONEY


def _read_pairs(result: Fields) -> dict[str, _Pair]:
    known: dict[str, _Pair] = {}
    for canonical, one in result.items():
        told = fields(one)
        pair = _Pair(canonical, text(told.get("altname")), _asset(text(told.get("quote"))))
        wsname = maybe_text(told.get("wsname"))
        known |= {name.upper(): pair for name in (canonical, pair.altname, wsname) if name}
    return known


def _read_quote(symbol: str, told: Fields) -> Quote:
    def part(name: str, place: int) -> Any:
        values = items(told.get(name))
        return values[place] if len(values) > place else None

    return Quote(
        symbol=symbol,
        bid=price(part("b", 0)),
        ask=price(part("a", 0)),
        last=price(part("c", 0)),
        bid_size=maybe_number(part("b", 2)),
        ask_size=maybe_number(part("a", 2)),
        day_volume=maybe_number(part("v", 0)),
        quoted_at=None,
    )


def _read_placed(result: Fields, client_id: str) -> Placed:
    ids = items(result.get("txid"))
    if not ids:
        raise Malformed("no order id was given")
    return Placed(order_id=text(ids[0]), client_id=client_id)


def _read_holdings(result: Fields) -> list[tuple[str, Decimal, Decimal]]:
    holdings = []
    for code, one in result.items():
        told = fields(one)
        amount = number(told.get("balance"))
        credit, used = maybe_number(told.get("credit")), maybe_number(told.get("credit_used"))
        free = amount - number(told.get("hold_trade")) + (credit or 0) - (used or 0)
        holdings.append((_asset(code), amount, free))
    return holdings
