"""Alpaca: equities, options and crypto.

Trading amounts are decimal strings, market data are numbers. An order's client id is refused for
ever once it has been used, so that an order that may have landed can safely be sent again. A
rejection may come after an order was accepted.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any, ClassVar

import httpx

from twinbook.brokers import clock
from twinbook.brokers.checks import check_change, check_oco, check_order
from twinbook.brokers.client import (
    Answer,
    Endpoint,
    HttpClient,
    Outgoing,
    limit_headers,
    request_of,
)
from twinbook.brokers.credentials import Credentials, CredentialsError, Environment
from twinbook.brokers.errors import (
    AuthFailed,
    BrokerError,
    DuplicateClientId,
    InsufficientFunds,
    NotSupported,
    Rejected,
    UnknownOrder,
    WrongEnvironment,
)
from twinbook.brokers.limits import WindowLimit
from twinbook.brokers.provider import Addresses, BrokerProvider, Capabilities, Resubmission
from twinbook.brokers.reading import (
    Fields,
    Malformed,
    batches,
    contract,
    day,
    fields,
    items,
    maybe_number,
    maybe_text,
    moment,
    number,
    one_of,
    plain,
    price,
    read_greeks,
    standing,
    text,
    translate,
)
from twinbook.brokers.state import AccountState
from twinbook.brokers.terms import (
    AssetClass,
    Balance,
    Cancellation,
    Cash,
    Connection,
    Effect,
    Fill,
    OcoRequest,
    OptionQuote,
    Order,
    OrderChange,
    OrderRequest,
    OrderStatus,
    OrderType,
    Placed,
    Position,
    Quote,
    Quotes,
    Side,
    TimeInForce,
)

# How long after a lost answer a look-up by client id is trusted to find what landed.
_SETTLES_IN = timedelta(seconds=2)

_ACCOUNT = Endpoint(method="GET", path="/v2/account", idempotent=True, bucket="account")
_POSITIONS = Endpoint(method="GET", path="/v2/positions", idempotent=True, bucket="account")
_CONTRACTS = Endpoint(method="GET", path="/v2/options/contracts", idempotent=True, bucket="account")
_FILLS = Endpoint(
    method="GET", path="/v2/account/activities/FILL", idempotent=True, bucket="account"
)
_ORDERS = Endpoint(method="GET", path="/v2/orders", idempotent=True, bucket="account")
_ORDER = Endpoint(method="GET", path="/v2/orders/{order}", idempotent=True, bucket="account")
_BY_CLIENT_ID = Endpoint(
    method="GET", path="/v2/orders:by_client_order_id", idempotent=True, bucket="account"
)
_PLACE = Endpoint(
    method="POST",
    path="/v2/orders",
    idempotent=False,
    bucket="account",
    settles_in=_SETTLES_IN,
)
_REPLACE = Endpoint(
    method="PATCH",
    path="/v2/orders/{order}",
    idempotent=False,
    bucket="account",
    settles_in=_SETTLES_IN,
    look_up="read the order: if it was replaced, it names the one that goes on in its place",
)
# The second one of two cancels is told that the order isn't cancelable.
_CANCEL = Endpoint(method="DELETE", path="/v2/orders/{order}", idempotent=True, bucket="account")
_QUOTES = Endpoint(
    method="GET", path="/v2/stocks/quotes/latest", idempotent=True, bucket="data", host="data"
)
_SNAPSHOTS = Endpoint(
    method="GET",
    path="/v1beta1/options/snapshots/{underlying}",
    idempotent=True,
    bucket="data",
    host="data",
)

_DATA = "https://data.alpaca.markets"  # for both environments
_CLIENT_ID = re.compile(r"[!-~]{1,128}")
_PER_MINUTE = 200
_SYMBOLS_AT_ONCE = 100
_ORDERS_A_PAGE = 500
_FILLS_A_PAGE = 100
_CONTRACTS_A_PAGE = 10000
_SNAPSHOTS_A_PAGE = 1000
_LONGEST_OPTION = timedelta(days=5 * 366)  # without a bound only this week's are listed
_OVERLAP = timedelta(seconds=1)

# The first stands for a client id that was used, but also for other faults of a request.
_NOT_UNIQUE, _NO_BUYING_POWER, _NO_ORDER = 40010001, 40310000, 40410000
# Of an id that isn't one it says with the first, "order_id is missing" (Alpaca-API#135).
_NO_SUCH_ORDER = {
    **dict.fromkeys((_ORDER, _CANCEL, _REPLACE), (_NO_ORDER, _NOT_UNIQUE)),
    _BY_CLIENT_ID: (_NO_ORDER,),
}

_STATUSES = {
    "accepted": OrderStatus.PENDING,
    "pending_new": OrderStatus.PENDING,
    "accepted_for_bidding": OrderStatus.PENDING,
    "pending_review": OrderStatus.PENDING,
    "held": OrderStatus.PENDING,
    "new": OrderStatus.OPEN,
    "stopped": OrderStatus.OPEN,
    "suspended": OrderStatus.OPEN,
    "pending_cancel": OrderStatus.OPEN,
    "pending_replace": OrderStatus.OPEN,
    "done_for_day": OrderStatus.OPEN,
    "calculated": OrderStatus.OPEN,
    "partially_filled": OrderStatus.PARTIALLY_FILLED,
    "filled": OrderStatus.FILLED,
    "canceled": OrderStatus.CANCELED,
    "replaced": OrderStatus.CANCELED,
    "expired": OrderStatus.EXPIRED,
    "rejected": OrderStatus.REJECTED,
}
_TIMES_IN_FORCE = {
    TimeInForce.DAY: "day",
    TimeInForce.GTC: "gtc",
    TimeInForce.IOC: "ioc",
    TimeInForce.FOK: "fok",
}
_ASSET_CLASSES = {
    "us_equity": AssetClass.EQUITY,
    "us_option": AssetClass.OPTION,
    "crypto": AssetClass.CRYPTO,
}
_EFFECTS = {f"{side}_to_{effect}": effect for side in Side for effect in Effect}
_FILL_SIDES = {"buy": Side.BUY, "sell": Side.SELL, "sell_short": Side.SELL}
# What an asset class takes of order types and times in force; equities take all.
_TYPES_OF = {
    AssetClass.OPTION: {OrderType.MARKET, OrderType.LIMIT},
    AssetClass.CRYPTO: {OrderType.MARKET, OrderType.LIMIT, OrderType.STOP_LIMIT},
}
_TIMES_OF = {
    AssetClass.OPTION: {TimeInForce.DAY},
    AssetClass.CRYPTO: {TimeInForce.GTC, TimeInForce.IOC},
}
# Seen, not documented: paper keys begin with PK, live ones with AK.
_MARKS = {"PK": Environment.SANDBOX, "AK": Environment.PRODUCTION}


class Alpaca(BrokerProvider):
    """One Alpaca account, by its key id and secret; paper is its sandbox.

    Paper fills about one order in ten in random parts, and ignores the size at the best price.
    """

    name: ClassVar[str] = "alpaca"
    addresses: ClassVar[Addresses] = Addresses(
        production="https://api.alpaca.markets", sandbox="https://paper-api.alpaca.markets"
    )
    capabilities: ClassVar[Capabilities] = Capabilities(
        asset_classes=frozenset({AssetClass.EQUITY, AssetClass.OPTION, AssetClass.CRYPTO}),
        quoted=frozenset({AssetClass.EQUITY, AssetClass.OPTION}),
        times_in_force=frozenset(_TIMES_IN_FORCE),
        options=True,
        oco=True,
        preview=False,
        preview_checks_funds=False,
        replace=True,
        replaces_quantity=True,
        fills=True,
        lists_past_days=True,
        client_id_is_unique=True,
        resubmission=Resubmission.SAFE,
    )

    choices: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "stock_feed": ("iex", "sip", "delayed_sip"),
        "option_feed": ("indicative", "opra"),
    }

    def __init__(
        self,
        credentials: Credentials,
        address: str | None = None,
        *,
        state: AccountState | None = None,
        chosen: Mapping[str, str] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """See BrokerProvider. Limits are the account's: account and data."""
        super().__init__(credentials, address, state=state, chosen=chosen)
        if not (credentials.key_id and credentials.secret):
            raise CredentialsError("alpaca needs a key id and a secret")
        marked = _MARKS.get(credentials.key_id.reveal()[:2], credentials.environment)
        if marked is not credentials.environment:
            raise WrongEnvironment(
                f"the key is a {marked} one, stored as {credentials.environment}; nothing was sent",
                broker=self.name,
            )
        self._http = HttpClient(
            broker=self.name,
            addresses={"trading": self.address, "data": self._data_address()},
            signer=self._sign,
            judge=self._judge,
            limits={
                name: self.state.limit(name, lambda: WindowLimit(_PER_MINUTE))
                for name in ("account", "data")
            },
            secrets=credentials.secrets,
            feedback=_feedback,
            transport=transport,
        )

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def quotes(self, symbols: Sequence[str]) -> Quotes:
        """See BrokerProvider. Equities and options; a price of 0 is none.

        Options are read from the snapshots of their underlying, one request per expiration.
        """
        asked = list(dict.fromkeys(symbols))
        options = [symbol for symbol in asked if contract(symbol)]
        equities = [symbol for symbol in asked if symbol not in options]
        if any("/" in symbol for symbol in equities):
            raise NotSupported("it has no quotes for crypto here", broker=self.name)
        found: dict[str, Quote] = {}
        for batch in batches(equities, _SYMBOLS_AT_ONCE):
            query = {"symbols": ",".join(batch), "feed": self.chosen["stock_feed"]}
            found |= self._http.call(_QUOTES, _read_quotes, query=query)
        found |= self._option_quotes(options)
        return Quotes.of(asked, found)

    def expirations(self, underlying: str) -> list[date]:
        """See BrokerProvider. Derived from the contracts, since there is no list of its own."""
        today = clock.now().date()
        query = {
            "underlying_symbols": underlying,
            "expiration_date_gte": today.isoformat(),
            "expiration_date_lte": (today + _LONGEST_OPTION).isoformat(),
            "limit": str(_CONTRACTS_A_PAGE),
        }
        contracts = self._pages(_CONTRACTS, _read_contracts, query, {})
        return sorted({expiration for page in contracts for expiration in page})

    def chain(self, underlying: str, expiration: date) -> list[OptionQuote]:
        """See BrokerProvider. Greeks and last trades are missing on some contracts."""
        query = {
            "feed": self.chosen["option_feed"],
            "expiration_date": expiration.isoformat(),
            "limit": str(_SNAPSHOTS_A_PAGE),
        }
        pages = self._pages(
            _SNAPSHOTS,
            lambda body: _read_snapshots(body, underlying),
            query,
            {"underlying": underlying},
        )
        return [option for page in pages for option in page]

    def place_order(self, order: OrderRequest) -> Placed:
        """See BrokerProvider. Raises DuplicateClientId when an order with that id is there."""
        body = self._body(order)
        return self._http.call(_PLACE, _read_placed, body=body, latest=order.deadline)

    def place_oco(self, pair: OcoRequest) -> Placed:
        """See BrokerProvider. The order returned is the take profit; the stop is its leg.

        Exits only, and of type limit as a parent.
        """
        check_oco(pair, self, _CLIENT_ID)
        if pair.asset_class is not AssetClass.EQUITY:
            raise NotSupported("it has pairs for equities only", broker=self.name)
        stop = {"stop_price": plain(pair.stop_loss)}
        if pair.stop_limit_price is not None:
            stop["limit_price"] = plain(pair.stop_limit_price)
        body = {
            "symbol": pair.symbol,
            "qty": plain(pair.quantity),
            "side": pair.side.value,
            "type": "limit",
            "time_in_force": translate(_TIMES_IN_FORCE, pair.time_in_force, self.name),
            "order_class": "oco",
            "take_profit": {"limit_price": plain(pair.take_profit)},
            "stop_loss": stop,
            "client_order_id": pair.client_id,
        }
        return self._http.call(_PLACE, _read_placed, body=body)

    def get_order(self, order_id: str) -> Order:
        """See BrokerProvider."""
        return self._http.call(
            _ORDER, _read_order, path={"order": order_id}, query={"nested": "true"}
        )

    def list_orders(
        self,
        *,
        client_id: str | None = None,
        since: datetime | None = None,
        open_only: bool = False,
    ) -> list[Order]:
        """See BrokerProvider. By client id it has a call of its own; None found is an empty list.

        Without ``since`` it goes back a day, or for open orders without end.
        """
        if client_id is not None:
            return self._by_client_id(client_id)
        query = {
            "status": "open" if open_only else "all",
            "limit": str(_ORDERS_A_PAGE),
            "direction": "asc",
            "nested": "true",
        }
        if since is None and not open_only:
            since = clock.now() - timedelta(days=1)
        found: dict[str, Order] = {}
        while True:
            if since is not None:
                query["after"] = (since - _OVERLAP).isoformat()
            page = self._http.call(
                _ORDERS, lambda body: [_read_order(one) for one in items(body)], query=query
            )
            new = [order for order in page if order.order_id not in found]
            found |= {order.order_id: order for order in new}
            newest = max((order.created_at for order in new if order.created_at), default=None)
            # Whether legs count is not documented, so they do.
            listed = sum(1 + len(order.legs) for order in page)
            if listed < _ORDERS_A_PAGE or newest is None:
                return list(found.values())
            since = newest

    def cancel_order(self, order_id: str) -> Cancellation:
        """See BrokerProvider. 204 means requested, 422 that it can't be canceled any more."""
        try:
            self._http.call(_CANCEL, lambda _: None, path={"order": order_id})
        except UnknownOrder:
            raise
        except Rejected as error:
            if error.code.startswith("422"):
                return Cancellation.ALREADY_OVER
            raise
        return Cancellation.REQUESTED

    def replace_order(self, order_id: str, change: OrderChange) -> Placed:
        """See BrokerProvider. A new order with a new id takes the old one's place, if it can.

        Refused while the old one is accepted or pending.
        """
        check_change(change, self)
        terms = {
            "qty": change.quantity,
            "limit_price": change.limit_price,
            "stop_price": change.stop_price,
        }
        body = {name: plain(value) for name, value in terms.items() if value is not None}
        return self._http.call(_REPLACE, _read_placed, path={"order": order_id}, body=body)

    def balance(self) -> Balance:
        """See BrokerProvider."""
        return self._http.call(_ACCOUNT, _read_balance)

    def positions(self) -> list[Position]:
        """See BrokerProvider."""
        return self._http.call(
            _POSITIONS, lambda body: [_read_position(fields(one)) for one in items(body)]
        )

    def fills(self, since: datetime, order_id: str | None = None) -> list[Fill]:
        """See BrokerProvider. ``after`` excludes its own moment, so it is set a second earlier.

        The time is the field's, never the id's, whose digits are New York's time.
        """
        query = {
            "after": (since - _OVERLAP).isoformat(),
            "direction": "asc",
            "page_size": str(_FILLS_A_PAGE),
        }
        found: dict[str, Fill] = {}
        while True:
            page = self._http.call(
                _FILLS, lambda body: [_read_fill(fields(one)) for one in items(body)], query=query
            )
            is_last = len(page) < _FILLS_A_PAGE or page[-1].fill_id in found
            found |= {fill.fill_id: fill for fill in page}
            if is_last:
                fills = [fill for fill in found.values() if order_id in (None, fill.order_id)]
                return sorted(fills, key=lambda fill: (fill.executed_at, fill.fill_id))
            query["page_token"] = page[-1].fill_id

    def test_connection(self) -> Connection:
        """See BrokerProvider. An account that is blocked can't trade."""
        connection, ids = self._http.call(_ACCOUNT, self._read_connection)
        if self.credentials.account not in ("", *ids):
            raise AuthFailed(
                f"the keys aren't for account {self.credentials.account}",
                "store the account's own keys, or leave the account empty",
                broker=self.name,
            )
        return connection

    def _data_address(self) -> str:
        own = (self.addresses.production, self.addresses.sandbox)
        return _DATA if self.address in own else self.address

    @contextmanager
    def _sign(self, outgoing: Outgoing) -> Iterator[httpx.Request]:
        key_id, secret = self.credentials.key_id, self.credentials.secret
        assert key_id  # noqa: S101
        assert secret  # noqa: S101
        yield request_of(
            outgoing,
            {
                "APCA-API-KEY-ID": key_id.reveal(),
                "APCA-API-SECRET-KEY": secret.reveal(),
                "Accept": "application/json",
            },
        )

    def _judge(self, endpoint: Endpoint, answer: Answer) -> Any:
        if answer.status == 204:
            return None
        if answer.status == 200:
            return answer.json()
        if answer.status == 429 or answer.status >= 500:
            self._http.by_status(answer)
        try:
            told = answer.json()
        except Malformed:
            told = None
        if isinstance(told, dict) and isinstance(told.get("message"), str):
            raise self._refusal(endpoint, told, answer)
        return self._http.by_status(answer)

    def _refusal(self, endpoint: Endpoint, told: Fields, answer: Answer) -> BrokerError:
        # Codes and HTTP statuses are stable, messages aren't; a 401 has no code.
        said = self._http.quoted(told["message"])
        code = told.get("code")
        shown = self._http.quoted(f"{answer.status}/{code or ''}")
        if code == _NOT_UNIQUE and endpoint is _PLACE:
            return DuplicateClientId(
                said,
                "fetch the order by its client id: it landed, or else it was refused for this",
                broker=self.name,
                code=shown,
                is_certain=False,
            )
        # Wash trades and missing permissions share this code.
        is_poor = code == _NO_BUYING_POWER and (
            "buying_power" in told or "insufficient" in said.lower()
        )
        kind: type[BrokerError] = Rejected
        if answer.status == 401 or (answer.status == 403 and code is None):
            kind = AuthFailed
        elif code in _NO_SUCH_ORDER.get(endpoint, ()):
            kind = UnknownOrder
        elif is_poor:
            kind = InsufficientFunds
        return kind(said, broker=self.name, code=shown)

    def _by_client_id(self, client_id: str) -> list[Order]:
        try:
            query = {"client_order_id": client_id, "nested": "true"}
            return [self._http.call(_BY_CLIENT_ID, _read_order, query=query)]
        except UnknownOrder:
            return []

    def _option_quotes(self, symbols: list[str]) -> dict[str, Quote]:
        def chain_of(symbol: str) -> tuple[str, date]:
            known = contract(symbol)
            assert known  # noqa: S101
            return known.root, known.expiration

        found: dict[str, Quote] = {}
        for (root, expiration), group in groupby(sorted(symbols, key=chain_of), chain_of):
            wanted = set(group)
            found |= {
                option.symbol: _quote_of(option)
                for option in self.chain(root, expiration)
                if option.symbol in wanted
            }
        return found

    def _pages(
        self,
        endpoint: Endpoint,
        read: Callable[[Fields], list[Any]],
        query: Mapping[str, str],
        path: Mapping[str, str],
    ) -> Iterator[list[Any]]:
        token: str | None = None
        seen: set[str | None] = {None}
        while True:
            following = {"page_token": token} if token else {}
            page, token = self._http.call(
                endpoint,
                lambda body: (read(body), maybe_text(fields(body).get("next_page_token"))),
                path=path,
                query={**query, **following},
            )
            yield page
            if token in seen:
                return
            seen.add(token)

    def _body(self, order: OrderRequest) -> dict[str, Any]:
        check_order(order, self, _CLIENT_ID)
        kind = order.asset_class
        if order.order_type not in _TYPES_OF.get(kind, set(OrderType)):
            raise NotSupported(f"{kind} takes no {order.order_type} orders", broker=self.name)
        if order.time_in_force not in _TIMES_OF.get(kind, set(TimeInForce)):
            raise NotSupported(f"{kind} takes no {order.time_in_force} orders", broker=self.name)
        body = {
            "symbol": order.symbol,
            "qty": plain(order.quantity),
            "side": order.side.value,
            "type": order.order_type.value,
            "time_in_force": translate(_TIMES_IN_FORCE, order.time_in_force, self.name),
            "client_order_id": order.client_id,
        }
        if kind is AssetClass.OPTION and order.effect:
            body["position_intent"] = f"{order.side}_to_{order.effect}"
        if order.limit_price is not None:
            body["limit_price"] = plain(order.limit_price)
        if order.stop_price is not None:
            body["stop_price"] = plain(order.stop_price)
        return body

    def _read_connection(self, body: Any) -> tuple[Connection, tuple[str, ...]]:
        told = fields(body)
        number_, status = text(told.get("account_number")), text(told.get("status"))
        blocked = any(
            told.get(name)
            for name in ("trading_blocked", "account_blocked", "trade_suspended_by_user")
        )
        connection = Connection(
            account=number_,
            environment=self.credentials.environment,
            accounts=(number_,),
            status=status,
            can_trade=status == "ACTIVE" and not blocked,
        )
        return connection, (number_, maybe_text(told.get("id")) or number_)


