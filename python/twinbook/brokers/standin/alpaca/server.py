"""Alpaca's calls; trading and market data, two addresses there, are one here."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, TypeVar

from twinbook.brokers.standin import seed
from twinbook.brokers.standin.alpaca import orders, shapes
from twinbook.brokers.standin.alpaca.refusals import (
    error,
    forbidden,
    invalid,
    malformed,
    not_found,
)
from twinbook.brokers.standin.clock import new_york
from twinbook.brokers.standin.core import Admission, Route, StandIn
from twinbook.brokers.standin.exchange import Login
from twinbook.brokers.standin.limits import Reading, Window
from twinbook.brokers.standin.margin import Margin
from twinbook.brokers.standin.occ import Contract, contract
from twinbook.brokers.standin.state import Kind, Order, Quote, Role, Status
from twinbook.brokers.standin.wire import Answer, Refusal, Request, as_json

_PER_MINUTE = 200
_NOT_REPLACEABLE = ("accepted", "pending_new", "pending_cancel", "pending_replace", "held")
_FEEDS = ("iex", "sip", "delayed_sip")
_OPTION_FEEDS = ("opra", "indicative")

T = TypeVar("T")


class AlpacaStandIn(StandIn):
    """Alpaca's paper account."""

    broker: ClassVar[str] = "alpaca"
    default_logins: ClassVar[tuple[Login, ...]] = (
        Login("PKSTANDIN00000000001", "sandbox-secret-of-the-stand-in", ("PA00000001",)),
    )

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.margin = Margin(self.state, self.money)
        self._windows: dict[str, Window] = {}

    def make_routes(self) -> tuple[Route, ...]:
        order = "/v2/orders/(?P<number>[^/]+)"
        by_client_id = "/v2/orders:by_client_order_id"
        fills = "/v2/account/activities/FILL"
        quotes = "/v2/stocks/quotes/latest"
        chain = "/v1beta1/options/snapshots/(?P<underlying>[^/]+)"
        return (
            Route("GET", "/v2/account", "account", self._account),
            Route("GET", "/v2/positions", "positions", self._positions),
            Route("GET", "/v2/positions/(?P<symbol>[^/]+)", "position", self._position),
            Route("GET", fills, "fills", self._fills),
            Route("GET", "/v2/orders", "orders", self._orders),
            Route("POST", "/v2/orders", "place", self._place),
            Route("GET", by_client_id, "order_by_client_id", self._by_client_id),
            Route("GET", order, "order", self._order),
            Route("PATCH", order, "replace", self._replace),
            Route("DELETE", order, "cancel", self._cancel),
            Route("GET", "/v2/options/contracts", "contracts", self._contracts),
            Route("GET", quotes, "quotes", self._quotes, "data"),
            Route("GET", chain, "chain", self._chain, "data"),
        )

    def admit(self, request: Request, route: Route) -> Admission:
        key = request.headers.get("apca-api-key-id", "")
        secret = request.headers.get("apca-api-secret-key", "")
        login = next((one for one in self.logins if (one.key, one.secret) == (key, secret)), None)
        if login is None:
            raise Refusal(self.expired_token())
        window = self._windows.setdefault(
            f"{route.group} {login.accounts[0]}", Window(self.limited(_PER_MINUTE))
        )
        reading = window.take(self.clock.now())
        if not reading.passed:
            raise Refusal(_quota(reading))
        return Admission(login, _headers(reading))

    def unknown_path(self) -> Answer:
        return error(404, 40410000, "endpoint not found")

    def too_many_requests(self) -> Answer:
        return _quota(Reading(_PER_MINUTE, _PER_MINUTE, self.clock.now() + 60, passed=False))

    def expired_token(self) -> Answer:
        return as_json({"message": "unauthorized."}, 401)

    def unavailable(self, message: str) -> Answer:
        return error(503, 50310000, message or "service unavailable")

    def refused(self, message: str) -> Answer:
        return forbidden(message or "insufficient buying power").answer

    def new_fill_id(self, at: float) -> str:
        return shapes.activity_id(self.state.next_number("fill_id"), at)

    def new_order_id(self) -> str:
        return shapes.numbered_id("order", self.state.next_number("order"))

    def own_client_id(self) -> str:
        return shapes.numbered_id("client", self.state.next_number("client"))

    def terms_outside(self, account: str, symbol: str, side: str, kind: Kind) -> dict[str, Any]:
        held = self.state.held(account, symbol)
        return {
            "time_in_force": "gtc",
            "position_intent": orders.intent_of(side, held),
            "extended_hours": False,
            "notional": None,
            "order_class": "",
        }

    def seed(self) -> Iterable[Quote]:
        now = self.clock.now()
        return seed.stock_quotes(now, new_york(now).date())

    def _account(self, _request: Request, login: Login) -> Answer:
        number = login.accounts[0]
        today = new_york(self.clock.now()).date().isoformat()
        return as_json(shapes.account(number, self.money, self.margin.worth(number), today))

    def _positions(self, _request: Request, login: Login) -> Answer:
        return as_json(self._held(login))

    def _position(self, _request: Request, login: Login, symbol: str) -> Answer:
        for position in self._held(login):
            if symbol in (position["symbol"], position["asset_id"]):
                return as_json(position)
        raise not_found("position does not exist")

    def _fills(self, request: Request, login: Login) -> Answer:
        """``page_token`` is the id of the last one seen; ``after`` is strict."""
        asked = request.query
        size = _parsed(asked, "page_size", int, 100)
        if not 1 <= size <= 100:
            raise invalid("page_size must be between 1 and 100")
        after, until = _time_of(asked, "after"), _time_of(asked, "until")
        found = [
            fill
            for fill in self.state.fills
            if fill.account == login.accounts[0]
            and (after is None or fill.at > after)
            and (until is None or fill.at < until)
        ]
        if asked.get("direction", "desc") == "desc":
            found.reverse()
        token = asked.get("page_token")
        if token:
            ids = [fill.id for fill in found]
            found = found[ids.index(token) + 1 :] if token in ids else []
        return as_json([shapes.activity(fill) for fill in found[:size]])

    def _orders(self, request: Request, login: Login) -> Answer:
        asked = request.query
        limit = _parsed(asked, "limit", int, 50)
        if not 1 <= limit <= 500:
            raise invalid("limit must be between 1 and 500")
        status = asked.get("status", "open")
        if status not in ("open", "closed", "all"):
            raise invalid("invalid status")
        after, until = _time_of(asked, "after"), _time_of(asked, "until")
        symbols = [one for one in asked.get("symbols", "").split(",") if one]
        is_nested = asked.get("nested") == "true"
        found = [
            order
            for order in self.state.orders.values()
            if order.account == login.accounts[0]
            and (status == "all" or order.is_working == (status == "open"))
            and (after is None or order.placed_at > after)
            and (until is None or order.placed_at < until)
            and (not symbols or order.symbol in symbols)
            and asked.get("side") in (None, "", "all", order.side)
            and not (is_nested and order is not self._parent(order))
        ]
        if asked.get("direction", "desc") == "desc":
            found.reverse()
        return as_json([self._shown(order, is_nested=is_nested) for order in found[:limit]])

    def _place(self, request: Request, login: Login) -> Answer:
        placed = orders.orders_of(_body(request), self._desk(login))
        self.place(placed)
        return as_json(self._shown(placed[0], is_nested=True))

    def _by_client_id(self, request: Request, login: Login) -> Answer:
        wanted = request.query.get("client_order_id", "")
        for order in self.state.orders.values():
            if (order.client_id, order.account) == (wanted, login.accounts[0]):
                return as_json(self._shown(order, is_nested=True))
        raise not_found("order not found")

    def _order(self, request: Request, login: Login, number: str) -> Answer:
        order = self._own_order(login, number)
        return as_json(self._shown(order, is_nested=request.query.get("nested") == "true"))

    def _replace(self, request: Request, login: Login, number: str) -> Answer:
        """The answer is the new order; the old one is over, if nothing came between."""
        old = self._own_order(login, number)
        status = shapes.status_of(old)
        is_free = old.is_working and status not in _NOT_REPLACEABLE
        # A held stop loss may be moved, unlike one whose entry hasn't filled.
        is_resting_stop = old.status == Status.OPEN and old.role == Role.STOP_LOSS
        if not is_free and not is_resting_stop:
            raise invalid(f'cannot replace order in "{status}" status')
        if old.role in (Role.COMBINATION, Role.LEG):
            raise invalid("mleg orders can't be replaced")
        new = orders.replacement(old, _body(request), self._desk(login))
        if self.margin.need(new) > self.margin.worth(old.account).spendable + self.margin.need(old):
            raise forbidden("insufficient buying power")
        old.status, old.replaced_by = Status.REPLACED, new.id
        old.changed_at = old.ended_at = self.clock.now()
        self.engine.place([new], self.settle_seconds)
        return as_json(self._shown(new))

    def _cancel(self, _request: Request, login: Login, number: str) -> Answer:
        order = self._own_order(login, number)
        if not self.ask_cancel(order):
            raise invalid(f'order is already in "{shapes.status_of(order)}" state')
        return Answer(204)

    def _contracts(self, request: Request, _login: Login) -> Answer:
        """Without dates only those that expire until the next weekend."""
        asked = dict(request.query)
        dates = ("expiration_date", "expiration_date_gte", "expiration_date_lte")
        if not any(asked.get(name) for name in dates):
            today = new_york(self.clock.now()).date()
            weekend = today + timedelta(days=(5 - today.weekday()) % 7 or 7)
            asked["expiration_date_lte"] = weekend.isoformat()
        underlyings = [one for one in asked.get("underlying_symbols", "").split(",") if one]
        found = [
            shapes.option_contract(option, quote.last)
            for option, quote in self._options(asked)
            if not underlyings or option.underlying in underlyings
        ]
        page, token = _page(found, asked, most=10_000)
        return as_json({"option_contracts": page, "next_page_token": token})

    def _quotes(self, request: Request, _login: Login) -> Answer:
        symbols = [one for one in request.query.get("symbols", "").split(",") if one]
        if not symbols:
            raise malformed("symbols is required")
        if request.query.get("feed", "iex") not in _FEEDS:
            raise malformed("invalid feed")
        found = {
            symbol: shapes.quote(self.state.quotes[symbol])
            for symbol in symbols
            if symbol in self.state.quotes and shapes.asset_class(symbol) == "us_equity"
        }
        return as_json({"quotes": found})

    def _chain(self, request: Request, _login: Login, underlying: str) -> Answer:
        if request.query.get("feed", "opra") not in _OPTION_FEEDS:
            raise malformed("invalid feed")
        found = [
            (option.symbol, shapes.option_snapshot(quote))
            for option, quote in self._options(request.query)
            if option.underlying == underlying
        ]
        page, token = _page(found, request.query, most=1000)
        return as_json({"snapshots": dict(page), "next_page_token": token})

    def _desk(self, login: Login) -> orders.Desk:
        return orders.Desk(
            state=self.state,
            margin=self.margin,
            now=self.clock.now(),
            account=login.accounts[0],
            new_id=self.new_order_id,
            new_client_id=self.own_client_id,
        )

    def _held(self, login: Login) -> list[dict[str, Any]]:
        shown = []
        for holding in self.margin.positions(login.accounts[0]):
            side = "sell" if holding.quantity > 0 else "buy"
            free = self.margin.closable(holding.account, holding.asset, side)
            quote = self.state.quotes.get(holding.asset)
            signed = free if side == "sell" else -free
            shown.append(shapes.position(holding, quote, self.margin.value_of(holding), signed))
        return shown

    def _shown(self, order: Order, *, is_nested: bool = False) -> dict[str, Any]:
        is_parent = is_nested and order is self._parent(order)
        legs = [one for one in self.state.group_of(order) if not one.replaced_by]
        return shapes.order(order, legs if is_parent else ())

    def _parent(self, order: Order) -> Order:
        """The first of an order's group, or what replaced it; itself where there is none."""
        group = self.state.groups.get(order.group, [order])
        present = [one for one in group if not one.replaced_by]
        return min(present, key=lambda one: one.role in (Role.LEG, Role.STOP_LOSS), default=order)

    def _own_order(self, login: Login, number: str) -> Order:
        order = self.state.orders.get(number)
        if order is None or order.account not in login.accounts:
            raise not_found("order not found")
        return order

    def _options(self, asked: Any) -> list[tuple[Contract, Quote]]:
        """The contracts that the usual filters leave, by symbol."""
        on = _parsed(asked, "expiration_date", date.fromisoformat, None)
        since = _parsed(asked, "expiration_date_gte", date.fromisoformat, date.min)
        until = _parsed(asked, "expiration_date_lte", date.fromisoformat, date.max)
        least = _parsed(asked, "strike_price_gte", Decimal, Decimal(0))
        most = _parsed(asked, "strike_price_lte", Decimal, Decimal("Infinity"))
        found = []
        for symbol in sorted(self.state.quotes):
            option = contract(symbol)
            if (
                option
                and on in (None, option.expiration)
                and since <= option.expiration <= until
                and least <= option.strike <= most
                and asked.get("type") in (None, "", option.right)
            ):
                found.append((option, self.state.quotes[symbol]))
        return found


