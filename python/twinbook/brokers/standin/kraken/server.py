"""Kraken's calls: public ones by GET, private ones by a signed POST."""

import json
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

from twinbook.brokers.standin.clock import at
from twinbook.brokers.standin.core import Admission, Route, StandIn
from twinbook.brokers.standin.exchange import Login
from twinbook.brokers.standin.faults import Fault
from twinbook.brokers.standin.kraken import orders, pairs, shapes
from twinbook.brokers.standin.kraken.auth import check_secret, is_signed
from twinbook.brokers.standin.kraken.limits import COST_OF_ORDER, TIERS, cost_of_cancel
from twinbook.brokers.standin.kraken.refusals import errors, invalid, refusal
from twinbook.brokers.standin.limits import DecayingCounter
from twinbook.brokers.standin.state import ZERO, Fill, Kind, Order, Quote, Status
from twinbook.brokers.standin.wire import Answer, Refusal, Request

_PAGE = 50
_TXID = re.compile(r"[A-Z0-9]{6}-[A-Z0-9]{5}-[A-Z0-9]{6}")
_PUBLIC = Login("", "", ())
_USER_ASKED = "User requested"

Form = dict[str, str]
T = TypeVar("T")


class KrakenStandIn(StandIn):
    """Kraken spot. ``tier`` is starter, intermediate or pro; an account's name is our own.

    Raises ValueError for a secret that isn't base64.
    """

    broker: ClassVar[str] = "kraken"
    faults: ClassVar[frozenset[Fault]] = frozenset(Fault) - {Fault.DATASTORE, Fault.TWICE}
    money: ClassVar[str] = "ZUSD"
    late_rejection: ClassVar[str] = "Insufficient funds"
    default_logins: ClassVar[tuple[Login, ...]] = (
        # The secret is base64, as Kraken's are.
        Login("stand-in-key", "c2FuZGJveC1zZWNyZXQtb2YtdGhlLXN0YW5kLWlu", ("kraken",)),
    )

    def __init__(self, *, tier: str = "starter", **settings: Any) -> None:
        super().__init__(**settings)
        for login in self.logins:
            check_secret(login.secret)
        self.tier = TIERS[tier]
        self._calls_of: dict[str, DecayingCounter] = {}
        self._trades_of: dict[tuple[str, str], DecayingCounter] = {}

    def make_routes(self) -> tuple[Route, ...]:
        def public(name: str, call: str, handler: Callable[..., Answer]) -> Route:
            return Route("GET", f"/0/public/{name}", call, handler, "public")

        def private(name: str, call: str, handler: Callable[..., Answer], cost: str) -> Route:
            return Route("POST", f"/0/private/{name}", call, handler, cost)

        return (
            public("SystemStatus", "status", self._system_status),
            public("AssetPairs", "pairs", self._asset_pairs),
            public("Ticker", "quotes", self._ticker),
            private("Balance", "balance", self._balance, "1"),
            private("BalanceEx", "balances", self._balance_ex, "1"),
            private("TradeBalance", "trade_balance", self._trade_balance, "1"),
            private("OpenPositions", "positions", self._open_positions, "1"),
            private("OpenOrders", "orders", self._open_orders, "1"),
            private("ClosedOrders", "closed_orders", self._closed_orders, "1"),
            private("QueryOrders", "order", self._query_orders, "1"),
            private("TradesHistory", "fills", self._trades_history, "2"),
            private("QueryTrades", "trades", self._query_trades, "1"),
            private("AddOrder", "place", self._add_order, "0"),
            private("CancelOrder", "cancel", self._cancel_order, "0"),
            private("CancelAll", "cancel_all", self._cancel_all, "1"),
            private("CancelAllOrdersAfter", "dead_man", self._cancel_all_after, "1"),
        )

    def admit(self, request: Request, route: Route) -> Admission:
        """Key, signature, nonce, content type, then the counter; a nonce is used up before it."""
        self._let_dead_man_act()
        if route.group == "public":
            return Admission(_PUBLIC, {})
        key = request.headers.get("api-key", "")
        login = next((one for one in self.logins if one.key == key and key), None)
        if login is None:
            raise refusal("EAPI:Invalid key")
        form = _form(request)
        nonce = form.get("nonce", "")
        signed = request.headers.get("api-sign", "")
        if not is_signed(login.secret, request.path, nonce, request.body, signed):
            raise refusal("EAPI:Invalid signature")
        if not nonce.isdecimal() or int(nonce) <= self.state.nonces.get(key, 0):
            raise refusal("EAPI:Invalid nonce")
        self.state.nonces[key] = int(nonce)
        counter = self._calls_of.setdefault(
            key, DecayingCounter(self.limited(self.tier.calls), self.tier.call_decay)
        )
        if not counter.take(self.clock.now(), int(route.group)):
            raise refusal("EAPI:Rate limit exceeded")
        return Admission(login, {})

    def call_of(self, route: Route, request: Request) -> str:
        try:
            is_preview = route.call == "place" and "validate" in _form(request)
        except Refusal:
            is_preview = False
        return "preview" if is_preview else route.call

    def unknown_path(self) -> Answer:
        return errors("EGeneral:Unknown method")

    def too_many_requests(self) -> Answer:
        return errors("EAPI:Rate limit exceeded")

    def expired_token(self) -> Answer:
        return errors("EAPI:Invalid key")

    def unavailable(self, message: str) -> Answer:
        return errors(message or "EService:Unavailable")

    def refused(self, message: str) -> Answer:
        return errors(message or "EOrder:Insufficient funds")

    def new_fill_id(self, at: float) -> str:
        return shapes.txid("T", self.state.next_number("fill_id"))

    def new_order_id(self) -> str:
        return shapes.txid("O", self.state.next_number("order"))

    def terms_outside(self, account: str, symbol: str, side: str, kind: Kind) -> dict[str, Any]:
        return {
            "ordertype": str(kind),
            "userref": None,
            "oflags": "fciq",
            "close": None,
            "starttm": 0.0,
        }

    def seed(self) -> Iterable[Quote]:
        for pair in pairs.PAIRS.values():
            last = pair.first_price
            bid, ask = last - pair.tick, last + pair.tick
            size = Decimal(10)
            yield Quote(pair.id, bid, ask, last, size, size, self.clock.now(), last, last, last)

    def canonical(self, symbol: str) -> str:
        pair = pairs.find_pair(symbol)
        if pair is None:
            raise LookupError(f"there is no pair {symbol}; there are {', '.join(pairs.PAIRS)}")
        return pair.id

    def multiplier(self, symbol: str) -> Decimal:
        return Decimal(1)

    def fee_of(self, value: Decimal, is_maker: bool) -> Decimal:
        return round(value * (pairs.MAKER if is_maker else pairs.TAKER), pairs.COST_DECIMALS)

    def assets_of(self, symbol: str) -> tuple[str, str]:
        pair = pairs.PAIRS[symbol]
        return pair.base, pair.quote

    def after_fill(self, order: Order, fill: Fill) -> None:
        """Places the order that closes what was filled, where the client asked for one."""
        close = order.terms.get("close")
        if not close:
            return
        kind = close["ordertype"]
        limit, trigger = orders.prices_of(close, kind, pairs.PAIRS[order.symbol])
        closing = Order(
            id=self.new_order_id(),
            account=order.account,
            symbol=order.symbol,
            side="sell" if order.side == "buy" else "buy",
            type=orders.KINDS[kind],
            quantity=fill.quantity,
            placed_at=fill.at,
            limit=limit,
            trigger=trigger,
            terms={
                "ordertype": kind,
                "userref": order.terms["userref"],
                "oflags": "fciq",
                "starttm": 0.0,
                "close": None,
                "refid": order.id,
            },
        )
        self.engine.place([closing], self.settle_seconds)

    def _system_status(self, _request: Request, _login: Login) -> Answer:
        now = at(self.clock.now())
        return shapes.result({"status": "online", "timestamp": f"{now:%Y-%m-%dT%H:%M:%SZ}"})

    def _asset_pairs(self, request: Request, _login: Login) -> Answer:
        found = self._pairs_asked(request)
        return shapes.result({pair.id: pairs.described(pair) for pair in found})

    def _ticker(self, request: Request, _login: Login) -> Answer:
        found = self._pairs_asked(request)
        return shapes.result({pair.id: shapes.ticker(self.state.quotes[pair.id]) for pair in found})

    def _balance(self, _request: Request, login: Login) -> Answer:
        held = self._held(login)
        return shapes.result({asset: shapes.balance(asset, held[asset]) for asset in held})

    def _balance_ex(self, _request: Request, login: Login) -> Answer:
        account = login.accounts[0]
        shown = {}
        for asset, amount in self._held(login).items():
            held = orders.held_for(account, asset, self.state)
            shown[asset] = {
                "balance": shapes.balance(asset, amount),
                "hold_trade": shapes.balance(asset, held),
            }
        return shapes.result(shown)

    def _trade_balance(self, _request: Request, login: Login) -> Answer:
        """All in the account's money; without margin most are the equity, or nothing."""
        total = ZERO
        for asset, amount in self._held(login).items():
            total += amount * self._rate(asset)
        equity = shapes.balance(self.money, total)
        nothing = shapes.balance(self.money, ZERO)
        same = dict.fromkeys(("eb", "tb", "e", "mf"), equity)
        return shapes.result(dict.fromkeys(("m", "n", "c", "v"), nothing) | same)

    def _open_positions(self, _request: Request, _login: Login) -> Answer:
        """Of margin only, which isn't traded here."""
        return shapes.result({})

    def _open_orders(self, request: Request, login: Login) -> Answer:
        form = _form(request)
        found = [one for one in self._orders_asked(form, login) if one.is_working]
        return shapes.result({"open": self._shown(found, form)})

    def _closed_orders(self, request: Request, login: Login) -> Answer:
        """The newest first, 50 a page; filtered by when they were opened or closed, or either."""
        form = _form(request)
        which = form.get("closetime", "both")
        if which not in ("open", "close", "both"):
            raise invalid("closetime")
        since, until = self._bounds(form, "start"), self._bounds(form, "end")
        found = []
        for one in self._orders_asked(form, login):
            moments = {"open": [one.placed_at], "close": [one.ended_at]}.get(
                which, [one.placed_at, one.ended_at]
            )
            inside = any(
                (since is None or moment > since) and (until is None or moment <= until)
                for moment in moments
            )
            if not one.is_working and inside:
                found.append(one)
        found.sort(key=lambda one: one.ended_at)
        found.reverse()
        page = _page(found, form)
        return shapes.result({"closed": self._shown(page, form), "count": len(found)})

    def _query_orders(self, request: Request, login: Login) -> Answer:
        """By txid; by a client id alone is not documented, and refused."""
        form = _form(request)
        found = []
        for txid in _ids(form):
            order = self.state.orders.get(txid)
            if order is None or order.account not in login.accounts:
                raise refusal("EOrder:Invalid order")
            found.append(order)
        return shapes.result(self._shown(found, form))

    def _trades_history(self, request: Request, login: Login) -> Answer:
        """The newest first, 50 a page. ``start`` is exclusive, ``end`` inclusive."""
        form = _form(request)
        since, until = self._bounds(form, "start"), self._bounds(form, "end")
        found = [
            one
            for one in self._fills_of(login, form)
            if (since is None or one.at > since) and (until is None or one.at <= until)
        ]
        found.reverse()
        shown = {one.id: self._trade(one) for one in _page(found, form)}
        return shapes.result({"trades": shown, "count": len(found)})

    def _query_trades(self, request: Request, login: Login) -> Answer:
        form = _form(request)
        fills = {one.id: one for one in self.state.fills if one.account in login.accounts}
        ids = _ids(form)
        if not set(ids) <= set(fills):
            raise invalid("txid")
        return shapes.result({txid: self._trade(fills[txid]) for txid in ids})

    def _add_order(self, request: Request, login: Login) -> Answer:
        """``validate`` counts as soon as it is there: its text False is as true as any."""
        form = _form(request)
        is_preview = "validate" in form
        now = self.clock.now()
        desk = orders.Desk(
            state=self.state,
            account=login.accounts[0],
            now=now,
            received_at=request.received_at,
            most_open=self.limited(self.tier.open_orders),
            new_id=str if is_preview else self.new_order_id,
        )
        order = orders.order_of(form, desk, is_validated_only=is_preview)
        described = orders.describe(order)
        descr = {name: described[name] for name in ("order", "close") if described[name]}
        if is_preview:
            return shapes.result({"descr": descr})
        if not self._counter(order).take(now, COST_OF_ORDER):
            raise refusal("EOrder:Rate limit exceeded")
        self.place([order])
        if "post" in order.terms["oflags"] and self.engine.is_marketable(order):
            self.engine.end(order, Status.CANCELED, "Post only order")
        return shapes.result({"descr": descr, "txid": [order.id]})

    def _cancel_order(self, request: Request, login: Login) -> Answer:
        """By txid or by client id. An order that is over is unknown, a made-up id invalid."""
        form = _form(request)
        txid, client_id = form.get("txid", ""), form.get("cl_ord_id", "")
        if bool(txid) == bool(client_id):
            raise refusal("EGeneral:Invalid arguments")
        account = login.accounts[0]
        if txid and not (_TXID.fullmatch(txid) and txid in self.state.orders):
            raise refusal("EOrder:Invalid order")
        taken = [
            one
            for one in self.state.working(account)
            if (one.id == txid or (client_id and one.client_id == client_id)) and self._cancel(one)
        ]
        if not taken:
            raise refusal("EOrder:Unknown order")
        return shapes.result(_canceled(taken))

    def _cancel_all(self, _request: Request, login: Login) -> Answer:
        working = self.state.working(login.accounts[0])
        return shapes.result(_canceled([one for one in working if self._cancel(one)]))

    def _cancel_all_after(self, request: Request, login: Login) -> Answer:
        """The dead man's switch: without another call in time all is canceled; 0 ends it."""
        timeout = _form(request).get("timeout", "")
        if not re.fullmatch(r"\d{1,5}", timeout, re.ASCII):
            raise invalid("timeout")
        now = self.clock.now()
        self.state.switches.pop(login.accounts[0], None)
        trigger = "0"
        if int(timeout):
            self.state.switches[login.accounts[0]] = now + int(timeout)
            trigger = f"{at(now + int(timeout)):%Y-%m-%dT%H:%M:%SZ}"
        return shapes.result(
            {"currentTime": f"{at(now):%Y-%m-%dT%H:%M:%SZ}", "triggerTime": trigger}
        )

    def _let_dead_man_act(self) -> None:
        now = self.clock.now()
        for account in [one for one, moment in self.state.switches.items() if moment <= now]:
            del self.state.switches[account]
            for order in self.state.working(account):
                self.engine.end(order, Status.CANCELED, _USER_ASKED)

    def _cancel(self, order: Order) -> bool:
        """Costs by the order's age, and is never refused for it."""
        now = self.clock.now()
        self._counter(order).add(now, cost_of_cancel(now - order.placed_at))
        return self.ask_cancel(order, _USER_ASKED)

    def _counter(self, order: Order) -> DecayingCounter:
        key = (order.account, order.symbol)
        new = DecayingCounter(self.limited(self.tier.trades), self.tier.trade_decay)
        return self._trades_of.setdefault(key, new)

    def _held(self, login: Login) -> dict[str, Decimal]:
        return {
            one.asset: one.quantity
            for one in self.state.holdings.values()
            if one.account == login.accounts[0]
        }

    def _rate(self, asset: str) -> Decimal:
        """What one of an asset is worth in the account's money; 0 where no pair says it."""
        if asset == self.money:
            return Decimal(1)
        for pair in pairs.PAIRS.values():
            if (pair.base, pair.quote) == (asset, self.money):
                return self.state.quotes[pair.id].last or ZERO
        return ZERO

    def _pairs_asked(self, request: Request) -> list[pairs.Pair]:
        names = request.query.get("pair", "")
        if not names:
            return list(pairs.PAIRS.values())
        found = []
        for name in names.split(","):
            pair = pairs.find_pair(name)
            if pair is None:
                raise refusal("EQuery:Unknown asset pair")
            found.append(pair)
        return found

    def _orders_asked(self, form: Form, login: Login) -> list[Order]:
        """The account's orders with that client id or reference; several may have one."""
        client_id, userref = form.get("cl_ord_id"), form.get("userref")
        return [
            one
            for one in self.state.orders.values()
            if one.account in login.accounts
            and client_id in (None, "", one.client_id)
            and userref in (None, "", str(one.terms["userref"]))
        ]

    def _bounds(self, form: Form, name: str) -> float | None:
        """A moment, given as such or by the id of an order or a trade."""
        given = form.get(name)
        if not given:
            return None
        if given in self.state.orders:
            return self.state.orders[given].placed_at
        trade = next((one for one in self.state.fills if one.id == given), None)
        if trade:
            return trade.at
        try:
            return float(given)
        except ValueError:
            raise invalid(name) from None

    def _shown(self, found: Iterable[Order], form: Form) -> dict[str, Any]:
        with_trades = form.get("trades") == "true"
        shown = {}
        for one in found:
            fills = [fill for fill in self.state.fills if fill.order_id == one.id]
            trades = [fill.id for fill in _merged(fills, form)]
            shown[one.id] = shapes.order(one, trades if with_trades else None)
        return shown

    def _fills_of(self, login: Login, form: Form) -> list[Fill]:
        return _merged([one for one in self.state.fills if one.account in login.accounts], form)

    def _trade(self, fill: Fill) -> dict[str, Any]:
        return shapes.trade(fill, self.state.orders[fill.order_id].terms["ordertype"])