def _feedback(headers: httpx.Headers) -> tuple[int, float, int | None] | None:
    return limit_headers(headers, "x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-limit")


def _read_quotes(body: Any) -> dict[str, Quote]:
    return {
        symbol: _read_quote(symbol, fields(told))
        for symbol, told in fields(fields(body).get("quotes")).items()
    }


def _read_quote(symbol: str, told: Fields) -> Quote:
    return Quote(
        symbol=symbol,
        bid=price(told.get("bp")),
        ask=price(told.get("ap")),
        last=None,
        bid_size=maybe_number(told.get("bs")),
        ask_size=maybe_number(told.get("as")),
        day_volume=None,
        quoted_at=moment(told.get("t")),
    )


def _quote_of(option: OptionQuote) -> Quote:
    return Quote(
        symbol=option.symbol,
        bid=option.bid,
        ask=option.ask,
        last=option.last,
        bid_size=option.bid_size,
        ask_size=option.ask_size,
        day_volume=None,
        quoted_at=option.quoted_at,
    )


def _read_contracts(body: Fields) -> list[date]:
    contracts = items(fields(body).get("option_contracts"))
    return [day(fields(one).get("expiration_date")) for one in contracts]


def _read_snapshots(body: Fields, underlying: str) -> list[OptionQuote]:
    snapshots = fields(fields(body).get("snapshots"))
    return [_read_option(symbol, fields(told), underlying) for symbol, told in snapshots.items()]


