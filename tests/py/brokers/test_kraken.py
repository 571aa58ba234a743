"""Kraken's shapes and quirks, from the documented payloads."""

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
from tests.py.brokers.script import (
    SECRET,
    START,
    TOKEN,
    FakeClock,
    Script,
    form_of,
    keys,
    payload,
    told,
)

from twinbook.brokers import (
    Ambiguous,
    AssetClass,
    AuthFailed,
    BrokerError,
    Cancellation,
    Credentials,
    DuplicateClientId,
    Environment,
    InsufficientFunds,
    NotSupported,
    OcoRequest,
    OrderRequest,
    OrderStatus,
    OrderType,
    RateLimited,
    Rejected,
    Secret,
    Side,
    TimedOut,
    TimeInForce,
    Unavailable,
    UnknownOrder,
)
from twinbook.brokers.credentials import CredentialsError
from twinbook.brokers.kraken import Kraken, sign

D = Decimal
ID = "OAAAAA-BBBBB-CCCCCC"
CLIENT_ID = "6d1b345e-0000-4000-8000-000000000001"
STAND_IN = "http://localhost:8080"
ORDER = OrderRequest(
    client_id=CLIENT_ID,
    symbol="XBT/USD",
    side=Side.BUY,
    quantity=D("1.25000000"),
    order_type=OrderType.LIMIT,
    limit_price=D("27500.0"),
    time_in_force=TimeInForce.GTC,
    asset_class=AssetClass.CRYPTO,
)
Open = Callable[..., tuple[Kraken, Script]]


def pairs() -> httpx.Response:
    return payload("kraken/asset_pairs.json")


def error(*said: str) -> httpx.Response:
    return told({"error": said})


@pytest.fixture
def play() -> Open:
    def open_it(*steps: httpx.Response | Exception) -> tuple[Kraken, Script]:
        script = Script(*steps)
        return Kraken(keys(), STAND_IN, transport=script), script

    return open_it


def test_the_documented_signature() -> None:
    # https://docs.kraken.com/api/docs/guides/spot-rest-auth
    body = b"nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25"
    signed = sign(base64.b64decode(SECRET), "/0/private/AddOrder", 1616492376594, body)
    assert signed == (
        "4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ=="
    )


def test_the_exact_bytes_are_signed_with_a_rising_nonce(play: Open) -> None:
    kraken, script = play(payload("kraken/balance_ex.json"), payload("kraken/balance_ex.json"))
    kraken.positions()
    kraken.positions()
    sent = [int(form_of(request)["nonce"]) for request in script.requests]
    assert sent == [int(START.timestamp()) * 10**9, int(START.timestamp()) * 10**9 + 1]
    for request, nonce in zip(script.requests, sent, strict=True):
        assert (request.method, request.url.path) == ("POST", "/0/private/BalanceEx")
        assert request.headers["API-Key"] == TOKEN
        expected = sign(base64.b64decode(SECRET), request.url.path, nonce, request.content)
        assert request.headers["API-Sign"] == expected
        assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_a_retry_takes_a_new_nonce(play: Open) -> None:
    kraken, script = play(httpx.ReadTimeout("slow"), payload("kraken/balance_ex.json"))
    kraken.positions()
    first, second = (int(form_of(request)["nonce"]) for request in script.requests)
    assert second > first


def test_clients_of_one_key_share_its_nonces(play: Open) -> None:
    one, first = play(payload("kraken/balance_ex.json"))
    other, second = play(payload("kraken/balance_ex.json"))
    one.positions()
    other.positions()
    assert int(form_of(second.last)["nonce"]) > int(form_of(first.last)["nonce"])


def test_what_is_public_is_not_signed(play: Open) -> None:
    kraken, script = play(pairs(), payload("kraken/ticker.json"))
    quotes = kraken.quotes(["XXBTZUSD", "NONE/USD"])
    assert quotes.unmatched == ("NONE/USD",)
    (quote,) = quotes.found
    assert (quote.symbol, quote.bid, quote.ask) == ("XXBTZUSD", D(27500), D(27501))
    assert (quote.last, quote.bid_size, quote.day_volume) == (D("27500.5"), D(2), D(10))
    assert quote.quoted_at is None
    for request in script.requests:
        assert request.method == "GET"
        assert "API-Key" not in request.headers
        assert "API-Sign" not in request.headers
    assert script.last.url.params["pair"] == "XBTUSD"


