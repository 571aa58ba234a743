"""Kraken's stand-in, asked with plain HTTP."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from tests.py.brokers.raw import Kraken
from tests.py.brokers.script import SECRET
from tests.py.brokers.shapes import example, misfits

from twinbook.brokers.standin import Fault, KrakenStandIn, Race
from twinbook.brokers.standin.clock import at
from twinbook.brokers.standin.kraken.auth import signature

UUID = "6d1b345e-0000-4000-8000-000000000001"
BUY = {
    "pair": "XBTUSD",
    "type": "buy",
    "ordertype": "limit",
    "price": "27000",
    "volume": "1.25",
    "cl_ord_id": UUID,
}


def form(**changes: str) -> dict[str, str]:
    return {name: value for name, value in {**BUY, **changes}.items() if value}


def place(api: Kraken, **changes: str) -> str:
    (txid,) = api.ask("AddOrder", **form(**changes))["txid"]
    return str(txid)


def refused(api: Kraken, **changes: str) -> str:
    return api.error("AddOrder", **form(**changes))


def order(api: Kraken, txid: str, **params: str) -> Any:
    return api.ask("QueryOrders", txid=txid, trades="true", **params)[txid]


def fits(result: Any, name: str, *optional: str) -> None:
    assert misfits(result, example(f"kraken/{name}")["result"], optional=optional) == []


def deadline(broker: KrakenStandIn, seconds: float) -> str:
    return (at(broker.clock.now()) + timedelta(seconds=seconds)).isoformat()


def test_the_published_signature() -> None:
    """https://docs.kraken.com/api/docs/guides/spot-rest-auth"""
    body = "nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25"
    assert signature(SECRET, "/0/private/AddOrder", "1616492376594", body.encode()) == (
        "4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ=="
    )


def test_public_calls(kraken_api: Kraken) -> None:
    def public(name: str, **params: str) -> Any:
        return kraken_api.http.get(f"/0/public/{name}", params=params).json()

    fits(public("SystemStatus")["result"], "system_status")
    fits(public("AssetPairs")["result"], "asset_pairs")
    ticker = public("Ticker", pair="XBT/USD")["result"]
    fits(ticker, "ticker")
    assert ticker["XXBTZUSD"]["a"][0] == "27500.10000"
    assert public("Ticker", pair="NOPE") == {"error": ["EQuery:Unknown asset pair"]}
    assert public("Nonsense") == {"error": ["EGeneral:Unknown method"]}


def test_balances(kraken: KrakenStandIn, kraken_api: Kraken) -> None:
    kraken.deposit(Decimal("1.25"), asset="XXBT")
    place(kraken_api, volume="1")
    fits(kraken_api.ask("Balance"), "balance")
    balances = kraken_api.ask("BalanceEx")
    fits(balances, "balance_ex")
    assert balances["ZUSD"] == {"balance": "100000.0000", "hold_trade": "27000.0000"}
    worth = kraken_api.ask("TradeBalance", asset="ZUSD")
    fits(worth, "trade_balance")
    assert worth["eb"] == "134375.0000"
    assert kraken_api.ask("OpenPositions") == example("kraken/open_positions_empty")["result"]


def test_place_and_look(kraken_api: Kraken) -> None:
    assert kraken_api.ask("OpenOrders") == example("kraken/open_orders_empty")["result"]
    answer = kraken_api.ask("AddOrder", **form())
    fits(answer, "add_order_ok")
    assert answer["descr"]["order"] == "buy 1.25000000 XBTUSD @ limit 27000.0"
    (txid,) = answer["txid"]
    open_orders = kraken_api.ask("OpenOrders")
    fits(open_orders, "open_orders")
    assert open_orders["open"][txid]["status"] == "open"
    assert txid in kraken_api.ask("OpenOrders", cl_ord_id=UUID)["open"]
    assert kraken_api.ask("OpenOrders", cl_ord_id="other")["open"] == {}


