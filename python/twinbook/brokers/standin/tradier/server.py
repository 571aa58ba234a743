"""Tradier's calls."""

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from twinbook.brokers.standin import seed
from twinbook.brokers.standin.clock import at, new_york
from twinbook.brokers.standin.core import Admission, Route, StandIn
from twinbook.brokers.standin.exchange import Login
from twinbook.brokers.standin.faults import Fault
from twinbook.brokers.standin.limits import Reading, Window
from twinbook.brokers.standin.margin import Margin
from twinbook.brokers.standin.occ import Contract, contract
from twinbook.brokers.standin.state import Kind, Order, Quote, Role
from twinbook.brokers.standin.tradier import orders, shapes
from twinbook.brokers.standin.tradier.refusals import invalid, refusal
from twinbook.brokers.standin.wire import Answer, Refusal, Request, as_json, as_text

_PER_MINUTE = 60  # the sandbox's limit, for each group of calls
_FIRST_ID = 700_100
_BORN = "2026-01-02T10:00:00.000Z"


class TradierStandIn(StandIn):
    """Tradier's sandbox. ``account_type`` is margin, cash or pdt, for all accounts.

    ``empty`` is what stands for an empty list of orders or positions: the text "null", as it is
    today, or None for JSON's null. ``orders_a_page`` splits the list of orders and counts its
    pages, as newer clients expect it; without it all are on one.
    """

    broker: ClassVar[str] = "tradier"
    base_path: ClassVar[str] = "/v1"
    default_logins: ClassVar[tuple[Login, ...]] = (
        Login("sandbox-token-of-the-stand-in", "", ("VA00000001",)),
    )

    faults: ClassVar[frozenset[Fault]] = frozenset(Fault)

    def __init__(
        self,
        *,
        account_type: str = "margin",
        empty: str | None = "null",
        orders_a_page: int | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self.account_type = account_type
        self.empty = empty
        self.orders_a_page = orders_a_page
        self.margin = Margin(self.state, self.money, is_cash_account=account_type == "cash")
        self._windows: dict[tuple[str, str], Window] = {}

    def make_routes(self) -> tuple[Route, ...]:
        account = "/accounts/(?P<account>[^/]+)"
        order = f"{account}/orders/(?P<number>[^/]+)"
        options = "/markets/options"
        return (
            Route("GET", "/user/profile", "profile", self._profile, "account"),
            Route("GET", "/markets/quotes", "quotes", self._quotes, "market"),
            Route("POST", "/markets/quotes", "quotes", self._quotes, "market"),
            Route("GET", f"{options}/expirations", "expirations", self._expirations, "market"),
            Route("GET", f"{options}/strikes", "strikes", self._strikes, "market"),
            Route("GET", f"{options}/chains", "chain", self._chain, "market"),
            Route("GET", f"{account}/balances", "balances", self._balances, "account"),
            Route("GET", f"{account}/positions", "positions", self._positions, "account"),
            Route("GET", f"{account}/orders", "orders", self._orders, "account"),
            Route("POST", f"{account}/orders", "place", self._place, "trading"),
            Route("GET", order, "order", self._order, "account"),
            Route("PUT", order, "replace", self._replace, "trading"),
            Route("DELETE", order, "cancel", self._cancel, "trading"),
        )

    def admit(self, request: Request, route: Route) -> Admission:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        login = next((one for one in self.logins if one.key == token), None)
        if scheme.lower() != "bearer" or login is None:
            code = "keymanagement.service.invalid_access_token"
            raise Refusal(_fault("Invalid Access Token", code, 401))
        window = self._windows.setdefault((token, route.group), Window(self.limited(_PER_MINUTE)))
        reading = window.take(self.clock.now())
        if not reading.passed:
            raise Refusal(_quota(reading))
        return Admission(login, _headers(reading))

    def call_of(self, route: Route, request: Request) -> str:
        is_preview = route.call == "place" and request.form().get("preview") == "true"
        return "preview" if is_preview else route.call

    def unknown_path(self) -> Answer:
        return _fault("Unable to identify proxy for host", "messaging.adaptors.http.flow.404", 404)

    def too_many_requests(self) -> Answer:
        return _quota(Reading(_PER_MINUTE, _PER_MINUTE, self.clock.now() + 60, passed=False))

    def expired_token(self) -> Answer:
        code = "keymanagement.service.access_token_expired"
        return _fault("Access Token expired", code, 401)

    def datastore_error(self) -> Answer:
        """Its status and code are unverified."""
        return _fault("Datastore Error", "keymanagement.service.DatastoreError", 401)

    def unavailable(self, message: str) -> Answer:
        return _fault(
            message or "Gateway Timeout", "messaging.adaptors.http.flow.GatewayTimeout", 504
        )

    def refused(self, message: str) -> Answer:
        first = message or "Backoffice rejected override of the order."
        return as_json({"errors": {"error": [first, "InitialMargin"]}})

    def new_fill_id(self, at: float) -> str:
        """Tradier shows none."""
        return str(self.state.next_number("fill_id"))

    def new_order_id(self) -> str:
        return str(_FIRST_ID + self.state.next_number("order"))

    def terms_outside(self, account: str, symbol: str, side: str, kind: Kind) -> dict[str, Any]:
        option = contract(symbol)
        return {
            "class": "option" if option else "equity",
            "symbol": option.underlying if option else symbol,
            "side": orders.side_of(symbol, side, self.state.held(account, symbol)),
            "type": str(kind),
            "duration": "gtc",
        }

    def seed(self) -> Iterable[Quote]:
        now = self.clock.now()
        return seed.stock_quotes(now, new_york(now).date())

    def _profile(self, request: Request, login: Login) -> Answer:
        accounts = [
            {
                "account_number": account,
                "classification": "individual",
                "date_created": _BORN,
                "day_trader": self.account_type == "pdt",
                "option_level": 3,
                "status": "active",
                "type": self.account_type,
                "last_update_date": _BORN,
            }
            for account in login.accounts
        ]
        person = {"id": "id-sb-standin", "name": "Stand In"}
        shown = {"profile": person | {"account": shapes.collection(accounts)}}
        return _worded(request, shown)

    def _quotes(self, request: Request, _login: Login) -> Answer:
        given = request.form() if request.method == "POST" else request.query
        symbols = [symbol.strip() for symbol in _needed(given.get("symbols"), "symbols").split(",")]
        found = []
        unmatched = []
        for symbol in dict.fromkeys(symbols):
            quote = self.state.quotes.get(symbol)
            if quote is None:
                unmatched.append(symbol)
                continue
            shown = shapes.quote(quote)
            if given.get("greeks") == "true" and contract(symbol):
                shown["greeks"] = shapes.greeks(quote)
            found.append(shown)
        answer: dict[str, Any] = {}
        if found:
            answer["quote"] = shapes.collection(found)
        if unmatched:
            answer["unmatched_symbols"] = {"symbol": shapes.collection(unmatched)}
        return _worded(request, {"quotes": answer})

    def _expirations(self, request: Request, _login: Login) -> Answer:
        wanted = request.query
        contracts = [pair[0] for pair in self._options(_needed(wanted.get("symbol"), "symbol"))]
        days = sorted({one.expiration for one in contracts})
        if not days:
            return _worded(request, {"expirations": None})
        extras = ("strikes", "contractSize", "expirationType")
        if not any(wanted.get(name) == "true" for name in extras):
            dates = shapes.collection([day.isoformat() for day in days])
            return _worded(request, {"expirations": {"date": dates}})
        detailed = []
        for day in days:
            entry: dict[str, Any] = {"date": day.isoformat()}
            if wanted.get("contractSize") == "true":
                entry["contract_size"] = 100
            if wanted.get("expirationType") == "true":
                entry["expiration_type"] = "standard"
            if wanted.get("strikes") == "true":
                strikes = sorted({one.strike for one in contracts if one.expiration == day})
                entry["strikes"] = {"strike": shapes.collection(strikes)}
            detailed.append(entry)
        return _worded(request, {"expirations": {"expiration": shapes.collection(detailed)}})

    def _strikes(self, request: Request, _login: Login) -> Answer:
        strikes = sorted({option.strike for option, _ in self._chain_of(request)})
        found = {"strike": shapes.collection(strikes)} if strikes else None
        return _worded(request, {"strikes": found})

    def _chain(self, request: Request, _login: Login) -> Answer:
        with_greeks = request.query.get("greeks") == "true"
        found = [
            shapes.quote(quote) | {"greeks": shapes.greeks(quote) if with_greeks else None}
            for _, quote in self._chain_of(request)
        ]
        chain = {"option": shapes.collection(found)} if found else None
        return _worded(request, {"options": chain})

    def _balances(self, request: Request, login: Login, account: str) -> Answer:
        _check_owner(login, account)
        pending = [one for one in self.state.working(account) if one.id == (one.group or one.id)]
        worth = self.margin.worth(account)
        shown = shapes.balances(account, self.account_type, worth, len(pending))
        return _worded(request, {"balances": shown})

    def _positions(self, request: Request, login: Login, account: str) -> Answer:
        _check_owner(login, account)
        found = [shapes.position(one) for one in self.margin.positions(account)]
        return _worded(request, {"positions": self._listed("position", found)})

    def _orders(self, request: Request, login: Login, account: str) -> Answer:
        """Only those placed on the present day in New York."""
        _check_owner(login, account)
        today = new_york(self.clock.now()).date()
        found = [
            self._shown(order, request)
            for order in self.state.orders.values()
            if order.account == account
            and order.id == (order.group or order.id)
            and new_york(order.placed_at).date() == today
        ]
        size = self.orders_a_page or max(len(found), 1)
        page = request.query.get("page", "1")
        first = (int(page) - 1) * size if page.isdecimal() else -1
        if first < 0:
            raise invalid("page", "must be a whole number above 0.")
        listed = self._listed("order", found[first : first + size])
        if self.orders_a_page and isinstance(listed, dict):
            pages = -(-len(found) // size)
            listed |= {"page": int(page), "total_pages": pages, "total_orders": len(found)}
        return _worded(request, {"orders": listed})

    def _order(self, request: Request, login: Login, account: str, number: str) -> Answer:
        order = self._own_order(login, account, number)
        return _worded(request, {"order": self._shown(order, request)})

    def _place(self, request: Request, login: Login, account: str) -> Answer:
        _check_owner(login, account)
        form = request.form()
        is_preview = form.pop("preview", "false") == "true"
        now = self.clock.now()
        new_id = str if is_preview else self.new_order_id  # a preview has no id
        placed = orders.orders_of(form, orders.Desk(self.state, self.margin, now, account, new_id))
        if is_preview:
            when = shapes.time(at(now).timestamp()).removesuffix("Z")
            return _worded(request, {"order": orders.preview(placed, self.margin, when)})
        self.place(placed)
        number = int(placed[0].id)
        partner = str(uuid.UUID(int=number, version=4))
        return _worded(request, {"order": {"id": number, "status": "ok", "partner_id": partner}})

    def _replace(self, request: Request, login: Login, account: str, number: str) -> Answer:
        order = self._own_order(login, account, number)
        _check_working(order)
        orders.change(order, request.form())
        order.changed_at = self.clock.now()
        return _worded(request, {"order": {"id": int(order.id), "status": "ok"}})

    def _cancel(self, request: Request, login: Login, account: str, number: str) -> Answer:
        order = self._own_order(login, account, number)
        if not self.ask_cancel(order):
            _check_working(order)
        return _worded(request, {"order": {"id": int(order.id), "status": "ok"}})

    def _shown(self, order: Order, request: Request) -> dict[str, Any]:
        is_whole = order.role in (Role.CONTAINER, Role.COMBINATION)
        group = self.state.group_of(order) if is_whole else ()
        return shapes.order(order, group, with_tag=request.query.get("includeTags") == "true")

    def _own_order(self, login: Login, account: str, number: str) -> Order:
        """An order of that account. One that isn't there is refused like one of another's."""
        _check_owner(login, account)
        order = self.state.orders.get(number)
        if order is None or order.account != account:
            raise _not_yours(account)
        return order

    def _listed(self, name: str, items: list[Any]) -> Any:
        return {name: shapes.collection(items)} if items else self.empty

    def _options(self, underlying: str) -> list[tuple[Contract, Quote]]:
        """The contracts on an underlying and their quotes, by date, strike and right."""
        found = []
        for quote in self.state.quotes.values():
            option = contract(quote.symbol)
            if option and option.underlying == underlying:
                found.append((option, quote))
        return sorted(found, key=lambda one: (one[0].expiration, one[0].strike, one[0].right))

    def _chain_of(self, request: Request) -> list[tuple[Contract, Quote]]:
        symbol = _needed(request.query.get("symbol"), "symbol")
        day = _needed(request.query.get("expiration"), "expiration")
        return [pair for pair in self._options(symbol) if pair[0].expiration.isoformat() == day]


def _worded(request: Request, value: dict[str, Any]) -> Answer:
    """JSON for who asks for it; else XML."""
    if "application/json" in request.headers.get("accept", ""):
        return as_json(value)
    return Answer(200, shapes.as_xml(value), "application/xml")


def _fault(text: str, code: str, status: int) -> Answer:
    return as_json({"fault": {"faultstring": text, "detail": {"errorcode": code}}}, status)


def _quota(reading: Reading) -> Answer:
    """The headers are documented, the body isn't."""
    answer = _fault("Rate limit quota violation", "policies.ratelimit.QuotaViolation", 429)
    answer.headers = _headers(reading)
    return answer


def _headers(reading: Reading) -> dict[str, str]:
    return {
        "X-Ratelimit-Allowed": str(reading.allowed),
        "X-Ratelimit-Used": str(reading.used),
        "X-Ratelimit-Available": str(reading.available),
        "X-Ratelimit-Expiry": str(int(reading.expires_at * 1000)),
    }


def _check_owner(login: Login, account: str) -> None:
    if account not in login.accounts:
        raise _not_yours(account)


def _not_yours(account: str) -> Refusal:
    return Refusal(as_text(f"Unauthorized Account: {account}", 401))


def _check_working(order: Order) -> None:
    if not order.is_working:
        raise refusal(f"order already in finalized state: {shapes.status(order)}")


def _needed(value: str | None, name: str) -> str:
    if not value:
        raise invalid(name, "is required.")
    return value