def _body(request: Request) -> dict[str, Any]:
    try:
        return request.json()
    except ValueError:
        raise malformed("request body format is invalid") from None


def _quota(reading: Reading) -> Answer:
    answer = error(429, 42910000, "rate limit exceeded")
    answer.headers = _headers(reading)
    return answer


def _headers(reading: Reading) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(reading.allowed),
        "X-RateLimit-Remaining": str(reading.available),
        "X-RateLimit-Reset": str(int(reading.expires_at)),
    }


def _page(items: list[T], asked: Any, most: int) -> tuple[list[T], str | None]:
    """A page of items and the next one's token, which is a position."""
    size = _parsed(asked, "limit", int, 100)
    if not 1 <= size <= most:
        raise malformed(f"limit must be between 1 and {most}")
    first = _parsed(asked, "page_token", int, 0)
    rest = first + size
    return items[first:rest], str(rest) if rest < len(items) else None


def _parsed(asked: Any, name: str, parse: Callable[[str], T], default: T) -> T:
    value = asked.get(name)
    if not value:
        return default
    try:
        return parse(value)
    except (ValueError, InvalidOperation):
        raise invalid(f"invalid {name}") from None


def _time_of(asked: Any, name: str) -> float | None:
    value = asked.get(name)
    if not value:
        return None
    # Nanoseconds are more than Python reads.
    moment = orders.moment(re.sub(r"(\.\d{6})\d+", r"\1", value.replace("Z", "+00:00")))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