def test_fills(kraken: KrakenStandIn, kraken_api: Kraken) -> None:
    txid = place(kraken_api)
    kraken.fill(UUID, Decimal("0.5"))
    partial = order(kraken_api, txid)
    assert (partial["status"], partial["vol_exec"]) == ("open", "0.50000000")
    kraken.advance(1)
    kraken.fill(UUID)
    closed = kraken_api.ask("QueryOrders", txid=txid, trades="true")
    fits(closed, "query_orders_trades")
    assert (closed[txid]["status"], closed[txid]["cost"]) == ("closed", "33750.00000")
    assert "trades" not in kraken_api.ask("QueryOrders", txid=txid)[txid]

    history = kraken_api.ask("TradesHistory")
    fits(history, "trades_history")
    assert history["count"] == 2
    newest, oldest = history["trades"]
    assert closed[txid]["trades"] == [oldest, newest]
    trades = kraken_api.ask("QueryTrades", txid=f"{oldest},{newest}")
    fits(trades, "query_trades")
    assert {one["ordertxid"] for one in trades.values()} == {txid}
    closed_orders = kraken_api.ask("ClosedOrders", trades="true")
    fits(closed_orders, "closed_orders")


def test_what_takes_pays_more_than_what_makes(kraken: KrakenStandIn, kraken_api: Kraken) -> None:
    place(kraken_api, ordertype="market", price="", volume="1")
    place(kraken_api, volume="1", cl_ord_id="rests")
    kraken_api.ask("OpenOrders")
    kraken.set_quote("XBTUSD", Decimal(26900), Decimal(26999))
    fees = [(fill.is_maker, fill.price, fill.fee) for fill in kraken.fills()]
    assert fees == [
        (False, Decimal("27500.1"), Decimal("110.00040")),
        (True, Decimal(27000), Decimal("67.50000")),
    ]
    assert kraken.snapshot().cash == {"kraken": Decimal("45322.39960")}


def test_taker_trades_are_merged_unless_refused(kraken: KrakenStandIn, kraken_api: Kraken) -> None:
    txid = place(kraken_api)
    for price in ("27000", "26990"):
        kraken.fill(UUID, Decimal("0.5"), Decimal(price), is_maker=False)
    merged = kraken_api.ask("TradesHistory")
    assert [one["price"] for one in merged["trades"].values()] == ["26995.00000"]
    assert len(order(kraken_api, txid)["trades"]) == 1
    assert kraken_api.ask("TradesHistory", consolidate_taker="false")["count"] == 2
    assert len(order(kraken_api, txid, consolidate_taker="false")["trades"]) == 2


def test_cancel(kraken: KrakenStandIn, kraken_api: Kraken) -> None:
    txid = place(kraken_api)
    kraken.fill(UUID, Decimal("0.5"))
    assert kraken_api.ask("CancelOrder", txid=txid) == example("kraken/cancel_ok")["result"]
    canceled = kraken_api.ask("QueryOrders", txid=txid, trades="true")
    fits(canceled, "query_orders_partial_then_canceled")
    assert canceled[txid]["reason"] == "User requested"
    assert kraken_api.error("CancelOrder", txid=txid) == "EOrder:Unknown order"
    assert kraken_api.error("CancelOrder", txid="OAAAAA-BBBBB-ZZZZZZ") == "EOrder:Invalid order"
    assert kraken_api.error("CancelOrder", txid="nonsense") == "EOrder:Invalid order"
    assert kraken_api.error("CancelOrder") == "EGeneral:Invalid arguments"


def test_cancel_by_client_id_and_cancel_all(kraken_api: Kraken) -> None:
    place(kraken_api)
    assert kraken_api.ask("CancelOrder", cl_ord_id=UUID) == {"count": 1}
    assert kraken_api.error("CancelOrder", cl_ord_id=UUID) == "EOrder:Unknown order"
    place(kraken_api, cl_ord_id="a", volume="1")
    place(kraken_api, cl_ord_id="b", volume="1")
    assert kraken_api.ask("CancelAll") == example("kraken/cancel_all_ok")["result"]


def test_a_slow_cancel_is_pending(kraken: KrakenStandIn, kraken_api: Kraken) -> None:
    txid = place(kraken_api)
    kraken.race_cancel(Race.SLOW, after=1)
    pending = kraken_api.ask("CancelOrder", txid=txid)
    assert pending == example("kraken/cancel_pending")["result"]
    assert order(kraken_api, txid)["status"] == "open"
    kraken.advance(1)
    assert order(kraken_api, txid)["status"] == "canceled"


def test_client_ids_are_unique_among_open_orders(kraken: KrakenStandIn, kraken_api: Kraken) -> None:
    first = place(kraken_api, volume="1")
    answer = kraken_api.send("AddOrder", **form(volume="1"))
    assert answer.json() == example("kraken/err_dup_cl_ord_id")
    kraken_api.ask("CancelOrder", txid=first)
    second = place(kraken_api, volume="1", ordertype="market", price="")
    kraken_api.ask("OpenOrders")
    third = place(kraken_api, volume="1")
    closed = kraken_api.ask("ClosedOrders", cl_ord_id=UUID)["closed"]
    assert set(closed) == {first, second}
    assert set(kraken_api.ask("OpenOrders", cl_ord_id=UUID)["open"]) == {third}
    assert len(kraken.snapshot().orders[UUID]) == 3