def _read_option(symbol: str, told: Fields, underlying: str) -> OptionQuote:
    known = contract(symbol)
    if known is None:
        raise Malformed("a snapshot isn't of an option")
    quote = _read_quote(symbol, fields(told.get("latestQuote") or {}))
    trade = fields(told.get("latestTrade") or {})
    greeks = told.get("greeks")
    return OptionQuote(
        symbol=symbol,
        underlying=underlying,
        expiration=known.expiration,
        strike=known.strike,
        right=known.right,
        bid=quote.bid,
        ask=quote.ask,
        last=price(trade.get("p")),
        bid_size=quote.bid_size,
        ask_size=quote.ask_size,
        open_interest=None,
        multiplier=None,
        greeks=read_greeks(greeks, told.get("impliedVolatility"))
        if isinstance(greeks, dict)
        else None,
        quoted_at=quote.quoted_at,
    )


def _read_placed(body: Any) -> Placed:
    order = _read_order(body)
    return Placed(
        order_id=order.order_id,
        client_id=order.client_id or "",
        status=order.status,
        raw_status=order.raw_status,
    )


def _read_order(body: Any) -> Order:
    told = fields(body)
    word = text(told.get("status"))
    kind = maybe_text(told.get("type")) or maybe_text(told.get("order_type"))
    filled = maybe_number(told.get("filled_qty")) or Decimal(0)
    quantity = maybe_number(told.get("qty"))  # null on an order by notional
    meant = _STATUSES.get(word)
    if word == "calculated" and filled == quantity:
        meant = OrderStatus.FILLED
    status, is_known = standing(meant, quantity, filled)
    side = maybe_text(told.get("side"))
    return Order(
        order_id=text(told.get("id")),
        client_id=maybe_text(told.get("client_order_id")),
        symbol=maybe_text(told.get("symbol")),
        side=Side(side) if side in set(Side) else None,
        effect=_EFFECTS.get(maybe_text(told.get("position_intent")) or ""),
        order_type=OrderType(kind) if kind in set(OrderType) else None,
        quantity=quantity,
        filled_quantity=filled,
        average_price=price(told.get("filled_avg_price")),
        limit_price=price(told.get("limit_price")),
        stop_price=price(told.get("stop_price")),
        status=status,
        raw_status=word,
        status_is_known=is_known,
        reason=None,
        created_at=moment(told.get("submitted_at") or told.get("created_at")),
        updated_at=moment(told.get("updated_at")),
        replaced_by=maybe_text(told.get("replaced_by")),
        replaces=maybe_text(told.get("replaces")),
        legs=tuple(_read_order(leg) for leg in items(told.get("legs") or [])),
    )