def test_no_known_symbol_asks_for_no_ticker(play: Open) -> None:
    kraken, script = play(pairs())
    assert kraken.quotes(["NONE/USD"]).unmatched == ("NONE/USD",)
    assert script.steps == []


@pytest.mark.parametrize("symbol", ["XBTUSD", "XBT/USD", "XXBTZUSD", "xbt/usd"])
def test_a_pair_has_several_names(play: Open, symbol: str) -> None:
    kraken, script = play(pairs(), payload("kraken/add_order_ok.json"))
    kraken.place_order(replace(ORDER, symbol=symbol))
    assert form_of(script.last)["pair"] == "XBTUSD"


def test_an_order_is_a_form_with_a_deadline(play: Open) -> None:
    kraken, script = play(pairs(), payload("kraken/add_order_ok.json"))
    placed = kraken.place_order(ORDER)
    assert (placed.order_id, placed.client_id) == (ID, CLIENT_ID)
    assert form_of(script.last) == {
        "nonce": str(int(START.timestamp()) * 10**9),
        "ordertype": "limit",
        "type": "buy",
        "volume": "1.25",
        "pair": "XBTUSD",
        "price": "27500",
        "cl_ord_id": CLIENT_ID,
        "oflags": "fciq",
        "timeinforce": "GTC",
        "deadline": "2026-11-02T14:31:30.000Z",
    }


@pytest.mark.parametrize(
    ("changes", "terms"),
    [
        (
            {"order_type": OrderType.STOP, "limit_price": None, "stop_price": D(27000)},
            {"ordertype": "stop-loss", "price": "27000"},
        ),
        (
            {"order_type": OrderType.STOP_LIMIT, "stop_price": D(27000)},
            {"ordertype": "stop-loss-limit", "price": "27000", "price2": "27500"},
        ),
        ({"time_in_force": TimeInForce.IOC}, {"timeinforce": "IOC"}),
        (
            {"time_in_force": TimeInForce.DAY, "expires_at": START + timedelta(hours=9)},
            {"timeinforce": "GTD", "expiretm": str(int(START.timestamp()) + 9 * 3600)},
        ),
        (
            {"order_type": OrderType.MARKET, "limit_price": None},
            {"ordertype": "market"},
        ),
    ],
)
def test_terms(play: Open, changes: dict[str, object], terms: dict[str, str]) -> None:
    kraken, script = play(pairs(), payload("kraken/add_order_ok.json"))
    kraken.place_order(replace(ORDER, **changes))  # type: ignore[arg-type]
    form = form_of(script.last)
    assert form | terms == form
    assert "validate" not in form
    assert ("timeinforce" in form) == (form["ordertype"] != "market")
    assert ("price2" in form) == ("price2" in terms)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"client_id": "has-hyphens"}, Rejected),
        ({"client_id": "x" * 19}, Rejected),
        ({"client_id": CLIENT_ID.upper()}, Rejected),
        ({"asset_class": AssetClass.EQUITY}, NotSupported),
        ({"asset_class": AssetClass.OPTION}, NotSupported),
        ({"quantity": D(0)}, Rejected),
        ({"limit_price": None}, Rejected),
    ],
)
def test_what_would_be_refused_is_not_sent(
    play: Open, changes: dict[str, object], kind: type[BrokerError]
) -> None:
    kraken, script = play()
    with pytest.raises(kind):
        kraken.place_order(replace(ORDER, **changes))  # type: ignore[arg-type]
    assert script.requests == []


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"symbol": "NONE/USD"}, Rejected),
        ({"time_in_force": TimeInForce.DAY}, Rejected),
        ({"deadline": START + timedelta(seconds=1)}, Rejected),
        ({"deadline": START + timedelta(seconds=61)}, Rejected),
        (
            {
                "order_type": OrderType.MARKET,
                "limit_price": None,
                "time_in_force": TimeInForce.FOK,
            },
            NotSupported,
        ),
    ],
)
def test_what_kraken_would_misread_is_not_placed(
    play: Open, changes: dict[str, object], kind: type[BrokerError]
) -> None:
    kraken, script = play(pairs())
    with pytest.raises(kind):
        kraken.place_order(replace(ORDER, **changes))  # type: ignore[arg-type]
    assert [request.method for request in script.requests] == ["GET"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (payload("kraken/err_insufficient_funds.json"), InsufficientFunds),
        (payload("kraken/err_bad_cl_ord_id.json"), Rejected),
        (payload("kraken/err_dup_cl_ord_id.json"), DuplicateClientId),
        (payload("kraken/err_invalid_nonce.json"), AuthFailed),
        (payload("kraken/err_rate_limit.json"), RateLimited),
        (error("EOrder:Rate limit exceeded"), RateLimited),
        (error("EOrder:Order minimum not met"), Rejected),
        (error("EOrder:Tick size check failed"), Rejected),
        (error("EGeneral:Permission denied"), AuthFailed),
        (error("EGeneral:Temporary lockout"), AuthFailed),
        (payload("kraken/err_unavailable.json"), Ambiguous),
        (error("EService:Busy"), Ambiguous),
        (error("EService:Deadline elapsed"), Ambiguous),
        (error("EGeneral:Internal error"), Ambiguous),
        (error("EOrder:Insufficient funds", "EGeneral:Internal error"), Ambiguous),
        (httpx.Response(520, html="<html>cloud</html>"), Ambiguous),
        (httpx.Response(502), Ambiguous),
        (told({"error": []}), Ambiguous),
        (told({"error": [], "result": {"txid": []}}), Ambiguous),
        (told([]), Ambiguous),
        (httpx.ReadTimeout("slow"), Ambiguous),
        (httpx.RemoteProtocolError("dropped"), Ambiguous),
        (httpx.ConnectError("refused"), Unavailable),
        (httpx.Response(429), RateLimited),
    ],
)
def test_what_a_failed_order_means(
    play: Open, answer: httpx.Response | Exception, kind: type[BrokerError]
) -> None:
    kraken, script = play(pairs(), answer)
    with pytest.raises(BrokerError) as failed:
        kraken.place_order(ORDER)
    assert type(failed.value) is kind
    assert failed.value.hint
    assert failed.value.order_may_exist == (kind in (Ambiguous, DuplicateClientId))
    assert len(script.requests) == 2
    if type(failed.value) is Ambiguous:
        assert failed.value.look_up_after == START + timedelta(seconds=35)
    if isinstance(failed.value, DuplicateClientId):
        assert failed.value.is_certain