@pytest.mark.parametrize("client_id", ["order0001", UUID, UUID.replace("-", "")])
def test_good_client_ids(kraken_api: Kraken, client_id: str) -> None:
    assert place(kraken_api, cl_ord_id=client_id)


@pytest.mark.parametrize("client_id", ["x" * 19, "With-Hyphen", "a b", UUID[:-1]])
def test_bad_client_ids(kraken_api: Kraken, client_id: str) -> None:
    answer = kraken_api.send("AddOrder", **form(cl_ord_id=client_id))
    assert answer.json() == example("kraken/err_bad_cl_ord_id")


def test_references_are_not_unique_and_exclude_client_ids(kraken_api: Kraken) -> None:
    ids = {place(kraken_api, cl_ord_id="", userref="7", volume="1") for _ in range(2)}
    assert set(kraken_api.ask("OpenOrders", userref="7")["open"]) == ids
    assert refused(kraken_api, userref="7").startswith("EGeneral:Invalid arguments")
    assert refused(kraken_api, cl_ord_id="", userref=str(2**31)) == (
        "EGeneral:Invalid arguments:userref"
    )


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"pair": "NOPE"}, "EQuery:Unknown asset pair"),
        ({"type": "hold"}, "EGeneral:Invalid arguments:type"),
        ({"ordertype": "iceberg"}, "EGeneral:Invalid arguments:ordertype"),
        ({"volume": ""}, "EGeneral:Invalid arguments:volume"),
        ({"volume": "1e2"}, "EGeneral:Invalid arguments:volume"),
        ({"volume": "1.123456789"}, "EGeneral:Invalid arguments:volume"),
        ({"volume": "0.00001"}, "EOrder:Order minimum not met"),
        ({"volume": "0.0001", "price": "100"}, "EOrder:Cost minimum not met"),
        ({"price": ""}, "EGeneral:Invalid arguments:price"),
        ({"price": "0"}, "EOrder:Invalid price"),
        ({"price": "27000.05"}, "EOrder:Tick size check failed"),
        ({"timeinforce": "DAY"}, "EGeneral:Invalid arguments:timeinforce"),
        ({"oflags": "viqc"}, "EGeneral:Invalid arguments:oflags"),
        ({"volume": "5"}, "EOrder:Insufficient funds"),
        ({"type": "sell"}, "EOrder:Insufficient funds"),
    ],
)
def test_misuse(
    kraken: KrakenStandIn, kraken_api: Kraken, changes: dict[str, str], error: str
) -> None:
    assert refused(kraken_api, **changes) == error
    assert kraken.orders() == []


def test_working_orders_hold_funds(kraken_api: Kraken) -> None:
    place(kraken_api, volume="3")
    answer = kraken_api.send("AddOrder", **form(volume="1", cl_ord_id="second"))
    assert answer.json() == example("kraken/err_insufficient_funds")


def test_validate_counts_as_soon_as_it_is_there(kraken: KrakenStandIn, kraken_api: Kraken) -> None:
    # Its text False once placed nothing in real clients (krakenex#92).
    for text in ("true", "False"):
        answer = kraken_api.ask("AddOrder", **form(validate=text))
        fits(answer, "add_order_validate_ok")
        assert "txid" not in answer
    assert "descr" in kraken_api.ask("AddOrder", **form(validate="true", volume="1000"))
    assert kraken.orders() == []


def test_deadlines(kraken: KrakenStandIn, kraken_api: Kraken) -> None:
    for seconds in (1, 61):
        error = refused(kraken_api, deadline=deadline(kraken, seconds))
        assert error == "EGeneral:Invalid arguments:deadline"
    assert refused(kraken_api, deadline="soon") == "EGeneral:Invalid arguments:deadline"
    gone = refused(kraken_api, deadline=deadline(kraken, -1))
    assert gone == "EService:Deadline elapsed"
    place(kraken_api, deadline=deadline(kraken, 5).replace("+00:00", "Z"))


