"""Alpaca's stand-in, asked with plain HTTP."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from tests.py.brokers.shapes import example, misfits

from twinbook.brokers.standin import AlpacaStandIn, Fault, Race
from twinbook.brokers.standin.clock import at

BUY = {
    "symbol": "AAPL",
    "qty": "10",
    "side": "buy",
    "type": "limit",
    "time_in_force": "day",
    "limit_price": "170",
    "client_order_id": "ord-0001",
}
GROUP = ("group_id", "group_role")


def place(http: httpx.Client, **changes: Any) -> httpx.Response:
    body = {**BUY, **changes}
    return http.post("/v2/orders", json={k: v for k, v in body.items() if v is not None})


def placed(http: httpx.Client, **changes: Any) -> Any:
    answer = place(http, **changes)
    assert answer.status_code == 200, answer.text
    return answer.json()


def get(http: httpx.Client, number: str, **params: str) -> Any:
    return http.get(f"/v2/orders/{number}", params=params).json()


def market(http: httpx.Client, **changes: Any) -> Any:
    client_order_id = changes.pop("client_order_id", None)
    return placed(http, type="market", limit_price=None, client_order_id=client_order_id, **changes)


def fits(value: Any, name: str, *optional: str) -> None:
    assert misfits(value, example(f"alpaca/{name}"), optional=optional) == []


def refused(answer: httpx.Response, status: int, code: int) -> str:
    assert (answer.status_code, answer.json().get("code")) == (status, code)
    return str(answer.json()["message"])


def test_account(alpaca_http: httpx.Client) -> None:
    account = alpaca_http.get("/v2/account").json()
    fits(account, "account")
    assert account == example("alpaca/account") | {
        name: account[name] for name in ("id", "balance_asof", "created_at")
    }


def test_place_get_list(alpaca_http: httpx.Client) -> None:
    assert alpaca_http.get("/v2/orders").json() == example("alpaca/orders_empty")
    order = placed(alpaca_http)
    fits(order, "order_place_ok")
    assert (order["status"], order["limit_price"]) == ("accepted", "170")
    assert get(alpaca_http, order["id"])["status"] == "new"
    by_client_id = alpaca_http.get(
        "/v2/orders:by_client_order_id", params={"client_order_id": "ord-0001"}
    )
    assert by_client_id.json()["id"] == order["id"]
    fits(alpaca_http.get("/v2/orders").json(), "orders_list")


def test_unknown_orders_and_positions_are_404(alpaca_http: httpx.Client) -> None:
    answer = alpaca_http.get("/v2/orders/nonsense")
    assert (answer.status_code, answer.json()) == (404, example("alpaca/err_404_order"))
    by_client_id = alpaca_http.get(
        "/v2/orders:by_client_order_id", params={"client_order_id": "never"}
    )
    refused(by_client_id, 404, 40410000)
    assert (
        refused(alpaca_http.get("/v2/positions/AAPL"), 404, 40410000) == "position does not exist"
    )
    assert alpaca_http.get("/v2/nonsense").status_code == 404


def test_fills_and_positions(alpaca: AlpacaStandIn, alpaca_http: httpx.Client) -> None:
    order = placed(alpaca_http)
    alpaca.fill("ord-0001", Decimal(4), Decimal(170))
    partial = get(alpaca_http, order["id"])
    fits(partial, "order_partial")
    assert (partial["status"], partial["filled_qty"]) == ("partially_filled", "4")
    alpaca.advance(1)
    alpaca.fill("ord-0001", None, Decimal("169.99"))
    filled = get(alpaca_http, order["id"])
    fits(filled, "order_filled")
    assert (filled["status"], filled["filled_avg_price"]) == ("filled", "169.994")
    positions = alpaca_http.get("/v2/positions").json()
    fits(positions, "positions")
    assert positions[0]["qty"] == "10"

    fills = alpaca_http.get("/v2/account/activities/FILL", params={"direction": "asc"}).json()
    fits(fills, "activities_fill")
    assert [(one["type"], one["qty"], one["leaves_qty"]) for one in fills] == [
        ("partial_fill", "4", "6"),
        ("fill", "6", "0"),
    ]
    # The id begins with the time in New York.
    assert fills[0]["id"].startswith("20261102093100")


def test_fills_come_in_pages(alpaca: AlpacaStandIn, alpaca_http: httpx.Client) -> None:
    placed(alpaca_http)
    for _ in range(5):
        alpaca.fill("ord-0001", Decimal(1))
        alpaca.advance(1)

    def page(**params: Any) -> list[str]:
        answer = alpaca_http.get("/v2/account/activities/FILL", params=params)
        return [one["id"] for one in answer.json()]

    everything = page(direction="asc")
    assert page() == everything[::-1]
    first = page(direction="asc", page_size=2)
    second = page(direction="asc", page_size=2, page_token=first[-1])
    assert first + second == everything[:4]
    begin = at(alpaca.clock.now()) - timedelta(seconds=5)
    assert page(direction="asc", after=begin.isoformat()) == everything[1:]
    answer = alpaca_http.get("/v2/account/activities/FILL", params={"page_size": 101})
    refused(answer, 422, 42210000)


def test_orders_are_filtered(alpaca: AlpacaStandIn, alpaca_http: httpx.Client) -> None:
    first = placed(alpaca_http, client_order_id="one")
    second = placed(alpaca_http, client_order_id="two", symbol="MSFT")
    alpaca_http.delete(f"/v2/orders/{first['id']}")

    def ids(**params: str) -> list[str]:
        return [one["id"] for one in alpaca_http.get("/v2/orders", params=params).json()]

    assert ids() == [second["id"]]
    assert ids(status="closed") == [first["id"]]
    assert ids(status="all") == [second["id"], first["id"]]
    assert ids(status="all", direction="asc", limit="1") == [first["id"]]
    assert ids(status="all", symbols="AAPL") == [first["id"]]
    refused(alpaca_http.get("/v2/orders", params={"limit": "501"}), 422, 42210000)


def test_cancel(alpaca: AlpacaStandIn, alpaca_http: httpx.Client) -> None:
    order = placed(alpaca_http)
    answer = alpaca_http.delete(f"/v2/orders/{order['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    canceled = get(alpaca_http, order["id"])
    assert canceled["status"] == "canceled"
    assert canceled["canceled_at"] is not None
    refused(alpaca_http.delete(f"/v2/orders/{order['id']}"), 422, 42210000)
    assert alpaca_http.delete("/v2/orders/nonsense").status_code == 404


def test_replace_makes_a_new_order(alpaca: AlpacaStandIn, alpaca_http: httpx.Client) -> None:
    old = placed(alpaca_http)
    path = f"/v2/orders/{old['id']}"
    new = alpaca_http.patch(path, json={"limit_price": "171", "qty": "12"}).json()
    fits(new, "order_place_ok")
    assert (new["replaces"], new["qty"], new["limit_price"]) == (old["id"], "12", "171")
    assert new["id"] != old["id"]
    replaced = get(alpaca_http, old["id"])
    assert (replaced["status"], replaced["replaced_by"]) == ("replaced", new["id"])
    refused(alpaca_http.patch(path, json={"limit_price": "172"}), 422, 42210000)
    assert len(alpaca_http.get("/v2/orders").json()) == 1


def test_replace_counts_what_has_filled(alpaca: AlpacaStandIn, alpaca_http: httpx.Client) -> None:
    old = placed(alpaca_http)
    alpaca.fill("ord-0001", Decimal(4))
    path = f"/v2/orders/{old['id']}"
    refused(alpaca_http.patch(path, json={"qty": "4"}), 422, 42210000)
    new = alpaca_http.patch(path, json={"qty": "9"}).json()
    alpaca.fill(new["id"])
    assert alpaca.snapshot().positions == {"PA00000001": {"AAPL": Decimal(9)}}


def test_replace_is_refused_before_the_order_is_new() -> None:
    with AlpacaStandIn(frozen=True, settle_seconds=5) as broker:
        login = broker.logins[0]
        headers = {"APCA-API-KEY-ID": login.key, "APCA-API-SECRET-KEY": login.secret}
        with httpx.Client(base_url=broker.url, headers=headers) as http:
            order = placed(http)
            answer = http.patch(f"/v2/orders/{order['id']}", json={"qty": "12"})
            assert "accepted" in refused(answer, 422, 42210000)


@pytest.mark.parametrize("header", ["APCA-API-KEY-ID", "APCA-API-SECRET-KEY"])
def test_a_wrong_login_is_refused(alpaca_http: httpx.Client, header: str) -> None:
    answer = alpaca_http.get("/v2/account", headers={header: "wrong"})
    assert (answer.status_code, answer.json()) == (401, example("alpaca/err_401"))


def test_client_ids_are_unique_for_ever(alpaca: AlpacaStandIn, alpaca_http: httpx.Client) -> None:
    order = placed(alpaca_http)
    again = place(alpaca_http)
    assert (again.status_code, again.json()) == (422, example("alpaca/err_422_duplicate"))
    alpaca_http.delete(f"/v2/orders/{order['id']}")
    refused(place(alpaca_http), 422, 40010001)
    assert len(alpaca.orders()) == 1
    refused(place(alpaca_http, client_order_id="x" * 129), 422, 42210000)
    placed(alpaca_http, client_order_id="x" * 128)
    assert placed(alpaca_http, client_order_id=None)["client_order_id"]


@pytest.mark.parametrize(
    "changes",
    [
        {"symbol": None},
        {"symbol": "ZZZZQ"},
        {"side": "hold"},
        {"type": "trailing_stop"},
        {"time_in_force": "opg"},
        {"qty": "0"},
        {"qty": "ten"},
        {"qty": None},
        {"notional": "100"},
        {"limit_price": None},
        {"limit_price": "170.005"},
        {"limit_price": 1e-06},
        {"qty": "1.5", "time_in_force": "gtc"},
        {"extended_hours": True, "type": "market"},
        {"order_class": "pair"},
        {"position_intent": "sell_to_close"},
    ],
)
def test_what_makes_no_sense_is_422(
    alpaca: AlpacaStandIn, alpaca_http: httpx.Client, changes: dict[str, Any]
) -> None:
    refused(place(alpaca_http, **changes), 422, 42210000)
    assert alpaca.orders() == []


def test_sub_penny_in_alpacas_words(alpaca_http: httpx.Client) -> None:
    answer = place(alpaca_http, limit_price="25.005")
    assert answer.json() == example("alpaca/err_422_subpenny")


def test_only_json_is_read(alpaca_http: httpx.Client) -> None:
    assert alpaca_http.post("/v2/orders", data=BUY).status_code == 400
    headers = {"Content-Type": "application/json"}
    assert alpaca_http.post("/v2/orders", content=b"[1", headers=headers).status_code == 400
    assert alpaca_http.post("/v2/orders", content=b"[1]", headers=headers).status_code == 400


def test_without_buying_power(alpaca: AlpacaStandIn, alpaca_http: httpx.Client) -> None:
    answer = place(alpaca_http, qty="2000")
    refused(answer, 403, 40310000)
    fits(answer.json(), "err_403_bp")
    assert (answer.json()["buying_power"], answer.json()["cost_basis"]) == ("200000", "340000")
    assert alpaca.orders() == []


def test_shares_are_sold_once(alpaca_http: httpx.Client) -> None:
    market(alpaca_http)
    placed(alpaca_http, side="sell", limit_price="200")
    answer = place(alpaca_http, side="sell", limit_price="201", client_order_id="again")
    message = refused(answer, 403, 40310000)
    assert message.endswith("(requested: 10, available: 0)")


def test_trading_with_oneself_is_refused(alpaca_http: httpx.Client) -> None:
    market(alpaca_http)
    resting = placed(
        alpaca_http, side="sell", type="stop", limit_price=None, stop_price="150", qty="1"
    )
    answer = place(alpaca_http, client_order_id="more")
    refused(answer, 403, 40310000)
    assert answer.json()["related_orders"] == [resting["id"]]


BRACKET = {
    "order_class": "bracket",
    "take_profit": {"limit_price": "190"},
    "stop_loss": {"stop_price": "160"},
}


def test_a_bracket(alpaca: AlpacaStandIn, alpaca_http: httpx.Client) -> None:
    order = placed(alpaca_http, **BRACKET)
    fits(order, "order_bracket")
    assert [leg["status"] for leg in order["legs"]] == ["held", "held"]
    assert len(alpaca_http.get("/v2/orders").json()) == 3
    assert len(alpaca_http.get("/v2/orders", params={"nested": "true"}).json()) == 1

    def states() -> list[str]:
        whole = get(alpaca_http, order["id"], nested="true")
        return [whole["status"], *(leg["status"] for leg in whole["legs"])]

    alpaca.set_quote("AAPL", Decimal("169.9"), Decimal(170))
    assert states() == ["filled", "new", "held"]
    alpaca.set_quote("AAPL", Decimal(159), Decimal("159.1"))
    assert states() == ["filled", "canceled", "filled"]
    assert alpaca.snapshot().positions == {}


def test_a_brackets_exits_end_with_its_entry(
    alpaca: AlpacaStandIn, alpaca_http: httpx.Client
) -> None:
    order = placed(alpaca_http, **BRACKET)
    alpaca_http.delete(f"/v2/orders/{order['id']}")
    assert {one.status for one in alpaca.orders()} == {"canceled"}


def test_an_exit_can_be_replaced(alpaca: AlpacaStandIn, alpaca_http: httpx.Client) -> None:
    order = placed(alpaca_http, **BRACKET)
    profit, loss = order["legs"]
    too_early = alpaca_http.patch(f"/v2/orders/{loss['id']}", json={"stop_price": "165"})
    refused(too_early, 422, 42210000)
    alpaca.fill("ord-0001")
    new = alpaca_http.patch(f"/v2/orders/{loss['id']}", json={"stop_price": "165"}).json()
    alpaca.set_quote("AAPL", Decimal(164), Decimal("164.1"))
    assert get(alpaca_http, new["id"])["status"] == "filled"
    assert get(alpaca_http, profit["id"])["status"] == "canceled"


def test_an_oco_leaves_a_position(alpaca: AlpacaStandIn, alpaca_http: httpx.Client) -> None:
    oco = {**BRACKET, "order_class": "oco", "side": "sell", "limit_price": None}
    refused(place(alpaca_http, **oco), 403, 40310000)
    market(alpaca_http)
    order = placed(alpaca_http, **oco)
    assert (order["group_role"], order["limit_price"]) == ("take_profit", "190")
    (loss,) = order["legs"]
    assert get(alpaca_http, loss["id"])["status"] == "held"
    alpaca.set_quote("AAPL", Decimal("190.5"), Decimal("190.6"))
    assert get(alpaca_http, order["id"])["status"] == "filled"
    assert get(alpaca_http, loss["id"])["status"] == "canceled"


def test_an_oto_has_one_exit(alpaca: AlpacaStandIn, alpaca_http: httpx.Client) -> None:
    refused(place(alpaca_http, **{**BRACKET, "order_class": "oto"}), 422, 42210000)
    oto = {**BRACKET, "order_class": "oto", "take_profit": None}
    order = placed(alpaca_http, **oto)
    assert [leg["status"] for leg in order["legs"]] == ["held"]
    alpaca.fill("ord-0001")
    alpaca.set_quote("AAPL", Decimal(150), Decimal("150.1"))
    assert get(alpaca_http, order["legs"][0]["id"])["status"] == "filled"


@pytest.mark.parametrize(
    "changes",
    [
        {"stop_loss": None},
        {"take_profit": {"limit_price": "150"}},
        {"take_profit": {}},
        {"stop_loss": "160"},
        {"time_in_force": "ioc"},
    ],
)
def test_a_bracket_has_rules(alpaca_http: httpx.Client, changes: dict[str, Any]) -> None:
    refused(place(alpaca_http, **(BRACKET | changes)), 422, 42210000)


def test_ioc_fok_and_notional(alpaca: AlpacaStandIn, alpaca_http: httpx.Client) -> None:
    for duration in ("ioc", "fok"):
        order = placed(alpaca_http, time_in_force=duration, client_order_id=duration)
        assert get(alpaca_http, order["id"])["status"] == "canceled"
    order = market(alpaca_http, notional="100", qty=None)
    fits(get(alpaca_http, order["id"]), "order_filled")
    assert (order["notional"], order["qty"]) == ("100", None)
    assert alpaca.snapshot().positions["PA00000001"]["AAPL"] == Decimal("0.555524693")


def test_a_day_order_expires(alpaca: AlpacaStandIn, alpaca_http: httpx.Client) -> None:
    order = placed(alpaca_http)
    assert order["expires_at"] == "2026-11-02T21:00:00.000000000Z"
    alpaca.advance(6.5 * 3600)
    assert get(alpaca_http, order["id"])["status"] == "expired"


def calls(alpaca: AlpacaStandIn) -> list[str]:
    symbols = sorted(quote.symbol for quote in alpaca.quotes())
    return [one for one in symbols if one.startswith("AAPL") and "C00" in one]


def test_options(alpaca: AlpacaStandIn, alpaca_http: httpx.Client) -> None:
    option = {"symbol": calls(alpaca)[0], "limit_price": "5"}
    refused(place(alpaca_http, **option, qty="1.5"), 422, 42210000)
    refused(place(alpaca_http, **option, time_in_force="gtc"), 422, 42210000)
    stop = {"symbol": calls(alpaca)[0], "type": "stop", "limit_price": None, "stop_price": "3"}
    refused(place(alpaca_http, **stop), 422, 42210000)
    refused(place(alpaca_http, **option, **BRACKET), 422, 42210000)
    order = placed(alpaca_http, **option, qty="1")
    assert order["asset_class"] == "us_option"
    alpaca.fill("ord-0001")
    assert alpaca.snapshot().cash == {"PA00000001": Decimal(99_500)}


def test_a_combination(alpaca: AlpacaStandIn, alpaca_http: httpx.Client) -> None:
    near, far = calls(alpaca)[4:6]
    order = placed(
        alpaca_http,
        symbol=None,
        side=None,
        order_class="mleg",
        qty="2",
        limit_price="0.80",
        legs=[
            {"symbol": near, "ratio_qty": "1", "side": "buy", "position_intent": "buy_to_open"},
            {"symbol": far, "ratio_qty": "1", "side": "sell", "position_intent": "sell_to_open"},
        ],
    )
    fits(order, "order_place_ok")
    assert [leg["qty"] for leg in order["legs"]] == ["2", "2"]
    alpaca.set_quote(far, Decimal("0.30"), Decimal("0.35"))
    alpaca.set_quote(near, Decimal("1.00"), Decimal("1.05"))
    filled = get(alpaca_http, order["id"])
    assert (filled["status"], filled["filled_avg_price"]) == ("filled", "0.75")
    assert alpaca.snapshot().cash == {"PA00000001": Decimal(99_850)}


def test_contracts_come_in_pages(alpaca_http: httpx.Client) -> None:
    def contracts(**params: Any) -> Any:
        asked = {"underlying_symbols": "AAPL", **params}
        return alpaca_http.get("/v2/options/contracts", params=asked).json()

    soon = contracts()
    fits(soon, "option_contracts")
    assert {one["expiration_date"] for one in soon["option_contracts"]} == {"2026-11-06"}
    pages = []
    token = ""
    while token is not None:
        page = contracts(expiration_date_gte="2026-01-01", limit=60, page_token=token)
        pages.append([one["symbol"] for one in page["option_contracts"]])
        token = page["next_page_token"]
    assert [len(page) for page in pages] == [60, 60, 36]
    assert len({one for page in pages for one in page}) == 156
    near = contracts(type="put", strike_price_gte="175", strike_price_lte="180")
    assert [one["strike_price"] for one in near["option_contracts"]] == ["175", "180"]


def test_market_data(alpaca: AlpacaStandIn, alpaca_http: httpx.Client) -> None:
    alpaca.set_quote("MSFT", None, Decimal(411))
    quotes = alpaca_http.get("/v2/stocks/quotes/latest", params={"symbols": "AAPL,MSFT,ZZZZQ"})
    fits(quotes.json(), "md_quotes_latest")
    assert quotes.json()["quotes"]["MSFT"]["bp"] == 0
    assert quotes.json()["quotes"].keys() == {"AAPL", "MSFT"}
    assert alpaca_http.get("/v2/stocks/quotes/latest").status_code == 400
    params = {"expiration_date": "2026-11-06", "limit": "10", "feed": "indicative"}
    chain = alpaca_http.get("/v1beta1/options/snapshots/AAPL", params=params).json()
    fits(chain, "md_option_chain")
    assert (len(chain["snapshots"]), chain["next_page_token"]) == (10, "10")


def test_crypto_has_its_own_rules(alpaca: AlpacaStandIn, alpaca_http: httpx.Client) -> None:
    alpaca.set_quote("BTC/USD", Decimal(27000), Decimal(27010))
    coin = {"symbol": "BTC/USD", "qty": "0.1", "limit_price": "26000"}
    refused(place(alpaca_http, **coin), 422, 42210000)
    order = placed(alpaca_http, **coin, time_in_force="gtc")
    assert order["asset_class"] == "crypto"
    alpaca.fill("ord-0001")
    assert alpaca_http.get("/v2/positions/BTCUSD").json()["qty"] == "0.1"


def test_two_hundred_a_minute(alpaca: AlpacaStandIn, alpaca_http: httpx.Client) -> None:
    for _ in range(200):
        answer = alpaca_http.get("/v2/account")
    assert answer.headers["x-ratelimit-remaining"] == "0"
    over = alpaca_http.get("/v2/account")
    assert (over.status_code, over.json()) == (429, example("alpaca/err_429"))
    assert over.headers["x-ratelimit-reset"] == str(int(alpaca.clock.now() + 60))
    alpaca.advance(60)
    assert alpaca_http.get("/v2/account").status_code == 200


def test_rejected_after_it_was_accepted(alpaca: AlpacaStandIn, alpaca_http: httpx.Client) -> None:
    alpaca.reject_later()
    order = placed(alpaca_http)
    assert order["status"] == "accepted"
    rejected = get(alpaca_http, order["id"])
    fits(rejected, "order_rejected_async")
    assert rejected["status"] == "rejected"
    assert rejected["failed_at"] is not None


def test_a_cancel_that_came_too_late(alpaca: AlpacaStandIn, alpaca_http: httpx.Client) -> None:
    order = placed(alpaca_http)
    alpaca.race_cancel(Race.FILL_WINS)
    refused(alpaca_http.delete(f"/v2/orders/{order['id']}"), 422, 42210000)
    assert get(alpaca_http, order["id"])["status"] == "filled"


def test_a_cancel_that_was_taken_and_lost(alpaca: AlpacaStandIn, alpaca_http: httpx.Client) -> None:
    order = placed(alpaca_http)
    alpaca.race_cancel(Race.FILL_AFTER_ANSWER, after=1)
    assert alpaca_http.delete(f"/v2/orders/{order['id']}").status_code == 204
    assert get(alpaca_http, order["id"])["status"] == "pending_cancel"
    alpaca.advance(1)
    assert get(alpaca_http, order["id"])["status"] == "filled"


def test_refused_on_command(alpaca: AlpacaStandIn, alpaca_http: httpx.Client) -> None:
    alpaca.fail_next(Fault.REFUSED, on="place")
    refused(place(alpaca_http), 403, 40310000)
    assert alpaca.orders() == []