def test_warnings_are_no_errors(play: Open) -> None:
    body = {"error": ["WGeneral:Something"], "result": {"count": 1}}
    kraken, _ = play(told(body))
    assert kraken.cancel_order(ID) is Cancellation.REQUESTED


def test_an_order_that_waited_past_its_deadline_is_not_sent(
    play: Open, fake_clock: FakeClock
) -> None:
    kraken, script = play(pairs(), error("EOrder:Rate limit exceeded"))
    with pytest.raises(RateLimited):
        kraken.place_order(ORDER)
    # The pair's counter is at 60 of 60; 7 s later it is below its headroom.
    with pytest.raises(Unavailable) as late:
        kraken.place_order(replace(ORDER, deadline=START + timedelta(seconds=3)))
    assert type(late.value) is Unavailable
    assert not late.value.order_may_exist
    assert fake_clock.waited == [pytest.approx(7)]
    assert len(script.requests) == 2


def test_a_preview_places_nothing_and_checks_no_funds(play: Open) -> None:
    kraken, script = play(pairs(), payload("kraken/add_order_validate_ok.json"))
    preview = kraken.preview_order(ORDER)
    assert preview.description == "buy 1.25000000 XBTUSD @ limit 27500.0"
    assert not kraken.capabilities.preview_checks_funds
    assert form_of(script.last)["validate"] == "true"
    assert "deadline" not in form_of(script.last)


def test_there_are_no_options_and_no_pairs_of_orders(play: Open) -> None:
    kraken, script = play()
    pair = OcoRequest(
        client_id=CLIENT_ID,
        symbol="XBT/USD",
        side=Side.SELL,
        quantity=D(1),
        take_profit=D(30000),
        stop_loss=D(20000),
        asset_class=AssetClass.CRYPTO,
    )
    calls: list[Callable[[], object]] = [
        lambda: kraken.place_oco(pair),
        lambda: kraken.chain("XBT", date(2026, 12, 18)),
        lambda: kraken.expirations("XBT"),
    ]
    for call in calls:
        with pytest.raises(NotSupported):
            call()
    assert script.requests == []
    assert not kraken.capabilities.options
    assert not kraken.capabilities.oco


