"""Alpaca's shapes and quirks, from the documented payloads."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
from tests.py.brokers.script import SECRET, START, TOKEN, Script, body_of, keys, payload, told

from twinbook.brokers import (
    Ambiguous,
    AssetClass,
    AuthFailed,
    BrokerError,
    Cancellation,
    Credentials,
    DuplicateClientId,
    Effect,
    Environment,
    InsufficientFunds,
    NotSupported,
    OcoRequest,
    OrderChange,
    OrderRequest,
    OrderStatus,
    OrderType,
    RateLimited,
    Rejected,
    Secret,
    Side,
    TimeInForce,
    Unavailable,
    UnknownOrder,
    WrongEnvironment,
)
from twinbook.brokers.alpaca import Alpaca
from twinbook.brokers.credentials import CredentialsError

D = Decimal
ID = "11111111-0000-4000-8000-000000000001"
ORDER = OrderRequest(
    client_id="ord-0001",
    symbol="AAA",
    side=Side.BUY,
    quantity=D("10.0000"),
    order_type=OrderType.LIMIT,
    limit_price=D("25.10"),
)
OCO = OcoRequest(
    client_id="ord-0002",
    symbol="AAA",
    side=Side.SELL,
    quantity=D(10),
    take_profit=D(30),
    stop_loss=D(20),
)
Open = Callable[..., tuple[Alpaca, Script]]


@pytest.fixture
def play() -> Open:
    def open_it(*steps: httpx.Response | Exception) -> tuple[Alpaca, Script]:
        script = Script(*steps)
        return Alpaca(keys(), transport=script), script

    return open_it


def test_keys_go_in_headers_to_paper_and_market_data(play: Open) -> None:
    alpaca, script = play(payload("alpaca/account.json"), payload("alpaca/md_quotes_latest.json"))
    alpaca.balance()
    assert script.last.url.host == "paper-api.alpaca.markets"
    alpaca.quotes(["AAA"])
    assert script.last.url.host == "data.alpaca.markets"
    assert script.last.headers["APCA-API-KEY-ID"] == TOKEN
    assert script.last.headers["APCA-API-SECRET-KEY"] == SECRET
    assert script.last.url.params["feed"] == "iex"


def test_a_stand_in_takes_the_place_of_both_addresses() -> None:
    script = Script(payload("alpaca/account.json"), payload("alpaca/md_quotes_latest.json"))
    alpaca = Alpaca(keys(), "http://127.0.0.1:8080", transport=script)
    alpaca.balance()
    alpaca.quotes(["AAA"])
    assert {request.url.host for request in script.requests} == {"127.0.0.1"}


def test_quotes(play: Open) -> None:
    alpaca, _ = play(payload("alpaca/md_quotes_latest.json"))
    quotes = alpaca.quotes(["ZZZ", "AAA"])
    assert quotes.unmatched == ("ZZZ",)
    (quote,) = quotes.found
    assert (quote.bid, quote.ask, quote.bid_size) == (D("25.0"), D("25.02"), D(300))
    assert quote.quoted_at == datetime(2026, 11, 2, 14, 31, 0, 123456, tzinfo=UTC)
    assert quote.last is None


def test_a_price_of_zero_is_none(play: Open) -> None:
    quote = {"t": "2026-11-02T14:31:00Z", "bp": 0, "bs": 0, "ap": 0, "as": 0}
    alpaca, _ = play(told({"quotes": {"AAA": quote}}))
    (found,) = alpaca.quotes(["AAA"]).found
    assert (found.bid, found.ask) == (None, None)


def test_quotes_of_options_come_from_the_chain(play: Open) -> None:
    alpaca, script = play(payload("alpaca/md_option_chain.json"))
    quotes = alpaca.quotes(["AAA261218C00025000", "AAA261218C00099000"])
    assert [quote.symbol for quote in quotes.found] == ["AAA261218C00025000"]
    assert quotes.found[0].last == D("1.2")
    assert quotes.unmatched == ("AAA261218C00099000",)
    assert script.last.url.path == "/v1beta1/options/snapshots/AAA"


def test_there_are_no_quotes_for_crypto(play: Open) -> None:
    alpaca, script = play()
    with pytest.raises(NotSupported):
        alpaca.quotes(["BTC/USD"])
    assert script.requests == []
    assert AssetClass.CRYPTO not in alpaca.capabilities.quoted


def test_expirations_are_asked_for_beyond_this_week(play: Open) -> None:
    following = {"option_contracts": [{"expiration_date": "2026-11-20"}], "next_page_token": "p2"}
    alpaca, script = play(told(following), payload("alpaca/option_contracts.json"))
    assert alpaca.expirations("AAA") == [date(2026, 11, 20), date(2026, 12, 18)]
    first, second = (request.url.params for request in script.requests)
    assert first["expiration_date_gte"] == "2026-11-02"
    assert first["expiration_date_lte"] > "2031"
    assert "page_token" not in first
    assert second.get("page_token") == "p2"


def test_a_chain_has_greeks_where_there_are_any(play: Open) -> None:
    alpaca, script = play(payload("alpaca/md_option_chain.json"))
    call, put = alpaca.chain("AAA", date(2026, 12, 18))
    assert (call.right, call.strike, call.last) == ("call", D(25), D("1.2"))
    assert call.greeks is not None
    assert (call.greeks.delta, call.greeks.implied_volatility) == (D("0.52"), D("0.42"))
    assert (put.right, put.greeks, put.last, put.bid) == ("put", None, None, None)
    assert script.last.url.params["feed"] == "indicative"


def test_feeds_are_chosen() -> None:
    script = Script(payload("alpaca/md_quotes_latest.json"))
    alpaca = Alpaca(keys(), chosen={"stock_feed": "sip"}, transport=script)
    alpaca.quotes(["AAA"])
    assert script.last.url.params["feed"] == "sip"
    assert alpaca.chosen["option_feed"] == "indicative"
    for wrong in ({"stock_feed": "all"}, {"colour": "red"}):
        with pytest.raises(BrokerError) as refused:
            Alpaca(keys(), chosen=wrong)
        assert "delayed_sip" in refused.value.hint


def test_an_order_is_json_with_decimals_as_text(play: Open) -> None:
    alpaca, script = play(payload("alpaca/order_place_ok.json"))
    placed = alpaca.place_order(ORDER)
    assert (placed.order_id, placed.client_id, placed.raw_status) == (ID, "ord-0001", "accepted")
    assert placed.status is OrderStatus.PENDING
    assert body_of(script.last) == {
        "symbol": "AAA",
        "qty": "10",
        "side": "buy",
        "type": "limit",
        "time_in_force": "day",
        "client_order_id": "ord-0001",
        "limit_price": "25.1",
    }
    assert script.last.headers["Content-Type"] == "application/json"


def test_small_numbers_have_no_exponent(play: Open) -> None:
    alpaca, script = play(payload("alpaca/order_place_ok.json"))
    alpaca.place_order(
        replace(
            ORDER,
            symbol="BTC/USD",
            asset_class=AssetClass.CRYPTO,
            time_in_force=TimeInForce.GTC,
            quantity=D("1e-6"),
            limit_price=D("1E+5"),
        )
    )
    body = body_of(script.last)
    assert (body["qty"], body["limit_price"]) == ("0.000001", "100000")


def test_an_option_order_says_what_it_does(play: Open) -> None:
    alpaca, script = play(payload("alpaca/order_place_ok.json"))
    alpaca.place_order(
        replace(
            ORDER,
            symbol="AAA261218C00025000",
            side=Side.SELL,
            asset_class=AssetClass.OPTION,
            effect=Effect.CLOSE,
        )
    )
    assert body_of(script.last)["position_intent"] == "sell_to_close"


def test_a_pair_is_a_limit_with_its_stop(play: Open) -> None:
    alpaca, script = play(payload("alpaca/order_place_ok.json"))
    alpaca.place_oco(replace(OCO, stop_limit_price=D("19.5")))
    assert body_of(script.last) == {
        "symbol": "AAA",
        "qty": "10",
        "side": "sell",
        "type": "limit",
        "time_in_force": "gtc",
        "order_class": "oco",
        "take_profit": {"limit_price": "30"},
        "stop_loss": {"stop_price": "20", "limit_price": "19.5"},
        "client_order_id": "ord-0002",
    }


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"client_id": "x" * 129}, Rejected),
        ({"client_id": ""}, Rejected),
        ({"asset_class": AssetClass.OPTION, "quantity": D("1.5")}, Rejected),
        ({"asset_class": AssetClass.OPTION, "time_in_force": TimeInForce.GTC}, NotSupported),
        ({"asset_class": AssetClass.CRYPTO}, NotSupported),
        ({"quantity": D("Infinity")}, Rejected),
        ({"limit_price": D(-1)}, Rejected),
    ],
)
def test_what_would_be_refused_is_not_sent(
    play: Open, changes: dict[str, object], kind: type[BrokerError]
) -> None:
    alpaca, script = play()
    with pytest.raises(kind):
        alpaca.place_order(replace(ORDER, **changes))  # type: ignore[arg-type]
    assert script.requests == []


@pytest.mark.parametrize(
    "changes",
    [
        {"take_profit": D(20), "stop_loss": D(30)},
        {"take_profit": D(20)},
        {"side": Side.BUY},
        {"effect": Effect.OPEN},
        {"stop_limit_price": D(0)},
    ],
)
def test_a_pair_that_makes_no_sense_is_not_sent(play: Open, changes: dict[str, object]) -> None:
    alpaca, script = play()
    with pytest.raises(Rejected):
        alpaca.place_oco(replace(OCO, **changes))  # type: ignore[arg-type]
    assert script.requests == []


def test_pairs_are_for_equities(play: Open) -> None:
    alpaca, script = play()
    with pytest.raises(NotSupported):
        alpaca.place_oco(replace(OCO, asset_class=AssetClass.CRYPTO))
    assert script.requests == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (payload("alpaca/err_403_bp.json", 403), InsufficientFunds),
        (told({"code": 40310000, "message": "potential wash trade"}, 403), Rejected),
        (payload("alpaca/err_422_subpenny.json", 422), Rejected),
        (payload("alpaca/err_422_duplicate.json", 422), DuplicateClientId),
        (payload("alpaca/err_401.json", 401), AuthFailed),
        (told({"message": "forbidden."}, 403), AuthFailed),
        (payload("alpaca/err_429.json", 429), RateLimited),
        (httpx.Response(500, json={"code": 50010000, "message": "internal"}), Ambiguous),
        (httpx.Response(502, html="<html>Bad Gateway</html>"), Ambiguous),
        (httpx.Response(504), Ambiguous),
        (httpx.Response(408), Ambiguous),
        (httpx.Response(204), Ambiguous),
        (told({}), Ambiguous),
        (told([]), Ambiguous),
        (httpx.ReadTimeout("slow"), Ambiguous),
        (httpx.WriteError("dropped"), Ambiguous),
        (httpx.ConnectTimeout("slow"), Unavailable),
    ],
)
def test_what_a_failed_order_means(
    play: Open, answer: httpx.Response | Exception, kind: type[BrokerError]
) -> None:
    alpaca, script = play(answer)
    with pytest.raises(BrokerError) as failed:
        alpaca.place_order(ORDER)
    assert type(failed.value) is kind
    assert failed.value.hint
    assert failed.value.order_may_exist == (kind in (Ambiguous, DuplicateClientId))
    assert len(script.requests) == 1


def test_a_lost_order_can_be_looked_up_soon(play: Open) -> None:
    alpaca, _ = play(httpx.Response(504), payload("alpaca/err_422_duplicate.json", 422))
    with pytest.raises(Ambiguous) as lost:
        alpaca.place_order(ORDER)
    assert lost.value.look_up_after == START + timedelta(seconds=2)
    with pytest.raises(DuplicateClientId) as there:
        alpaca.place_order(ORDER)
    assert there.value.look_up_after == START
    assert not there.value.is_certain


def test_an_order_is_found_by_its_client_id(play: Open) -> None:
    alpaca, script = play(
        payload("alpaca/order_filled.json"),
        payload("alpaca/err_404_order.json", 404),
        httpx.Response(404, html="<html>not here</html>"),
    )
    (order,) = alpaca.list_orders(client_id="ord-0001")
    assert order.status is OrderStatus.FILLED
    assert script.last.url.path == "/v2/orders:by_client_order_id"
    assert script.last.url.params["client_order_id"] == "ord-0001"
    assert alpaca.list_orders(client_id="ord-0001") == []
    # Only Alpaca itself can say that there is none.
    with pytest.raises(Rejected):
        alpaca.list_orders(client_id="ord-0001")


def test_an_order_partly_filled(play: Open) -> None:
    alpaca, _ = play(payload("alpaca/order_partial.json"))
    order = alpaca.get_order(ID)
    assert order.status is OrderStatus.PARTIALLY_FILLED
    assert (order.quantity, order.filled_quantity, order.average_price) == (
        D(10),
        D(4),
        D("24.995"),
    )
    assert (order.side, order.effect, order.order_type) == (Side.BUY, Effect.OPEN, "limit")
    assert order.created_at == START + timedelta(milliseconds=120)


def test_a_rejection_may_come_after_acceptance(play: Open) -> None:
    alpaca, _ = play(payload("alpaca/order_rejected_async.json"))
    assert alpaca.get_order(ID).status is OrderStatus.REJECTED


def test_a_bracket_has_legs_that_wait(play: Open) -> None:
    alpaca, _ = play(payload("alpaca/order_bracket.json"))
    profit, stop = alpaca.get_order(ID).legs
    assert (profit.limit_price, profit.raw_status) == (D(30), "held")
    assert (stop.stop_price, stop.status, stop.effect) == (D(20), OrderStatus.PENDING, Effect.CLOSE)


@pytest.mark.parametrize(
    ("word", "quantity", "filled", "status", "is_known"),
    [
        ("pending_new", "10", "0", OrderStatus.PENDING, True),
        ("accepted", "10", "3", OrderStatus.PARTIALLY_FILLED, True),
        ("accepted", "10", "0", OrderStatus.PENDING, True),
        ("accepted_for_bidding", "10", "0", OrderStatus.PENDING, True),
        ("pending_review", "10", "0", OrderStatus.PENDING, True),
        ("held", "10", "0", OrderStatus.PENDING, True),
        ("new", "10", "0", OrderStatus.OPEN, True),
        ("stopped", "10", "0", OrderStatus.OPEN, True),
        ("suspended", "10", "0", OrderStatus.OPEN, True),
        ("pending_cancel", "10", "0", OrderStatus.OPEN, True),
        ("partially_filled", "10", "3", OrderStatus.PARTIALLY_FILLED, True),
        ("canceled", "10", "3", OrderStatus.CANCELED, True),
        ("expired", "10", "3", OrderStatus.EXPIRED, True),
        ("rejected", "10", "0", OrderStatus.REJECTED, True),
        ("done_for_day", "10", "3", OrderStatus.PARTIALLY_FILLED, True),
        ("pending_replace", "10", "0", OrderStatus.OPEN, True),
        ("calculated", "10", "10", OrderStatus.FILLED, True),
        ("calculated", "10", "0", OrderStatus.OPEN, True),
        ("replaced", "10", "3", OrderStatus.CANCELED, True),
        ("filled", "10", "10", OrderStatus.FILLED, True),
        ("filled", None, "0.5", OrderStatus.FILLED, True),
        ("filled", "10", "9", OrderStatus.PARTIALLY_FILLED, False),
        ("rejected", "10", "1", OrderStatus.PARTIALLY_FILLED, False),
        ("brand_new_word", "10", "0", OrderStatus.OPEN, False),
    ],
)
def test_statuses(
    play: Open,
    word: str,
    quantity: str | None,
    filled: str,
    status: OrderStatus,
    *,
    is_known: bool,
) -> None:
    order = {"id": "1", "status": word, "qty": quantity, "filled_qty": filled}
    alpaca, _ = play(told({**order, "replaced_by": "2"}))
    read = alpaca.get_order("1")
    assert (read.status, read.raw_status, read.status_is_known) == (status, word, is_known)
    assert read.replaced_by == "2"


def test_unknown_orders(play: Open) -> None:
    no_id = {"code": 40010001, "message": "order_id is missing"}
    alpaca, script = play(
        payload("alpaca/err_404_order.json", 404), told(no_id, 422), told(no_id, 422)
    )
    for order_id in (ID, "nonsense"):
        with pytest.raises(UnknownOrder):
            alpaca.get_order(order_id)
    with pytest.raises(UnknownOrder):
        alpaca.cancel_order("nonsense")
    assert len(script.requests) == 3


@pytest.mark.parametrize("order_id", ["", ".", ".."])
def test_no_order_id_leads_to_all_orders(play: Open, order_id: str) -> None:
    alpaca, script = play()
    with pytest.raises(Rejected):
        alpaca.cancel_order(order_id)
    assert script.requests == []


def test_an_order_id_stays_one_part_of_the_path(play: Open) -> None:
    alpaca, script = play(payload("alpaca/err_404_order.json", 404))
    with pytest.raises(UnknownOrder):
        alpaca.cancel_order("../positions?x=1")
    assert script.last.url.raw_path == b"/v2/orders/..%2Fpositions%3Fx%3D1"


def test_canceling(play: Open) -> None:
    over = {"code": 42210000, "message": 'order is already in "filled" state'}
    alpaca, script = play(
        httpx.Response(204),
        told(over, 422),
        payload("alpaca/err_404_order.json", 404),
        httpx.ReadTimeout("slow"),
        httpx.Response(204),
    )
    assert alpaca.cancel_order(ID) is Cancellation.REQUESTED
    assert script.last.method == "DELETE"
    assert alpaca.cancel_order(ID) is Cancellation.ALREADY_OVER
    with pytest.raises(UnknownOrder):
        alpaca.cancel_order(ID)
    assert alpaca.cancel_order(ID) is Cancellation.REQUESTED
    assert script.steps == []


def test_replacing_makes_a_new_order_and_is_sent_once(play: Open) -> None:
    alpaca, script = play(payload("alpaca/order_place_ok.json"), httpx.Response(502))
    change = OrderChange(quantity=D(5), stop_price=D("19.00"))
    assert alpaca.replace_order("old", change).order_id == ID
    assert (script.last.method, script.last.url.path) == ("PATCH", "/v2/orders/old")
    assert body_of(script.last) == {"qty": "5", "stop_price": "19"}
    with pytest.raises(Ambiguous) as lost:
        alpaca.replace_order("old", change)
    assert "read the order" in lost.value.hint
    assert len(script.requests) == 2
    for nothing in (OrderChange(), OrderChange(quantity=D(0))):
        with pytest.raises(Rejected):
            alpaca.replace_order("old", nothing)
    assert len(script.requests) == 2


def test_lists(play: Open) -> None:
    alpaca, script = play(
        payload("alpaca/orders_list.json"),
        payload("alpaca/orders_empty.json"),
        payload("alpaca/orders_empty.json"),
    )
    assert [order.order_id for order in alpaca.list_orders()] == [ID]
    asked = script.last.url.params
    assert (asked["status"], asked["nested"], asked["limit"]) == ("all", "true", "500")
    assert asked["after"] == "2026-11-01T14:30:59+00:00"
    assert alpaca.list_orders(since=START) == []
    assert script.last.url.params["after"] == "2026-11-02T14:30:59+00:00"
    assert alpaca.list_orders(open_only=True) == []
    assert script.last.url.params["status"] == "open"
    assert "after" not in script.last.url.params


@pytest.mark.parametrize("legs", [0, 4])
def test_all_orders_are_listed_however_many(play: Open, legs: int) -> None:
    def order(number: int) -> dict[str, object]:
        at = (START + timedelta(seconds=number)).isoformat()
        leg = {"id": f"{number}-leg", "status": "held"}
        return {"id": str(number), "status": "new", "submitted_at": at, "legs": [leg] * legs}

    a_page = 500 // (1 + legs)
    first = [order(number) for number in range(a_page)]
    second = [order(number) for number in range(a_page - 1, a_page + 3)]
    alpaca, script = play(told(first), told(second))
    found = alpaca.list_orders(since=START)
    assert [one.order_id for one in found] == [str(number) for number in range(a_page + 3)]
    assert script.last.url.params["after"] == (START + timedelta(seconds=a_page - 2)).isoformat()


def test_fills_overlap_and_are_told_apart_by_their_ids(play: Open) -> None:
    alpaca, script = play(payload("alpaca/activities_fill.json"))
    first, second = alpaca.fills(START)
    assert first.fill_id == "20261102093101000::66666666-0000-4000-8000-000000000001"
    assert (first.quantity, first.price, first.side) == (D(4), D(25), Side.BUY)
    assert (first.order_id, first.fee) == (ID, None)
    assert first.executed_at == START + timedelta(seconds=1)
    assert second.price == D("24.99")
    asked = script.last.url.params
    assert asked["after"] == "2026-11-02T14:30:59+00:00"
    assert asked["direction"] == "asc"


def test_fills_are_paged_and_picked_by_order(play: Open) -> None:
    def fill(number: int) -> dict[str, str]:
        at = (START + timedelta(seconds=number)).isoformat()
        return {
            "id": f"f{number}",
            "order_id": f"o{number % 2}",
            "symbol": "AAA",
            "side": "sell_short",
            "qty": "1",
            "price": "25",
            "transaction_time": at,
        }

    page = [fill(number) for number in range(100)]
    alpaca, script = play(told(page), told([fill(100)]))
    found = alpaca.fills(START, "o0")
    assert len(found) == 51
    assert {one.side for one in found} == {Side.SELL}
    assert script.last.url.params.get("page_token") == "f99"


def test_a_side_is_never_guessed(play: Open) -> None:
    fill = {"id": "f", "order_id": "o", "symbol": "A", "side": "buy_minus", "qty": "1"}
    fill |= {"price": "1", "transaction_time": "2026-11-02T14:31:00Z"}
    alpaca, _ = play(told([fill]), told([fill]), told([fill]))
    with pytest.raises(Unavailable):
        alpaca.fills(START)


def test_the_account(play: Open) -> None:
    alpaca, _ = play(payload("alpaca/account.json"), payload("alpaca/account.json"))
    money = alpaca.balance()
    assert (money.account, money.equity) == ("PA00000001", D(100000))
    assert money.of("USD").buying_power == D(200000)
    assert money.of("USD").option_buying_power == D(100000)
    connection = alpaca.test_connection()
    assert (connection.account, connection.can_trade) == ("PA00000001", True)
    assert connection.environment is Environment.SANDBOX


def test_a_blocked_account_cannot_trade(play: Open) -> None:
    account = {"account_number": "PA1", "status": "ACTIVE", "trading_blocked": True}
    alpaca, _ = play(told(account))
    assert not alpaca.test_connection().can_trade


def test_keys_of_another_account_are_noticed() -> None:
    script = Script(payload("alpaca/account.json"), payload("alpaca/account.json"))
    for account, is_right in (("PA00000001", True), ("PA00000009", False)):
        alpaca = Alpaca(replace(keys(), account=account), transport=script)
        if is_right:
            assert alpaca.test_connection().account == account
        else:
            with pytest.raises(AuthFailed):
                alpaca.test_connection()


def test_positions(play: Open) -> None:
    short = {"symbol": "BBB", "asset_class": "us_equity", "side": "short", "qty": "-5"}
    strange = {"symbol": "912797KJ5", "asset_class": "us_treasury", "side": "long", "qty": "1"}
    alpaca, _ = play(
        payload("alpaca/positions.json"), told([{**short, "cost_basis": "-50"}, strange])
    )
    (held,) = alpaca.positions()
    assert (held.quantity, held.cost, held.asset_class) == (D(10), D(250), AssetClass.EQUITY)
    sold, bill = alpaca.positions()
    assert (sold.quantity, sold.cost) == (D(-5), D(-50))
    assert bill.asset_class is None


def test_previews_are_not_there(play: Open) -> None:
    alpaca, _ = play()
    assert not alpaca.capabilities.preview
    with pytest.raises(NotSupported):
        alpaca.preview_order(ORDER)


@pytest.mark.parametrize(
    ("mark", "environment"),
    [("PK", Environment.PRODUCTION), ("AK", Environment.SANDBOX)],
)
def test_a_key_shows_its_environment(mark: str, environment: Environment) -> None:
    with pytest.raises(WrongEnvironment):
        Alpaca(keys(environment, f"{mark}0123456789"))


def test_a_key_and_its_secret_are_needed() -> None:
    with pytest.raises(CredentialsError):
        Alpaca(Credentials(environment=Environment.SANDBOX, token=Secret("t")))