def _form(request: Request) -> Form:
    """The body, a form or JSON, as a flat form. Raises Refusal for another content type."""
    if request.content_type == "application/x-www-form-urlencoded":
        return request.form()
    try:
        body = request.json()
    except ValueError:
        raise refusal("EGeneral:Invalid arguments") from None
    flat = {}
    for name, value in body.items():
        parts = value.items() if isinstance(value, dict) else [("", value)]
        for part, inner in parts:
            key = f"{name}[{part}]" if part else name
            flat[key] = inner if isinstance(inner, str) else json.dumps(inner, default=str)
    return flat


def _ids(form: Form) -> list[str]:
    found = [one for one in form.get("txid", "").split(",") if one]
    if not 1 <= len(found) <= _PAGE:
        raise refusal("EGeneral:Invalid arguments")
    return found


def _merged(fills: list[Fill], form: Form) -> list[Fill]:
    return fills if form.get("consolidate_taker") == "false" else shapes.consolidated(fills)


def _page(items: list[T], form: Form) -> list[T]:
    offset = form.get("ofs", "0")
    if not re.fullmatch(r"\d{1,9}", offset, re.ASCII):
        raise invalid("ofs")
    return items[int(offset) : int(offset) + _PAGE]


def _canceled(taken: list[Order]) -> dict[str, Any]:
    """How many; ``pending`` where it isn't done yet."""
    pending = {"pending": True} if any(one.is_working for one in taken) else {}
    return {"count": len(taken)} | pending