def test_an_open_order(play: Open) -> None:
    kraken, script = play(payload("kraken/open_orders.json"))
    (order,) = kraken.list_orders(open_only=True)
    assert (order.order_id, order.client_id, order.symbol) == (ID, CLIENT_ID, "XBTUSD")
    assert (order.status, order.side, order.order_type) == (OrderStatus.OPEN, "buy", "limit")
    assert (order.quantity, order.filled_quantity) == (D("1.25"), D(0))
    assert (order.limit_price, order.stop_price, order.average_price) == (D(27500), None, None)
    assert order.created_at == datetime(2026, 11, 2, 14, 31, 0, 123400, tzinfo=UTC)
    assert script.last.url.path == "/0/private/OpenOrders"


def test_a_partial_fill_stays_when_the_rest_is_canceled(play: Open) -> None:
    kraken, script = play(payload("kraken/query_orders_partial_then_canceled.json"))
    order = kraken.get_order(ID)
    assert (order.status, order.filled_quantity) == (OrderStatus.CANCELED, D("0.5"))
    assert (order.reason, order.fee) == ("User requested", D(22))
    assert order.status_is_known
    assert form_of(script.last)["consolidate_taker"] == "false"


def test_stops_are_read_by_their_prices(play: Open) -> None:
    terms = {"pair": "XBTUSD", "type": "sell", "ordertype": "stop-loss-limit"}
    terms |= {"price": "27000.0", "price2": "26900.0"}
    order = {"status": "open", "descr": terms, "vol": "1", "vol_exec": "0"}
    kraken, _ = play(told({"error": [], "result": {ID: order}}))
    read = kraken.get_order(ID)
    assert (read.stop_price, read.limit_price) == (D(27000), D(26900))


@pytest.mark.parametrize(
    ("word", "filled", "status", "is_known"),
    [
        ("pending", "0", OrderStatus.PENDING, True),
        ("open", "0", OrderStatus.OPEN, True),
        ("open", "0.5", OrderStatus.PARTIALLY_FILLED, True),
        ("canceled", "0.5", OrderStatus.CANCELED, True),
        ("closed", "1.0", OrderStatus.FILLED, True),
        ("closed", "0.5", OrderStatus.PARTIALLY_FILLED, False),
        ("closed", "0", OrderStatus.OPEN, False),
        ("expired", "0.5", OrderStatus.EXPIRED, True),
        ("brand_new", "0", OrderStatus.OPEN, False),
    ],
)
def test_statuses(
    play: Open, word: str, filled: str, status: OrderStatus, *, is_known: bool
) -> None:
    terms = {"pair": "XBTUSD", "type": "buy", "ordertype": "market"}
    order = {"status": word, "descr": terms, "vol": "1", "vol_exec": filled}
    kraken, _ = play(told({"error": [], "result": {ID: order}}))
    read = kraken.get_order(ID)
    assert (read.status, read.raw_status, read.status_is_known) == (status, word, is_known)


def test_a_lost_order_is_looked_for_among_open_ones_then_closed_ones(play: Open) -> None:
    kraken, script = play(
        payload("kraken/open_orders_empty.json"), payload("kraken/closed_orders.json")
    )
    (order,) = kraken.list_orders(client_id=CLIENT_ID)
    assert (order.status, order.filled_quantity) == (OrderStatus.FILLED, D("1.25"))
    first, second = script.requests
    assert [first.url.path, second.url.path] == ["/0/private/OpenOrders", "/0/private/ClosedOrders"]
    assert {form_of(one)["cl_ord_id"] for one in (first, second)} == {CLIENT_ID}
    assert "start" not in form_of(second)


def test_a_client_id_may_find_two_and_never_a_strangers(play: Open) -> None:
    def order(client_id: str, status: str) -> dict[str, object]:
        terms = {"pair": "XBTUSD", "type": "buy", "ordertype": "market"}
        told_of = {"status": status, "descr": terms, "vol": "1", "vol_exec": "1"}
        return {**told_of, "cl_ord_id": client_id}

    both = {"O1-A": order(CLIENT_ID, "closed"), "O2-A": order("other", "closed")}
    kraken, _ = play(
        told({"error": [], "result": {"open": {"O3-A": order(CLIENT_ID, "open")}}}),
        told({"error": [], "result": {"closed": both, "count": 2}}),
    )
    assert [one.order_id for one in kraken.list_orders(client_id=CLIENT_ID)] == ["O3-A", "O1-A"]


