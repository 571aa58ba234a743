"""Tradier: equities and options.

Its JSON is translated XML: of many things there is a list, of one the thing itself, of none the
text "null" or null. Requests are forms. An order is found again only in the present trading
day's list, by its tag, so that nothing proves that a lost one is not there.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any, ClassVar

import httpx

from twinbook.brokers.checks import check_change, check_oco, check_order, check_whole
from twinbook.brokers.client import (
    Answer,
    Endpoint,
    HttpClient,
    Outgoing,
    limit_headers,
    request_of,
    retry_after,
)
from twinbook.brokers.credentials import Credentials, CredentialsError, Environment
from twinbook.brokers.errors import (
    AuthFailed,
    BrokerError,
    InsufficientFunds,
    NotSupported,
    RateLimited,
    Rejected,
    Unavailable,
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
    from_epoch,
    maybe_number,
    maybe_text,
    moment,
    number,
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
    OcoRequest,
    OptionQuote,
    Order,
    OrderChange,
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

_PROFILE = Endpoint(method="GET", path="/v1/user/profile", idempotent=True, bucket="account")
_QUOTES = Endpoint(method="GET", path="/v1/markets/quotes", idempotent=True, bucket="market")
_EXPIRATIONS = Endpoint(
    method="GET", path="/v1/markets/options/expirations", idempotent=True, bucket="market"
)
_CHAIN = Endpoint(method="GET", path="/v1/markets/options/chains", idempotent=True, bucket="market")
_BALANCES = Endpoint(
    method="GET", path="/v1/accounts/{account}/balances", idempotent=True, bucket="account"
)
_POSITIONS = Endpoint(
    method="GET", path="/v1/accounts/{account}/positions", idempotent=True, bucket="account"
)
_ORDERS = Endpoint(
    method="GET", path="/v1/accounts/{account}/orders", idempotent=True, bucket="account"
)
_ORDER = Endpoint(
    method="GET", path="/v1/accounts/{account}/orders/{order}", idempotent=True, bucket="account"
)
_PLACE = Endpoint(
    method="POST", path="/v1/accounts/{account}/orders", idempotent=False, bucket="trade"
)
# The same path, but with preview=true nothing is placed.
_PREVIEW = Endpoint(
    method="POST", path="/v1/accounts/{account}/orders", idempotent=True, bucket="trade"
)
_REPLACE = Endpoint(
    method="PUT",
    path="/v1/accounts/{account}/orders/{order}",
    idempotent=False,
    bucket="trade",
    look_up="read the order: it has the new terms, or still the old ones",
)
# The second one of two cancels is told that the order has ended.
_CANCEL = Endpoint(
    method="DELETE", path="/v1/accounts/{account}/orders/{order}", idempotent=True, bucket="trade"
)

_TAG = re.compile(r"[A-Za-z0-9-]{1,255}")
_SYMBOLS_AT_ONCE = 100
_READS = {Environment.PRODUCTION: 120, Environment.SANDBOX: 60}
_TRADES = 60

_STATUSES = {
    "pending": OrderStatus.PENDING,
    "submitted": OrderStatus.PENDING,
    "held": OrderStatus.PENDING,
    "open": OrderStatus.OPEN,
    "pending_cancel": OrderStatus.OPEN,
    "partially_filled": OrderStatus.PARTIALLY_FILLED,
    "filled": OrderStatus.FILLED,
    "expired": OrderStatus.EXPIRED,
    "canceled": OrderStatus.CANCELED,
    "rejected": OrderStatus.REJECTED,
    "error": OrderStatus.REJECTED,
}
_SIDES: Mapping[tuple[AssetClass, Side, Effect], str] = {
    (AssetClass.EQUITY, Side.BUY, Effect.OPEN): "buy",
    (AssetClass.EQUITY, Side.BUY, Effect.CLOSE): "buy_to_cover",
    (AssetClass.EQUITY, Side.SELL, Effect.OPEN): "sell_short",
    (AssetClass.EQUITY, Side.SELL, Effect.CLOSE): "sell",
    (AssetClass.OPTION, Side.BUY, Effect.OPEN): "buy_to_open",
    (AssetClass.OPTION, Side.BUY, Effect.CLOSE): "buy_to_close",
    (AssetClass.OPTION, Side.SELL, Effect.OPEN): "sell_to_open",
    (AssetClass.OPTION, Side.SELL, Effect.CLOSE): "sell_to_close",
}
_SIDES_READ = {word: (side, effect) for (_, side, effect), word in _SIDES.items()}
_DURATIONS = {TimeInForce.DAY: "day", TimeInForce.GTC: "gtc"}
_LIMITED = ("limit", "stop_limit", "debit", "credit", "even")
_NOTHING: tuple[object, ...] = (None, "null", "")
_NOT_YOURS = (
    "check the order's id first: Tradier answers an id that isn't this account's like a bad token"
)
_NO_FUNDS = re.compile(r"initialmargin|buying ?power|insufficient", re.IGNORECASE)


class Tradier(BrokerProvider):
    """One Tradier account, by its token. Its sandbox's market data are 15 minutes old."""

    name: ClassVar[str] = "tradier"
    addresses: ClassVar[Addresses] = Addresses(
        production="https://api.tradier.com", sandbox="https://sandbox.tradier.com", root="/v1"
    )
    capabilities: ClassVar[Capabilities] = Capabilities(
        asset_classes=frozenset({AssetClass.EQUITY, AssetClass.OPTION}),
        quoted=frozenset({AssetClass.EQUITY, AssetClass.OPTION}),
        times_in_force=frozenset(_DURATIONS),
        options=True,
        oco=True,
        preview=True,
        preview_checks_funds=True,
        replace=True,
        replaces_quantity=False,
        fills=False,
        lists_past_days=False,
        client_id_is_unique=False,
        resubmission=Resubmission.NEVER,
    )

    def __init__(
        self,
        credentials: Credentials,
        address: str | None = None,
        *,
        state: AccountState | None = None,
        chosen: Mapping[str, str] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """See BrokerProvider. Limits are the token's: account, market and trade."""
        super().__init__(credentials, address, state=state, chosen=chosen)
        if not (credentials.token and credentials.account):
            raise CredentialsError("tradier needs a token and an account number")
        self._account = {"account": credentials.account}
        reads = _READS[credentials.environment]
        self._http = HttpClient(
            broker=self.name,
            addresses={"trading": self.address},
            signer=self._sign,
            judge=self._judge,
            limits={
                "account": self.state.limit("account", lambda: WindowLimit(reads)),
                "market": self.state.limit("market", lambda: WindowLimit(reads)),
                "trade": self.state.limit("trade", lambda: WindowLimit(_TRADES)),
            },
            secrets=credentials.secrets,
            feedback=_feedback,
            transport=transport,
        )

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def quotes(self, symbols: Sequence[str]) -> Quotes:
        """See BrokerProvider. Before the market opens, the day's prices are null."""
        found: dict[str, Quote] = {}
        for batch in batches(list(dict.fromkeys(symbols)), _SYMBOLS_AT_ONCE):
            query = {"symbols": ",".join(batch), "greeks": "false"}
            for quote in self._http.call(_QUOTES, _read_quotes, query=query):
                found[quote.symbol] = quote
        return Quotes.of(symbols, found)

    def expirations(self, underlying: str) -> list[date]:
        """See BrokerProvider. All roots, so that adjusted and weekly contracts are included."""
        query = {"symbol": underlying, "includeAllRoots": "true"}
        return self._http.call(_EXPIRATIONS, _read_expirations, query=query)

    def chain(self, underlying: str, expiration: date) -> list[OptionQuote]:
        """See BrokerProvider. Greeks are renewed hourly, and null on some contracts."""
        query = {
            "symbol": underlying,
            "expiration": expiration.isoformat(),
            "greeks": "true",
        }
        return self._http.call(
            _CHAIN,
            lambda body: [_read_option(option) for option in _many(body, "options", "option")],
            query=query,
        )

    def place_order(self, order: OrderRequest) -> Placed:
        """See BrokerProvider. "ok" means received: a rejection may follow in the order's status."""
        form = self._form(order)
        return self._http.call(
            _PLACE,
            lambda body: _read_placed(body, order.client_id),
            path=self._account,
            form=form,
            latest=order.deadline,
        )

    def preview_order(self, order: OrderRequest) -> Preview:
        """See BrokerProvider. It runs all checks of placing, buying power among them."""
        form = self._form(order) | {"preview": "true"}
        return self._http.call(_PREVIEW, self._read_preview, path=self._account, form=form)

    def place_oco(self, pair: OcoRequest) -> Placed:
        """See BrokerProvider. The tag is the pair's; both legs appear under one order's id.

        Tradier wants the same symbol and duration, different types, and prices far enough apart.
        """
        check_oco(pair, self, _TAG)
        check_whole(pair.quantity, "shares and contracts", self)
        form = {
            "class": "oco",
            "duration": translate(_DURATIONS, pair.time_in_force, self.name),
            "tag": pair.client_id,
            "type[0]": "limit",
            "price[0]": plain(pair.take_profit),
            "type[1]": "stop" if pair.stop_limit_price is None else "stop_limit",
            "stop[1]": plain(pair.stop_loss),
        }
        if pair.stop_limit_price is not None:
            form["price[1]"] = plain(pair.stop_limit_price)
        symbol = "option_symbol" if pair.asset_class is AssetClass.OPTION else "symbol"
        for leg in ("0", "1"):
            form[f"{symbol}[{leg}]"] = pair.symbol
            form[f"side[{leg}]"] = _SIDES[pair.asset_class, pair.side, Effect.CLOSE]
            form[f"quantity[{leg}]"] = plain(pair.quantity)
        return self._http.call(
            _PLACE, lambda body: _read_placed(body, pair.client_id), path=self._account, form=form
        )

    def get_order(self, order_id: str) -> Order:
        """See BrokerProvider. An id that isn't this account's is AuthFailed, like a bad token."""
        return self._http.call(
            _ORDER,
            lambda body: _read_order(fields(body.get("order"))),
            path=self._account | {"order": order_id},
            query={"includeTags": "true"},
        )

    def list_orders(
        self,
        *,
        client_id: str | None = None,
        since: datetime | None = None,
        open_only: bool = False,
    ) -> list[Order]:
        """See BrokerProvider. The present trading day's alone, in New York: absence is no proof."""
        orders: dict[str, Order] = {}
        for page in count(1):
            read, pages = self._http.call(
                _ORDERS,
                _read_orders,
                path=self._account,
                query={"includeTags": "true", "page": str(page)},
            )
            known = len(orders)
            orders |= {order.order_id: order for order in read}
            if page >= pages or len(orders) == known:
                break
        return [
            order
            for order in orders.values()
            if client_id in (None, order.client_id) and not (open_only and order.status.is_final)
        ]

    def replace_order(self, order_id: str, change: OrderChange) -> Placed:
        """See BrokerProvider. Prices only; the order keeps its id."""
        check_change(change, self)
        if change.quantity is not None:
            raise NotSupported(
                "it can't change an order's quantity",
                "cancel the order and place another",
                broker=self.name,
            )
        prices = {"price": change.limit_price, "stop": change.stop_price}
        form = {name: plain(value) for name, value in prices.items() if value is not None}
        return self._http.call(
            _REPLACE,
            lambda body: _read_placed(body, ""),
            path=self._account | {"order": order_id},
            form=form,
        )

    def cancel_order(self, order_id: str) -> Cancellation:
        """See BrokerProvider. An ended order is answered with 400 and its state in plain text."""
        try:
            self._http.call(
                _CANCEL,
                lambda body: _read_placed(body, ""),
                path=self._account | {"order": order_id},
            )
        except Rejected as error:
            if "finalized state" in error.message:
                return Cancellation.ALREADY_OVER
            raise
        return Cancellation.REQUESTED

    def balance(self) -> Balance:
        """See BrokerProvider. In USD; what can be spent depends on the kind of account."""
        return self._http.call(_BALANCES, self._read_balance, path=self._account)

    def positions(self) -> list[Position]:
        """See BrokerProvider."""
        return self._http.call(
            _POSITIONS,
            lambda body: [_read_position(held) for held in _many(body, "positions", "position")],
            path=self._account,
        )

    def test_connection(self) -> Connection:
        """See BrokerProvider. Reads the token's profile, which lists its accounts."""
        accounts = self._http.call(
            _PROFILE, lambda body: _all(fields(body.get("profile")).get("account"))
        )
        statuses = {text(a.get("account_number")): maybe_text(a.get("status")) for a in accounts}
        if self.credentials.account not in statuses:
            raise AuthFailed(
                f"the token isn't for account {self.credentials.account}",
                "store the account's own token, or the number of one of the token's accounts",
                broker=self.name,
            )
        status = statuses[self.credentials.account] or ""
        return Connection(
            account=self.credentials.account,
            environment=self.credentials.environment,
            accounts=tuple(statuses),
            status=status,
            can_trade=status == "active",
        )

    @contextmanager
    def _sign(self, outgoing: Outgoing) -> Iterator[httpx.Request]:
        assert self.credentials.token  # noqa: S101
        # Without Accept the answer is XML.
        yield request_of(
            outgoing,
            {
                "Authorization": f"Bearer {self.credentials.token.reveal()}",
                "Accept": "application/json",
            },
        )

    def _judge(self, endpoint: Endpoint, answer: Answer) -> Fields:
        if answer.status >= 500:
            self._http.by_status(answer)
        try:
            body = answer.json()
        except Malformed:
            # Refusals of single parameters, 401 and finalized states are plain text.
            if answer.status != 200:
                self._http.by_status(answer, _NOT_YOURS if "{order}" in endpoint.path else "")
            raise
        if isinstance(body, dict):
            if body.get("fault") is not None:
                raise self._fault(fields(body["fault"]), answer)
            if body.get("errors") not in _NOTHING:
                raise self._refusal(fields(body["errors"]), answer)
        if answer.status != 200:
            self._http.by_status(answer)
        return fields(body)

    def _refusal(self, errors: Fields, answer: Answer) -> BrokerError:
        # With status 200, and without an order's id, though a rejected order may be listed.
        said = "; ".join(str(one) for one in _all(errors.get("error")))
        kind = InsufficientFunds if _NO_FUNDS.search(said) else Rejected
        return kind(
            self._http.quoted(said) or "it was refused without a reason",
            broker=self.name,
            code=str(answer.status),
        )

    def _fault(self, fault: Fields, answer: Answer) -> BrokerError:
        # The gateway's own answers, before Tradier itself; "Datastore Error" passes by itself.
        said = self._http.quoted(str(fault.get("faultstring") or "the gateway failed"))
        detail = fault.get("detail")
        code = (
            self._http.quoted(str(detail.get("errorcode", ""))) if isinstance(detail, dict) else ""
        )
        if "ratelimit" in code.lower() or answer.status == 429:
            return RateLimited(
                said, broker=self.name, code=code, retry_after=retry_after(answer.headers)
            )
        if "datastore" in f"{said} {code}".lower():
            # The gateway couldn't look the token up, whatever status it says so with.
            return Unavailable(said, broker=self.name, code=code)
        if answer.status in (401, 403) or code.startswith(("keymanagement", "oauth")):
            return AuthFailed(said, broker=self.name, code=code)
        return Unavailable(said, broker=self.name, code=code)

    def _form(self, order: OrderRequest) -> dict[str, str]:
        check_order(order, self, _TAG)
        check_whole(order.quantity, "shares and contracts", self)
        effect = order.effect
        is_option = order.asset_class is AssetClass.OPTION
        if effect is None:
            if is_option:
                raise Rejected("an option order says whether it opens or closes", broker=self.name)
            effect = Effect.OPEN if order.side is Side.BUY else Effect.CLOSE
        form = {
            "class": "option" if is_option else "equity",
            "symbol": order.symbol,
            "side": _SIDES[order.asset_class, order.side, effect],
            "quantity": plain(order.quantity),
            "type": order.order_type.value,
            "duration": translate(_DURATIONS, order.time_in_force, self.name),
            "tag": order.client_id,
        }
        if is_option:
            known = contract(order.symbol)
            if known is None:
                raise Rejected("that isn't an OCC option symbol", broker=self.name)
            form |= {"symbol": known.root, "option_symbol": order.symbol}
        if order.limit_price is not None:
            form["price"] = plain(order.limit_price)
        if order.stop_price is not None:
            form["stop"] = plain(order.stop_price)
        return form

    def _read_preview(self, body: Fields) -> Preview:
        order = fields(body.get("order"))
        if order.get("result") is not True:
            raise Rejected("the preview didn't pass", broker=self.name)
        charges = [maybe_number(order.get(name)) for name in ("commission", "fees")]
        return Preview(
            description=str(order.get("strategy") or order.get("class") or "order"),
            cost=maybe_number(order.get("order_cost")),
            fees=sum((charge for charge in charges if charge is not None), Decimal(0)),
            margin_change=maybe_number(order.get("margin_change")),
        )

    def _read_balance(self, body: Fields) -> Balance:
        told = fields(body.get("balances"))
        kind = next((k for k in ("margin", "cash", "pdt") if isinstance(told.get(k), dict)), None)
        if kind is None:
            raise Malformed("the balances name no kind of account")
        power = fields(told[kind])
        stock = "cash_available" if kind == "cash" else "stock_buying_power"
        option = "cash_available" if kind == "cash" else "option_buying_power"
        cash = Cash(
            currency="USD",
            amount=number(told.get("total_cash")),
            buying_power=number(power.get(stock)),
            option_buying_power=maybe_number(power.get(option)),
        )
        return Balance(
            account=self.credentials.account,
            cash=(cash,),
            equity=maybe_number(told.get("total_equity")),
            equity_currency="USD",
        )


def _feedback(headers: httpx.Headers) -> tuple[int, float, int | None] | None:
    # The expiry is documented in milliseconds and has been seen in seconds.
    return limit_headers(
        headers, "x-ratelimit-available", "x-ratelimit-expiry", "x-ratelimit-allowed"
    )


def _all(value: object) -> list[Any]:
    """Of many, one or none, a list."""
    if value in _NOTHING:
        return []
    return value if isinstance(value, list) else [value]


def _held(body: Fields, name: str) -> Fields:
    """What a collection holds, which is "null" when it is empty; it never just isn't there."""
    if name not in body:
        raise Malformed(f"the {name} are missing")
    return {} if body[name] in _NOTHING else fields(body[name])


def _many(body: Fields, outer: str, inner: str) -> list[Fields]:
    return [fields(one) for one in _all(_held(body, outer).get(inner))]


def _read_quotes(body: Fields) -> list[Quote]:
    return [_read_quote(one) for one in _many(body, "quotes", "quote")]


def _read_quote(told: Fields) -> Quote:
    return Quote(
        symbol=text(told.get("symbol")),
        bid=price(told.get("bid")),
        ask=price(told.get("ask")),
        last=price(told.get("last")),
        bid_size=maybe_number(told.get("bidsize")),
        ask_size=maybe_number(told.get("asksize")),
        day_volume=maybe_number(told.get("volume")),
        quoted_at=_newest(told),
    )


def _newest(told: Fields) -> datetime | None:
    times = [from_epoch(told.get(name), 1000) for name in ("bid_date", "ask_date", "trade_date")]
    return max((at for at in times if at), default=None)


def _read_expirations(body: Fields) -> list[date]:
    held = _held(body, "expirations")
    days = [day(one) for one in _all(held.get("date"))]
    days += [day(fields(one).get("date")) for one in _all(held.get("expiration"))]
    return sorted(set(days))


def _read_option(told: Fields) -> OptionQuote:
    greeks = told.get("greeks")
    right = text(told.get("option_type"))
    if right not in ("call", "put"):
        raise Malformed("an option is neither call nor put")
    return OptionQuote(
        symbol=text(told.get("symbol")),
        underlying=text(told.get("underlying")),
        expiration=day(told.get("expiration_date")),
        strike=number(told.get("strike")),
        right=right,
        bid=price(told.get("bid")),
        ask=price(told.get("ask")),
        last=price(told.get("last")),
        bid_size=maybe_number(told.get("bidsize")),
        ask_size=maybe_number(told.get("asksize")),
        open_interest=maybe_number(told.get("open_interest")),
        multiplier=maybe_number(told.get("contract_size")),
        greeks=read_greeks(greeks, greeks.get("mid_iv")) if isinstance(greeks, dict) else None,
        quoted_at=_newest(told),
    )


def _read_placed(body: Fields, client_id: str) -> Placed:
    order = fields(body.get("order"))
    return Placed(
        order_id=text(order.get("id")),
        client_id=client_id,
        raw_status=maybe_text(order.get("status")) or "",
    )


def _read_orders(body: Fields) -> tuple[list[Order], int]:
    pages = maybe_number(_held(body, "orders").get("total_pages"))
    return [_read_order(one) for one in _many(body, "orders", "order")], int(pages or 1)


def _read_order(told: Fields) -> Order:
    word = text(told.get("status"))
    filled = maybe_number(told.get("exec_quantity")) or Decimal(0)
    kind = maybe_text(told.get("type"))
    side, effect = _SIDES_READ.get(maybe_text(told.get("side")) or "", (None, None))
    quantity = maybe_number(told.get("quantity"))
    status, is_known = standing(_STATUSES.get(word), quantity, filled)
    # remaining_quantity is 0 on orders that ended unfilled, so it isn't read.
    return Order(
        order_id=text(told.get("id")),
        client_id=maybe_text(told.get("tag")),
        symbol=maybe_text(told.get("option_symbol")) or maybe_text(told.get("symbol")),
        side=side,
        effect=effect,
        order_type=OrderType(kind) if kind in set(OrderType) else None,
        quantity=quantity,
        filled_quantity=filled,
        average_price=price(told.get("avg_fill_price")) if filled else None,
        limit_price=price(told.get("price")) if kind in _LIMITED else None,
        stop_price=price(told.get("stop_price")),
        status=status,
        raw_status=word,
        status_is_known=is_known,
        reason=maybe_text(told.get("reason_description")),
        created_at=moment(told.get("create_date")),
        updated_at=moment(told.get("transaction_date")),
        legs=tuple(_read_order(fields(leg)) for leg in _all(told.get("leg"))),
    )


def _read_position(told: Fields) -> Position:
    symbol = text(told.get("symbol"))
    return Position(
        symbol=symbol,
        quantity=number(told.get("quantity")),
        cost=maybe_number(told.get("cost_basis")),
        asset_class=AssetClass.OPTION if contract(symbol) else AssetClass.EQUITY,
        opened_at=moment(told.get("date_acquired")),
    )