def test_a_deadline_keeps_a_late_order_out(kraken: KrakenStandIn, kraken_api: Kraken) -> None:
    late = deadline(kraken, 5)
    kraken.fail_next(Fault.SLOW, on="place")
    slow_clock = kraken.clock.now
    moments = iter([slow_clock(), *[slow_clock() + 6] * 50])
    kraken.clock.now = lambda: next(moments)  # type: ignore[method-assign]
    assert refused(kraken_api, deadline=late) == "EService:Deadline elapsed"
    kraken.clock.now = slow_clock  # type: ignore[method-assign]
    assert kraken.orders() == []


def test_stops_targets_and_times_in_force(kraken: KrakenStandIn, kraken_api: Kraken) -> None:
    kraken.deposit(Decimal(2), asset="XXBT")
    sell = {"type": "sell", "volume": "1"}
    stop = place(kraken_api, **sell, ordertype="stop-loss", price="27000", cl_ord_id="stop")
    target = place(
        kraken_api,
        **sell,
        ordertype="take-profit-limit",
        price="28000",
        price2="27990",
        cl_ord_id="target",
    )
    descr = order(kraken_api, target)["descr"]
    assert descr["order"] == ("sell 1.00000000 XBTUSD @ take-profit-limit 28000.0 -> limit 27990.0")
    for duration in ("IOC", "FOK"):
        txid = place(kraken_api, timeinforce=duration, cl_ord_id=duration.lower())
        assert order(kraken_api, txid)["status"] == "canceled"
    kraken.set_quote("XBTUSD", Decimal(28000), Decimal(28001), Decimal(28000))
    assert order(kraken_api, target)["status"] == "closed"
    kraken.set_quote("XBTUSD", Decimal(26999), Decimal(27001), Decimal(27000))
    assert order(kraken_api, stop)["price"] == "26999.0"


def test_post_only_orders_do_not_take(kraken_api: Kraken) -> None:
    txid = place(kraken_api, price="27600", oflags="post")
    shown = order(kraken_api, txid)
    assert (shown["status"], shown["reason"]) == ("canceled", "Post only order")


def test_expiry(kraken: KrakenStandIn, kraken_api: Kraken) -> None:
    txid = place(kraken_api, timeinforce="GTD", expiretm="+60")
    kraken.advance(60)
    assert order(kraken_api, txid)["status"] == "expired"


def test_each_fill_places_its_closing_order(kraken: KrakenStandIn, kraken_api: Kraken) -> None:
    close = {"close[ordertype]": "stop-loss", "close[price]": "26000"}
    txid = place(kraken_api, **close)
    for _ in range(2):
        kraken.fill(UUID, Decimal("0.5"))
    others = kraken_api.ask("OpenOrders")["open"]
    del others[txid]
    assert [(one["refid"], one["vol"]) for one in others.values()] == [(txid, "0.50000000")] * 2
    assert {one["descr"]["type"] for one in others.values()} == {"sell"}


def test_the_dead_mans_switch(kraken: KrakenStandIn, kraken_api: Kraken) -> None:
    txid = place(kraken_api)
    kraken_api.ask("CancelAllOrdersAfter", timeout="60")
    kraken.advance(59)
    assert kraken_api.ask("CancelAllOrdersAfter", timeout="60")["triggerTime"]
    kraken.advance(61)
    assert order(kraken_api, txid)["status"] == "canceled"
    assert kraken_api.ask("CancelAllOrdersAfter", timeout="0")["triggerTime"] == "0"


def test_keys_and_signatures(kraken_api: Kraken) -> None:
    def error(**headers: str) -> Any:
        kraken_api.nonce += 1
        nonce = {"nonce": str(kraken_api.nonce)}
        return kraken_api.send_signed("Balance", nonce, **headers).json()

    assert error(API_Key="wrong") == {"error": ["EAPI:Invalid key"]}
    assert error(API_Sign="wrong") == {"error": ["EAPI:Invalid signature"]}
    assert error(Content_Type="text/plain") == {"error": ["EGeneral:Invalid arguments"]}
    # Signed with another body than is sent.
    signed = kraken_api.http.build_request("POST", "/0/private/Balance")
    assert kraken_api.http.send(signed).json() == {"error": ["EAPI:Invalid key"]}


def test_nonces_only_grow(kraken_api: Kraken) -> None:
    kraken_api.ask("Balance")
    for nonce in (str(kraken_api.nonce), str(kraken_api.nonce - 1), "", "later"):
        answer = kraken_api.send_signed("Balance", {"nonce": nonce})
        assert answer.json() == example("kraken/err_invalid_nonce")
    kraken_api.ask("Balance")