def test_all_closed_orders_are_listed_however_many(play: Open) -> None:
    def page(numbers: range) -> httpx.Response:
        terms = {"pair": "XBTUSD", "type": "buy", "ordertype": "market"}
        order = {"status": "canceled", "descr": terms, "vol": "1", "vol_exec": "0"}
        closed = {f"O{number}-A": order for number in numbers}
        return told({"error": [], "result": {"closed": closed, "count": 60}})

    kraken, script = play(
        payload("kraken/open_orders_empty.json"), page(range(50)), page(range(49, 60))
    )
    assert len(kraken.list_orders(since=START)) == 60
    assert [form_of(request).get("ofs") for request in script.requests] == [None, "0", "50"]
    assert form_of(script.last)["start"] == str(int(START.timestamp()) - 1)


def test_unknown_orders(play: Open) -> None:
    kraken, script = play(
        told({"error": [], "result": {}}),
        error("EOrder:Invalid order"),
        payload("kraken/err_unknown_order.json"),
    )
    with pytest.raises(UnknownOrder):
        kraken.get_order(ID)
    with pytest.raises(UnknownOrder):
        kraken.cancel_order(ID)
    assert kraken.cancel_order(ID) is Cancellation.ALREADY_OVER
    assert len(script.requests) == 3


@pytest.mark.parametrize("order_id", ["", "12345", f"{ID},{ID}", "all"])
def test_what_might_name_other_orders_is_not_sent(play: Open, order_id: str) -> None:
    kraken, script = play()
    for call in (kraken.get_order, kraken.cancel_order):
        with pytest.raises(UnknownOrder):
            call(order_id)
    assert script.requests == []


def test_canceling(play: Open) -> None:
    kraken, script = play(
        payload("kraken/cancel_ok.json"),
        payload("kraken/cancel_pending.json"),
        told({"error": [], "result": {"count": 0}}),
    )
    assert kraken.cancel_order(ID) is Cancellation.REQUESTED
    assert form_of(script.last)["txid"] == ID
    assert kraken.cancel_order(ID) is Cancellation.REQUESTED
    assert kraken.cancel_order(ID) is Cancellation.ALREADY_OVER


@pytest.mark.parametrize(
    ("age", "cost"), [(0, 8), (4, 8), (5, 6), (10, 5), (15, 4), (45, 2), (90, 1), (301, 0)]
)
def test_the_younger_an_order_the_dearer_its_cancel(
    play: Open, fake_clock: FakeClock, age: int, cost: int
) -> None:
    kraken, _ = play(pairs(), payload("kraken/add_order_ok.json"), payload("kraken/cancel_ok.json"))
    kraken.place_order(ORDER)
    fake_clock.passed += age
    counted = kraken._cost_of_canceling(ID)
    assert [charged for _, charged in counted] == ([cost] if cost else [])
    assert kraken.cancel_order(ID) is Cancellation.REQUESTED


def test_the_matching_engines_counter_is_the_pairs(play: Open, fake_clock: FakeClock) -> None:
    canceled = [payload("kraken/cancel_ok.json") for _ in range(7)]
    kraken, _ = play(pairs(), payload("kraken/add_order_ok.json"), *canceled)
    kraken.place_order(ORDER)
    for _ in range(6):
        kraken.cancel_order(ID)
    assert fake_clock.waited == []
    # 1 + 6 · 8 = 49 of 54; one more of 8 waits for 3 s at 1 a second.
    kraken.cancel_order(ID)
    assert fake_clock.waited == [pytest.approx(3)]


def test_a_listed_order_is_known_by_its_age(play: Open, fake_clock: FakeClock) -> None:
    kraken, _ = play(payload("kraken/open_orders.json"))
    kraken.list_orders(open_only=True)
    fake_clock.passed = 12
    assert [cost for _, cost in kraken._cost_of_canceling(ID)] == [5]


@pytest.mark.parametrize(("tier", "free"), [("starter", 13), ("intermediate", 18), ("pro", 18)])
def test_calls_stay_below_the_tiers_counter(fake_clock: FakeClock, tier: str, free: int) -> None:
    script = Script(*[payload("kraken/balance_ex.json") for _ in range(free + 1)])
    kraken = Kraken(keys(), STAND_IN, chosen={"tier": tier}, transport=script)
    for _ in range(free):
        kraken.positions()
    assert fake_clock.waited == []
    kraken.positions()
    assert len(fake_clock.waited) == 1


def test_a_full_counter_is_waited_out(play: Open, fake_clock: FakeClock) -> None:
    kraken, script = play(payload("kraken/err_rate_limit.json"), payload("kraken/balance_ex.json"))
    kraken.positions()
    assert len(script.requests) == 2
    # From 15 to 12.5 at 0.33 a second, so that one call more stays below 13.5.
    assert fake_clock.passed == pytest.approx(2.5 / 0.33)


