"""Tradier's shapes and quirks, from the documented payloads."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import httpx
import pytest
from tests.py.brokers.script import FakeClock, Script, form_of, payload, token, told

from twinbook.brokers import (
    Ambiguous,
    AssetClass,
    AuthFailed,
    BrokerError,
    Cancellation,
    Credentials,
    Effect,
    Environment,
    InsufficientFunds,
    NotSupported,
    OcoRequest,
    Order,
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
)
from twinbook.brokers.credentials import CredentialsError
from twinbook.brokers.tradier import Tradier

D = Decimal
ORDER = OrderRequest(
    client_id="ord-0001",
    symbol="AAA",
    side=Side.BUY,
    quantity=D("10.0000"),
    order_type=OrderType.LIMIT,
    limit_price=D("25.10"),
)
CALL = OrderRequest(
    client_id="ord-0001",
    symbol="AAA261218C00025000",
    side=Side.SELL,
    quantity=D(1),
    order_type=OrderType.MARKET,
    asset_class=AssetClass.OPTION,
    effect=Effect.OPEN,
)
Open = Callable[..., tuple[Tradier, Script]]


@pytest.fixture
def play() -> Open:
    def open_it(*steps: httpx.Response | Exception) -> tuple[Tradier, Script]:
        script = Script(*steps)
        return Tradier(token(), transport=script), script

    return open_it


def test_quotes_keep_the_order_asked_for_and_name_what_is_unknown(play: Open) -> None:
    tradier, script = play(payload("tradier/quotes_many_unmatched.json"))
    quotes = tradier.quotes(["BBB", "ZZZZQ", "AAA"])
    assert [quote.symbol for quote in quotes.found] == ["BBB", "AAA"]
    assert quotes.unmatched == ("ZZZZQ",)
    assert quotes.found[1].bid == D("25.0")
    assert quotes.found[1].day_volume == D(120345)
    assert quotes.found[1].quoted_at == datetime(2026, 11, 2, 14, 31, 1, tzinfo=UTC)
    assert script.last.headers["Accept"] == "application/json"
    assert script.last.url.host == "sandbox.tradier.com"


def test_one_quote_is_not_in_a_list(play: Open) -> None:
    tradier, _ = play(payload("tradier/quotes_one.json"))
    assert [quote.symbol for quote in tradier.quotes(["AAA"]).found] == ["AAA"]


def test_no_symbol_matches(play: Open) -> None:
    tradier, _ = play(payload("tradier/quotes_none_matched.json"))
    quotes = tradier.quotes(["ZZZZQ", "YYYYQ"])
    assert quotes.found == ()
    assert quotes.unmatched == ("ZZZZQ", "YYYYQ")


@pytest.mark.parametrize(
    ("file", "days"),
    [
        ("expirations_dates", [date(2026, 11, 6), date(2026, 11, 13), date(2026, 12, 18)]),
        ("expirations_detailed", [date(2026, 12, 18)]),
        ("expirations_empty", []),
    ],
)
def test_expirations(play: Open, file: str, days: list[date]) -> None:
    tradier, _ = play(payload(f"tradier/{file}.json"))
    assert tradier.expirations("AAA") == days


def test_chain_has_greeks_where_there_are_any(play: Open) -> None:
    tradier, script = play(payload("tradier/chain_with_greeks.json"))
    call, put = tradier.chain("AAA", date(2026, 12, 18))
    assert (call.right, put.right) == ("call", "put")
    assert call.greeks is not None
    assert call.greeks.delta == D("0.52")
    assert put.greeks is None
    assert (call.strike, call.multiplier) == (D("25.0"), D(100))
    assert script.last.url.params["expiration"] == "2026-12-18"


def test_an_empty_chain(play: Open) -> None:
    tradier, _ = play(payload("tradier/chain_empty.json"))
    assert tradier.chain("AAA", date(2026, 12, 18)) == []


def test_an_order_is_a_form_with_exact_decimals(play: Open) -> None:
    tradier, script = play(payload("tradier/order_place_ok.json"))
    placed = tradier.place_order(ORDER)
    assert (placed.order_id, placed.raw_status) == ("700101", "ok")
    assert placed.status is OrderStatus.PENDING
    assert form_of(script.last) == {
        "class": "equity",
        "symbol": "AAA",
        "side": "buy",
        "quantity": "10",
        "type": "limit",
        "duration": "day",
        "tag": "ord-0001",
        "price": "25.1",
    }
    assert script.last.url.path == "/v1/accounts/VA00000001/orders"


def test_an_option_order_names_contract_and_root(play: Open) -> None:
    tradier, script = play(payload("tradier/order_place_ok.json"))
    tradier.place_order(CALL)
    form = form_of(script.last)
    assert form["class"] == "option"
    assert form["symbol"] == "AAA"
    assert form["option_symbol"] == "AAA261218C00025000"
    assert form["side"] == "sell_to_open"


@pytest.mark.parametrize(
    ("side", "effect", "word"),
    [
        (Side.BUY, None, "buy"),
        (Side.SELL, None, "sell"),
        (Side.BUY, Effect.CLOSE, "buy_to_cover"),
        (Side.SELL, Effect.OPEN, "sell_short"),
    ],
)
def test_shorts_have_words_of_their_own(
    play: Open, side: Side, effect: Effect | None, word: str
) -> None:
    tradier, script = play(payload("tradier/order_place_ok.json"))
    tradier.place_order(_with(side=side, effect=effect))
    assert form_of(script.last)["side"] == word


def test_a_pair_is_indexed(play: Open) -> None:
    tradier, script = play(payload("tradier/order_place_ok.json"))
    tradier.place_oco(
        OcoRequest(
            client_id="ord-0002",
            symbol="AAA",
            side=Side.SELL,
            quantity=D(10),
            take_profit=D(30),
            stop_loss=D(20),
        )
    )
    assert form_of(script.last) == {
        "class": "oco",
        "duration": "gtc",
        "tag": "ord-0002",
        "symbol[0]": "AAA",
        "quantity[0]": "10",
        "type[0]": "limit",
        "side[0]": "sell",
        "price[0]": "30",
        "symbol[1]": "AAA",
        "quantity[1]": "10",
        "type[1]": "stop",
        "side[1]": "sell",
        "stop[1]": "20",
    }


@pytest.mark.parametrize(
    ("order", "kind"),
    [
        ({"client_id": "with space"}, Rejected),
        ({"client_id": "under_score"}, Rejected),
        ({"client_id": "x" * 256}, Rejected),
        ({"quantity": D("1.5")}, Rejected),
        ({"quantity": D(0)}, Rejected),
        ({"quantity": D("NaN")}, Rejected),
        ({"limit_price": None}, Rejected),
        ({"stop_price": D(1)}, Rejected),
        ({"time_in_force": TimeInForce.FOK}, NotSupported),
        ({"asset_class": AssetClass.CRYPTO}, NotSupported),
        ({"asset_class": AssetClass.OPTION}, Rejected),
    ],
)
def test_what_would_be_refused_is_not_sent(
    play: Open, order: dict[str, object], kind: type[BrokerError]
) -> None:
    tradier, script = play()
    with pytest.raises(kind) as refused:
        tradier.place_order(_with(**order))
    assert refused.value.broker == "tradier"
    assert refused.value.hint
    assert script.requests == []


def test_a_float_is_never_sent(play: Open) -> None:
    tradier, script = play()
    with pytest.raises(TypeError):
        tradier.place_order(_with(limit_price=0.1))
    assert script.requests == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (payload("tradier/order_place_200_errors_list.json"), InsufficientFunds),
        (payload("tradier/order_place_200_errors_string.json"), Rejected),
        (payload("tradier/order_400_bad_tag.txt", 400), Rejected),
        (payload("tradier/order_401_not_yours.txt", 401), AuthFailed),
        (payload("tradier/fault_401_token.json", 401), AuthFailed),
        (told({"fault": {"faultstring": "Datastore Error", "detail": {}}}, 400), Ambiguous),
        (httpx.Response(502, html="<html>Bad Gateway</html>"), Ambiguous),
        (httpx.Response(200, html="<html>hello</html>"), Ambiguous),
        (httpx.Response(302), Ambiguous),
        (told({"order": "null"}), Ambiguous),
        (told({}), Ambiguous),
        (httpx.Response(429), RateLimited),
        (httpx.ReadTimeout("slow"), Ambiguous),
        (httpx.RemoteProtocolError("dropped"), Ambiguous),
        (httpx.ConnectError("refused"), Unavailable),
    ],
)
def test_what_a_failed_order_means(
    play: Open, answer: httpx.Response | Exception, kind: type[BrokerError]
) -> None:
    tradier, script = play(answer)
    with pytest.raises(BrokerError) as failed:
        tradier.place_order(ORDER)
    assert type(failed.value) is kind
    assert failed.value.order_may_exist == (kind is Ambiguous)
    assert len(script.requests) == 1
    if isinstance(failed.value, Ambiguous):
        assert failed.value.look_up_after is None


def test_a_rejection_may_come_late(play: Open) -> None:
    tradier, _ = play(payload("tradier/order_get_rejected_late.json"))
    order = tradier.get_order("700101")
    assert order.status is OrderStatus.REJECTED
    assert order.reason == "You do not have enough buying power for this trade."


def test_an_order_is_read_by_its_executed_quantity(play: Open) -> None:
    tradier, script = play(payload("tradier/order_get_partial.json"))
    order = tradier.get_order("700101")
    assert order.status is OrderStatus.PARTIALLY_FILLED
    assert (order.quantity, order.filled_quantity) == (D("10.0"), D("4.0"))
    assert order.average_price == D("24.995")
    assert order.client_id == "ord-0001"
    assert order.created_at == datetime(2026, 11, 2, 14, 31, 0, 120000, tzinfo=UTC)
    assert (order.side, order.effect) == (Side.BUY, Effect.OPEN)
    assert script.last.url.params["includeTags"] == "true"


def test_legs_are_orders(play: Open) -> None:
    tradier, _ = play(
        payload("tradier/order_get_otoco.json"), payload("tradier/order_get_multileg.json")
    )
    bracket = tradier.get_order("700300")
    assert (bracket.quantity, bracket.side, bracket.order_type) == (None, None, None)
    assert [leg.order_type for leg in bracket.legs] == ["limit", "limit", "stop"]
    stop = bracket.legs[2]
    assert (stop.limit_price, stop.stop_price) == (None, D("20.0"))
    spread = tradier.get_order("700200")
    assert [leg.symbol for leg in spread.legs] == ["AAA261218C00025000", "AAA261218C00030000"]
    assert spread.order_type is None


@pytest.mark.parametrize(
    ("file", "ids"),
    [
        ("orders_empty", []),
        ("orders_one", ["700101"]),
        ("orders_many", ["700101", "700102"]),
    ],
)
def test_lists_of_none_one_and_many(play: Open, file: str, ids: list[str]) -> None:
    tradier, _ = play(payload(f"tradier/{file}.json"))
    assert [order.order_id for order in tradier.list_orders()] == ids


@pytest.mark.parametrize("nothing", ["null", None, {}, {"order": "null"}, {"order": None}])
def test_every_way_to_say_nothing(play: Open, nothing: object) -> None:
    tradier, _ = play(told({"orders": nothing}), told({"positions": nothing}))
    assert tradier.list_orders() == []
    assert tradier.positions() == []


def test_an_order_is_found_by_its_whole_tag(play: Open) -> None:
    many = "tradier/orders_many.json"
    tradier, _ = play(payload(many), payload(many), payload(many))
    assert [order.order_id for order in tradier.list_orders(client_id="ord-0002")] == ["700102"]
    assert tradier.list_orders(client_id="ord-000") == []
    assert [order.order_id for order in tradier.list_orders(open_only=True)] == ["700101"]


def test_all_pages_are_read(play: Open) -> None:
    def page(number: int) -> httpx.Response:
        order = {"id": number, "status": "open"}
        return told({"orders": {"order": order, "page": number, "total_pages": 3}})

    tradier, script = play(page(1), page(2), page(3))
    assert [order.order_id for order in tradier.list_orders()] == ["1", "2", "3"]
    assert [request.url.params["page"] for request in script.requests] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("word", "filled", "status", "is_known"),
    [
        ("pending", 0, OrderStatus.PENDING, True),
        ("submitted", 0, OrderStatus.PENDING, True),
        ("held", 0, OrderStatus.PENDING, True),
        ("open", 0, OrderStatus.OPEN, True),
        ("partially_filled", 3, OrderStatus.PARTIALLY_FILLED, True),
        ("filled", 3, OrderStatus.FILLED, True),
        ("expired", 0, OrderStatus.EXPIRED, True),
        ("rejected", 0, OrderStatus.REJECTED, True),
        ("pending_cancel", 0, OrderStatus.OPEN, True),
        ("pending_cancel", 3, OrderStatus.PARTIALLY_FILLED, True),
        ("error", 0, OrderStatus.REJECTED, True),
        ("canceled", 3, OrderStatus.CANCELED, True),
        ("something_new", 0, OrderStatus.OPEN, False),
        ("something_new", 3, OrderStatus.PARTIALLY_FILLED, False),
    ],
)
def test_statuses(
    play: Open, word: str, filled: int, status: OrderStatus, *, is_known: bool
) -> None:
    tradier, _ = play(told({"order": {"id": 1, "status": word, "exec_quantity": filled}}))
    order: Order = tradier.get_order("1")
    assert (order.status, order.raw_status) == (status, word)
    assert order.status_is_known == is_known
    assert is_known or not order.status.is_final


def test_canceling(play: Open) -> None:
    tradier, script = play(
        payload("tradier/order_cancel_ok.json"),
        payload("tradier/order_cancel_400_final.txt", 400),
        payload("tradier/order_401_not_yours.txt", 401),
    )
    assert tradier.cancel_order("700101") is Cancellation.REQUESTED
    assert script.last.method == "DELETE"
    assert tradier.cancel_order("700101") is Cancellation.ALREADY_OVER
    with pytest.raises(AuthFailed):
        tradier.cancel_order("1")


def test_a_cancel_may_be_asked_again(play: Open, fake_clock: FakeClock) -> None:
    tradier, script = play(httpx.Response(504), payload("tradier/order_cancel_400_final.txt", 400))
    assert tradier.cancel_order("700101") is Cancellation.ALREADY_OVER
    assert len(script.requests) == 2
    assert len(fake_clock.waited) == 1


def test_replacing_changes_prices_only_and_is_sent_once(play: Open) -> None:
    tradier, script = play(payload("tradier/order_cancel_ok.json"), httpx.Response(504))
    assert tradier.replace_order("700101", OrderChange(limit_price=D(24))).order_id == "700101"
    assert (script.last.method, form_of(script.last)) == ("PUT", {"price": "24"})
    with pytest.raises(Ambiguous):
        tradier.replace_order("700101", OrderChange(limit_price=D(24)))
    with pytest.raises(NotSupported):
        tradier.replace_order("700101", OrderChange(quantity=D(5)))
    assert len(script.requests) == 2


def test_a_preview_places_nothing(play: Open) -> None:
    tradier, script = play(
        payload("tradier/order_preview_ok.json"),
        payload("tradier/order_place_200_errors_list.json"),
    )
    preview = tradier.preview_order(ORDER)
    assert form_of(script.last)["preview"] == "true"
    assert (preview.cost, preview.fees, preview.margin_change) == (D(250), D(0), D(125))
    with pytest.raises(InsufficientFunds):
        tradier.preview_order(ORDER)


def test_fills_have_no_ids_here(play: Open) -> None:
    tradier, _ = play()
    assert not tradier.capabilities.fills
    with pytest.raises(NotSupported):
        tradier.fills(datetime.now(UTC))


def test_balances(play: Open) -> None:
    cash = {"total_cash": 7.5, "total_equity": 8, "cash": {"cash_available": 6.25}}
    pdt = {
        "total_cash": 7.5,
        "pdt": {"stock_buying_power": 30, "option_buying_power": 15},
    }
    tradier, _ = play(
        payload("tradier/balances_margin.json"), told({"balances": cash}), told({"balances": pdt})
    )
    margin = tradier.balance()
    assert margin.equity == D("100000.0")
    assert margin.of("USD").buying_power == D("200000.0")
    assert margin.of("USD").option_buying_power == D("100000.0")
    assert margin.of("EUR").amount == 0
    assert tradier.balance().of("USD").buying_power == D("6.25")
    assert tradier.balance().of("USD").buying_power == D(30)


def test_positions(play: Open) -> None:
    tradier, _ = play(
        payload("tradier/positions_many.json"),
        payload("tradier/positions_one.json"),
        payload("tradier/positions_empty.json"),
    )
    stock, option = tradier.positions()
    assert (stock.quantity, stock.cost, stock.asset_class) == (D(10), D(250), "equity")
    assert (option.quantity, option.cost, option.asset_class) == (D(-1), D(-120), "option")
    assert len(tradier.positions()) == 1
    assert tradier.positions() == []


def test_the_account_must_be_the_tokens(play: Open) -> None:
    tradier, _ = play(
        payload("tradier/profile_many_accounts.json"),
        payload("tradier/profile_one_account.json"),
        told({"profile": {"account": {"account_number": "VA9", "status": "active"}}}),
    )
    assert tradier.test_connection().accounts == ("VA00000001", "VA00000002")
    assert tradier.test_connection().can_trade
    with pytest.raises(AuthFailed):
        tradier.test_connection()


def test_an_account_number_is_needed() -> None:
    with pytest.raises(CredentialsError):
        Tradier(Credentials(environment=Environment.SANDBOX, token=Secret("t")))


def _with(**changes: object) -> OrderRequest:
    fields = {name: getattr(ORDER, name) for name in OrderRequest.__slots__}
    return OrderRequest(**fields | changes)