def test_json_bodies_are_taken_too(kraken: KrakenStandIn) -> None:
    login = kraken.logins[0]
    close = {"ordertype": "limit", "price": "28000"}
    body = json.dumps({"nonce": 1, **BUY, "close": close}).encode()
    headers = {
        "API-Key": login.key,
        "API-Sign": signature(login.secret, "/0/private/AddOrder", "1", body),
        "Content-Type": "application/json",
    }
    answer = httpx.post(f"{kraken.url}/0/private/AddOrder", content=body, headers=headers)
    assert answer.json()["result"]["descr"]["close"] == "close position @ limit 28000"


def test_the_call_counter_decays(kraken: KrakenStandIn, kraken_api: Kraken) -> None:
    for _ in range(7):
        kraken_api.ask("TradesHistory")  # costs 2
    kraken_api.ask("Balance")
    answer = kraken_api.send("Balance")
    assert answer.json() == example("kraken/err_rate_limit")
    place(kraken_api)  # placing isn't counted here
    kraken.advance(3)
    assert kraken_api.error("Balance") == "EAPI:Rate limit exceeded"
    kraken.advance(0.1)
    kraken_api.ask("Balance")


def test_young_cancels_are_dear(kraken: KrakenStandIn, kraken_api: Kraken) -> None:
    small = {"volume": "0.01", "cl_ord_id": ""}
    for _ in range(6):  # 6 * (1 + 8)
        kraken_api.ask("CancelOrder", txid=place(kraken_api, **small))
    for _ in range(6):
        place(kraken_api, **small)
    assert refused(kraken_api, **small) == "EOrder:Rate limit exceeded"
    other = kraken_api.ask("AddOrder", **form(pair="ETHUSD", price="1700", **small))
    assert other["txid"]
    kraken.advance(1)
    place(kraken_api, **small)


def test_open_orders_are_limited() -> None:
    with (
        KrakenStandIn(frozen=True, limit_factor=0.05) as broker,
        httpx.Client(base_url=broker.url) as http,
    ):
        api = Kraken(broker, http)
        for _ in range(3):
            place(api, volume="0.01", cl_ord_id="")
        assert refused(api, volume="0.01", cl_ord_id="") == "EOrder:Orders limit exceeded"


def test_closed_orders_and_trades_come_in_pages(kraken: KrakenStandIn, kraken_api: Kraken) -> None:
    begin = kraken.clock.now()
    for number in range(52):
        kraken.advance(10)
        txid = place(kraken_api, volume="0.01", ordertype="market", price="", cl_ord_id="")
        if number == 1:
            second = txid
    first = kraken_api.ask("ClosedOrders")
    assert (len(first["closed"]), first["count"], next(iter(first["closed"]))) == (50, 52, txid)
    rest = kraken_api.ask("ClosedOrders", ofs="50")["closed"]
    assert len(rest) == 2
    assert second in rest
    assert len(kraken_api.ask("TradesHistory", ofs="50")["trades"]) == 2
    since = kraken_api.ask("TradesHistory", start=str(begin + 20))
    assert since["count"] == 50
    assert kraken_api.ask("ClosedOrders", start=second, closetime="open")["count"] == 50


def test_unknown_ids(kraken_api: Kraken) -> None:
    assert kraken_api.error("QueryOrders", txid="OAAAAA-BBBBB-ZZZZZZ") == "EOrder:Invalid order"
    assert kraken_api.error("QueryOrders", cl_ord_id=UUID) == "EGeneral:Invalid arguments"
    assert kraken_api.error("QueryTrades", txid="T") == "EGeneral:Invalid arguments:txid"


def test_errors_on_command(kraken: KrakenStandIn, kraken_api: Kraken) -> None:
    kraken.fail_next(Fault.UNAVAILABLE, on="place")
    assert kraken_api.send("AddOrder", **form()).json() == example("kraken/err_unavailable")
    kraken.fail_next(Fault.REFUSED, message="EGeneral:Temporary lockout")
    assert kraken_api.error("Balance") == "EGeneral:Temporary lockout"
    txid = place(kraken_api)
    assert example("kraken/err_unknown_order") == {"error": ["EOrder:Unknown order"]}
    kraken.race_cancel(Race.FILL_WINS)
    assert kraken_api.error("CancelOrder", txid=txid) == "EOrder:Unknown order"
    assert order(kraken_api, txid)["status"] == "closed"