def test_balances_are_money_or_positions(play: Open) -> None:
    kraken, script = play(
        payload("kraken/balance_ex.json"),
        payload("kraken/trade_balance.json"),
        payload("kraken/balance_ex.json"),
    )
    money = kraken.balance()
    assert form_of(script.last)["asset"] == "ZUSD"
    assert money.of("USD").amount == D(50000)
    assert money.of("USD").buying_power == D(15625)
    assert (money.equity, money.equity_currency) == (D(84375), "USD")
    assert len(money.cash) == 1
    (coin,) = kraken.positions()
    assert (coin.symbol, coin.quantity, coin.cost) == ("XBT", D("1.25"), None)


def test_old_codes_lose_their_prefix_and_new_ones_keep_their_letters(play: Open) -> None:
    held = {"balance": "1", "hold_trade": "0"}
    codes = ["ZEUR", "XETH", "XCN", "ZRX", "XBT.F", "USDT"]
    kraken, _ = play(told({"error": [], "result": dict.fromkeys(codes, held)}))
    assert [one.symbol for one in kraken.positions()] == ["ETH", "XCN", "ZRX", "XBT.F", "USDT"]


def test_credit_can_be_spent(play: Open) -> None:
    held = {"balance": "10", "hold_trade": "4", "credit": "5", "credit_used": "2"}
    kraken, _ = play(
        told({"error": [], "result": {"ZUSD": held}}), payload("kraken/trade_balance.json")
    )
    assert kraken.balance().of("USD").buying_power == D(9)


def test_an_orders_fills_are_asked_for_by_their_ids(play: Open) -> None:
    kraken, script = play(
        pairs(), payload("kraken/query_orders_trades.json"), payload("kraken/query_trades.json")
    )
    (fill,) = kraken.fills(START, ID)
    assert (fill.fill_id, fill.order_id, fill.symbol) == ("TAAAAA-BBBBB-CCCCCC", ID, "XBTUSD")
    assert (fill.quantity, fill.price, fill.fee) == (D("0.5"), D(27500), D(22))
    assert (fill.fee_currency, fill.liquidity, fill.side) == ("USD", "taker", Side.BUY)
    assert fill.executed_at == datetime(2026, 11, 2, 14, 31, 5, 111100, tzinfo=UTC)
    assert form_of(script.last)["txid"] == "TAAAAA-BBBBB-CCCCCC,TAAAAA-BBBBB-DDDDDD"


def test_all_fills_are_swept_unmerged(play: Open) -> None:
    kraken, script = play(pairs(), payload("kraken/trades_history.json"))
    assert len(kraken.fills(START)) == 1
    form = form_of(script.last)
    assert form["consolidate_taker"] == "false"
    assert form["start"] == str(int(START.timestamp()) - 1)


def test_the_connection_needs_a_working_key(play: Open) -> None:
    kraken, _ = play(
        payload("kraken/system_status.json"),
        payload("kraken/balance_ex.json"),
        payload("kraken/system_status.json"),
        error("EAPI:Invalid key"),
    )
    connection = kraken.test_connection()
    assert (connection.status, connection.can_trade) == ("online", True)
    with pytest.raises(AuthFailed):
        kraken.test_connection()


def test_a_nonce_that_was_overtaken_says_what_to_do(play: Open) -> None:
    kraken, script = play(payload("kraken/err_invalid_nonce.json"))
    with pytest.raises(AuthFailed) as refused:
        kraken.positions()
    assert "one program alone" in refused.value.hint
    assert len(script.requests) == 1


def test_there_is_no_sandbox() -> None:
    with pytest.raises(NotSupported):
        Kraken(keys())
    assert Kraken(keys(Environment.PRODUCTION)).address == "https://api.kraken.com"


def test_a_private_key_is_base64() -> None:
    wrong = Credentials(
        environment=Environment.SANDBOX, key_id=Secret(TOKEN), secret=Secret("not-base64!")
    )
    with pytest.raises(CredentialsError) as refused:
        Kraken(wrong, STAND_IN)
    assert "not-base64!" not in str(refused.value)
    with pytest.raises(CredentialsError):
        Kraken(Credentials(environment=Environment.SANDBOX, token=Secret("t")), STAND_IN)


def test_an_unanswered_read_is_tried_three_times(play: Open) -> None:
    kraken, script = play(*[httpx.ReadTimeout("slow")] * 3)
    with pytest.raises(TimedOut):
        kraken.positions()
    assert len(script.requests) == 3