def _read_fill(told: Fields) -> Fill:
    at = moment(told.get("transaction_time"))
    if at is None:
        raise Malformed("a fill has no time")
    return Fill(
        fill_id=text(told.get("id")),
        order_id=maybe_text(told.get("order_id")) or "",
        symbol=text(told.get("symbol")),
        side=one_of(_FILL_SIDES, told.get("side")),
        quantity=number(told.get("qty")),
        price=number(told.get("price")),
        fee=None,
        fee_currency=None,
        liquidity=None,
        executed_at=at,
    )


def _read_position(told: Fields) -> Position:
    quantity = number(told.get("qty"))
    cost = maybe_number(told.get("cost_basis"))
    if told.get("side") == "short":
        quantity = -abs(quantity)
    return Position(
        symbol=text(told.get("symbol")),
        quantity=quantity,
        cost=None if cost is None else cost.copy_sign(quantity),
        asset_class=_ASSET_CLASSES.get(str(told.get("asset_class"))),
        opened_at=None,
    )


def _read_balance(body: Any) -> Balance:
    told = fields(body)
    currency = text(told.get("currency"))
    cash = Cash(
        currency=currency,
        amount=number(told.get("cash")),
        buying_power=number(told.get("buying_power")),
        option_buying_power=maybe_number(told.get("options_buying_power")),
    )
    return Balance(
        account=text(told.get("account_number")),
        cash=(cash,),
        equity=maybe_number(told.get("equity")),
        equity_currency=currency,
    )
