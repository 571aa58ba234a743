"""Tradier's stand-in, asked with plain HTTP."""

from decimal import Decimal
from typing import Any

import httpx
import pytest
from tests.py.brokers.shapes import example, misfits, text_example

from twinbook.brokers.standin import Fault, Login, Race, TradierStandIn

ORDERS = "/accounts/VA00000001/orders"
BUY = {
    "class": "equity",
    "symbol": "AAPL",
    "side": "buy",
    "quantity": "10",
    "type": "limit",
    "duration": "day",
    "price": "170.00",
    "tag": "ord-0001",
}


def place(http: httpx.Client, **changes: str) -> httpx.Response:
    form = {**BUY, **changes}
    return http.post(ORDERS, data={name: value for name, value in form.items() if value})


def placed(http: httpx.Client, **changes: str) -> int:
    answer = place(http, **changes)
    assert answer.status_code == 200
    assert answer.json()["order"]["status"] == "ok"
    return int(answer.json()["order"]["id"])


def get(http: httpx.Client, number: int) -> Any:
    return http.get(f"{ORDERS}/{number}", params={"includeTags": "true"}).json()


def listed(http: httpx.Client) -> Any:
    return http.get(ORDERS, params={"includeTags": "true"}).json()


def fits(value: Any, name: str, *optional: str) -> None:
    assert misfits(value, example(f"tradier/{name}"), optional=optional) == []


def test_profile_and_balances(tradier_http: httpx.Client) -> None:
    fits(tradier_http.get("/user/profile").json(), "profile_one_account")
    balances = tradier_http.get("/accounts/VA00000001/balances").json()
    fits(balances, "balances_margin")
    assert balances["balances"]["margin"]["stock_buying_power"] == 200_000


def test_quotes_of_one_many_and_none(tradier_http: httpx.Client) -> None:
    def quotes(symbols: str) -> Any:
        return tradier_http.get("/markets/quotes", params={"symbols": symbols}).json()

    fits(quotes("AAPL"), "quotes_one")
    fits(quotes("AAPL,MSFT,ZZZZQ"), "quotes_many_unmatched")
    fits(quotes("ZZZZQ,YYYYQ"), "quotes_none_matched")
    by_post = tradier_http.post("/markets/quotes", data={"symbols": "SPY", "greeks": "false"})
    assert by_post.json()["quotes"]["quote"]["symbol"] == "SPY"
    assert tradier_http.get("/markets/quotes").status_code == 400


def test_options(tradier_http: httpx.Client) -> None:
    def expirations(**params: str) -> Any:
        return tradier_http.get("/markets/options/expirations", params=params).json()

    plain = expirations(symbol="AAPL")
    fits(plain, "expirations_dates")
    assert len(plain["expirations"]["date"]) == 6
    extras = {"strikes": "true", "contractSize": "true", "expirationType": "true"}
    fits(expirations(symbol="AAPL", **extras), "expirations_detailed")
    fits(expirations(symbol="MSFT"), "expirations_empty")

    day = plain["expirations"]["date"][0]
    params = {"symbol": "AAPL", "expiration": day, "greeks": "true"}
    chain = tradier_http.get("/markets/options/chains", params=params).json()
    fits(chain, "chain_with_greeks")
    calls = [one for one in chain["options"]["option"] if one["option_type"] == "call"]
    deltas = [one["greeks"]["delta"] for one in calls]
    assert deltas == sorted(deltas, reverse=True)
    params["expiration"] = "2030-01-01"
    empty = tradier_http.get("/markets/options/chains", params=params).json()
    assert empty == example("tradier/chain_empty")
    del params["expiration"]
    assert tradier_http.get("/markets/options/chains", params=params).status_code == 400


def test_place_get_list(tradier: TradierStandIn, tradier_http: httpx.Client) -> None:
    assert listed(tradier_http) == example("tradier/orders_empty")
    answer = place(tradier_http)
    fits(answer.json(), "order_place_ok")
    number = answer.json()["order"]["id"]
    fits(get(tradier_http, number), "order_get_open")
    assert get(tradier_http, number)["order"]["status"] == "open"
    fits(listed(tradier_http), "orders_one")
    placed(tradier_http, tag="ord-0002")
    fits(listed(tradier_http), "orders_many")
    assert "tag" not in tradier_http.get(ORDERS).json()["orders"]["order"][0]


def test_first_status_is_pending() -> None:
    with TradierStandIn(frozen=True, settle_seconds=5) as broker:
        headers = {"Authorization": f"Bearer {broker.logins[0].key}", "Accept": "application/json"}
        with httpx.Client(base_url=broker.url, headers=headers) as http:
            number = placed(http)
            assert get(http, number)["order"]["status"] == "pending"
            broker.advance(5)
            assert get(http, number)["order"]["status"] == "open"


def test_marketable_orders_fill_at_the_quote(
    tradier: TradierStandIn, tradier_http: httpx.Client
) -> None:
    number = placed(tradier_http, type="market", price="")
    order = get(tradier_http, number)["order"]
    assert (order["status"], order["avg_fill_price"]) == ("filled", 180.01)
    positions = tradier_http.get("/accounts/VA00000001/positions").json()
    fits(positions, "positions_one")
    placed(tradier_http, symbol="MSFT", type="market", price="")
    fits(tradier_http.get("/accounts/VA00000001/positions").json(), "positions_many")
    assert tradier.snapshot().cash == {"VA00000001": Decimal("94099.8")}


def test_a_resting_limit_fills_at_its_limit(
    tradier: TradierStandIn, tradier_http: httpx.Client
) -> None:
    number = placed(tradier_http)
    get(tradier_http, number)
    tradier.set_quote("AAPL", Decimal("169.5"), Decimal("169.6"))
    assert get(tradier_http, number)["order"]["avg_fill_price"] == 170


def test_partial_fills_have_no_id_but_averages(
    tradier: TradierStandIn, tradier_http: httpx.Client
) -> None:
    number = placed(tradier_http)
    tradier.fill("ord-0001", Decimal(3), Decimal("169.90"))
    tradier.fill("ord-0001", Decimal(1), Decimal("170"))
    shown = get(tradier_http, number)
    fits(shown, "order_get_partial")
    order = shown["order"]
    assert order["status"] == "partially_filled"
    assert (order["exec_quantity"], order["remaining_quantity"]) == (4, 6)
    assert (order["last_fill_quantity"], order["avg_fill_price"]) == (1, 169.925)


def test_cancel_and_cancel_again(tradier: TradierStandIn, tradier_http: httpx.Client) -> None:
    number = placed(tradier_http)
    tradier.fill("ord-0001", Decimal(4))
    fits(tradier_http.delete(f"{ORDERS}/{number}").json(), "order_cancel_ok")
    order = get(tradier_http, number)["order"]
    assert (order["status"], order["exec_quantity"], order["remaining_quantity"]) == (
        "canceled",
        4,
        0,
    )
    again = tradier_http.delete(f"{ORDERS}/{number}")
    assert again.status_code == 400
    assert again.headers["content-type"] == "text/plain"
    assert again.text == text_example("tradier/order_cancel_400_final")


def test_replace_changes_price_in_place(
    tradier: TradierStandIn, tradier_http: httpx.Client
) -> None:
    number = placed(tradier_http)
    answer = tradier_http.put(f"{ORDERS}/{number}", data={"price": "171.5", "duration": "gtc"})
    fits(answer.json(), "order_cancel_ok")
    order = get(tradier_http, number)["order"]
    assert (order["id"], order["price"], order["duration"]) == (number, 171.5, "gtc")
    refused = tradier_http.put(f"{ORDERS}/{number}", data={"quantity": "20"})
    assert refused.status_code == 400
    tradier.fill(str(number))
    too_late = tradier_http.put(f"{ORDERS}/{number}", data={"price": "172"})
    assert too_late.text == "order already in finalized state: filled"


def test_stops_trigger_on_the_last_price(
    tradier: TradierStandIn, tradier_http: httpx.Client
) -> None:
    placed(tradier_http, type="market", price="")
    number = placed(tradier_http, side="sell", type="stop", price="", stop="175", tag="stop")
    tradier.set_quote("AAPL", Decimal(174), Decimal(176), Decimal("175.5"))
    assert get(tradier_http, number)["order"]["status"] == "open"
    tradier.set_quote("AAPL", Decimal(174), Decimal(176), Decimal("175"))
    order = get(tradier_http, number)["order"]
    assert (order["status"], order["avg_fill_price"], order["stop_price"]) == ("filled", 174, 175)


def test_a_day_order_expires_and_leaves_the_list(
    tradier: TradierStandIn, tradier_http: httpx.Client
) -> None:
    number = placed(tradier_http)
    good = placed(tradier_http, duration="gtc", tag="ord-gtc")
    tradier.advance(6.5 * 3600)
    assert get(tradier_http, number)["order"]["status"] == "expired"
    assert len(listed(tradier_http)["orders"]["order"]) == 2
    tradier.advance(8 * 3600)  # midnight in New York
    assert listed(tradier_http) == example("tradier/orders_empty")
    assert get(tradier_http, good)["order"]["status"] == "open"


def test_preview_places_nothing(tradier_http: httpx.Client) -> None:
    answer = place(tradier_http, preview="true", tag="")
    fits(answer.json(), "order_preview_ok")
    assert answer.json()["order"]["order_cost"] == 1700
    assert listed(tradier_http) == example("tradier/orders_empty")
    poor = place(tradier_http, preview="true", quantity="100000")
    fits(poor.json(), "order_place_200_errors_list")


@pytest.mark.parametrize("header", ["Bearer wrong", "Basic wrong", "wrong"])
def test_a_wrong_token_is_refused(tradier_http: httpx.Client, header: str) -> None:
    answer = tradier_http.get("/user/profile", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.json() == example("tradier/fault_401_token")


def test_foreign_and_unknown_orders_look_alike(tradier_http: httpx.Client) -> None:
    for path in (f"{ORDERS}/1", f"{ORDERS}/abc"):
        answer = tradier_http.get(path)
        assert (answer.status_code, answer.text) == (
            401,
            text_example("tradier/order_401_not_yours"),
        )
    assert tradier_http.get("/accounts/VA9/balances").status_code == 401


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"tag": "with space"}, "tag"),
        ({"tag": "under_score"}, "tag"),
        ({"tag": "x" * 256}, "tag"),
        ({"quantity": "1.5"}, "quantity"),
        ({"quantity": "0"}, "quantity"),
        ({"price": "1e2"}, "price"),
        ({"price": ""}, "price"),
        ({"type": "trailing"}, "type"),
        ({"side": "long"}, "side"),
        ({"duration": "ioc"}, "duration"),
        ({"duration": "pre", "type": "market"}, "duration"),
        ({"class": "future"}, "class"),
        ({"symbol": ""}, "symbol"),
        ({"class": "option"}, "option_symbol"),
    ],
)
def test_a_form_that_makes_no_sense_is_refused_in_plain_text(
    tradier: TradierStandIn, tradier_http: httpx.Client, changes: dict[str, str], name: str
) -> None:
    answer = place(tradier_http, **changes)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "text/plain"
    assert answer.text.startswith(f"Invalid parameter, {name}:")
    assert tradier.orders() == []


def test_the_bad_tag_in_tradiers_words(tradier_http: httpx.Client) -> None:
    assert place(tradier_http, tag="a b").text == text_example("tradier/order_400_bad_tag")


def test_only_forms_are_read(tradier_http: httpx.Client) -> None:
    assert tradier_http.post(ORDERS, json=BUY).status_code == 400


def test_without_accept_the_answer_is_xml(tradier_http: httpx.Client) -> None:
    answer = tradier_http.get("/user/profile", headers={"Accept": "*/*"})
    assert answer.headers["content-type"] == "application/xml"
    assert "<account_number>VA00000001</account_number>" in answer.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"symbol": "ZZZZQ"}, "SecurityUndefined"),
        ({"quantity": "2000"}, ["Backoffice rejected override of the order.", "InitialMargin"]),
        ({"side": "sell"}, "UnexpectedSellOrder"),
        ({"side": "buy_to_cover"}, "UnexpectedBuyToCoverOrder"),
        ({"side": "sell_short", "duration": "gtc"}, "ShortOrderIsGtc"),
        ({"quantity": "20000000"}, "IncorrectOrderQuantity"),
    ],
)
def test_what_the_account_may_not_is_a_200_with_errors(
    tradier: TradierStandIn, tradier_http: httpx.Client, changes: dict[str, str], error: Any
) -> None:
    answer = place(tradier_http, **changes)
    assert answer.status_code == 200
    assert answer.json() == {"errors": {"error": error}}
    assert tradier.orders() == []


def test_what_an_order_sells_another_cannot(
    tradier: TradierStandIn, tradier_http: httpx.Client
) -> None:
    placed(tradier_http, type="market", price="")
    placed(tradier_http, side="sell", price="200")
    twice = place(tradier_http, side="sell", price="201")
    assert twice.json()["errors"]["error"] == "LongPositionCrossZero"


def test_working_orders_reserve_buying_power(
    tradier: TradierStandIn, tradier_http: httpx.Client
) -> None:
    for _ in range(2):
        placed(tradier_http, quantity="500")
    assert "errors" in place(tradier_http, quantity="500").json()


def test_tags_are_not_unique(tradier: TradierStandIn, tradier_http: httpx.Client) -> None:
    first, second = placed(tradier_http), placed(tradier_http)
    assert first != second
    assert len(tradier.snapshot().orders["ord-0001"]) == 2


def otoco(**changes: str) -> dict[str, str]:
    form = {
        "class": "otoco",
        "duration": "gtc",
        "tag": "bracket",
        "symbol[0]": "AAPL",
        "side[0]": "buy",
        "quantity[0]": "10",
        "type[0]": "limit",
        "price[0]": "170",
        "symbol[1]": "AAPL",
        "side[1]": "sell",
        "quantity[1]": "10",
        "type[1]": "limit",
        "price[1]": "190",
        "symbol[2]": "AAPL",
        "side[2]": "sell",
        "quantity[2]": "10",
        "type[2]": "stop",
        "stop[2]": "160",
    }
    return {name: value for name, value in (form | changes).items() if value}


def test_an_otoco_releases_its_exits_and_one_cancels_the_other(
    tradier: TradierStandIn, tradier_http: httpx.Client
) -> None:
    number = tradier_http.post(ORDERS, data=otoco()).json()["order"]["id"]
    shown = get(tradier_http, number)
    # The example's stop carries a price too, which no stop has.
    fits(shown, "order_get_otoco", "price", "stop_price")

    def states() -> list[str]:
        whole = get(tradier_http, number)["order"]
        return [whole["status"], *(leg["status"] for leg in whole["leg"])]

    assert states() == ["open", "open", "pending", "pending"]
    tradier.set_quote("AAPL", Decimal("169.9"), Decimal("169.95"))
    assert states() == ["open", "filled", "open", "open"]
    tradier.set_quote("AAPL", Decimal("190.1"), Decimal("190.2"))
    assert states() == ["filled", "filled", "filled", "canceled"]
    assert tradier.snapshot().positions == {}


def test_canceling_an_otoco_cancels_its_legs(
    tradier: TradierStandIn, tradier_http: httpx.Client
) -> None:
    number = tradier_http.post(ORDERS, data=otoco()).json()["order"]["id"]
    assert tradier_http.delete(f"{ORDERS}/{number}").status_code == 200
    assert {order.status for order in tradier.orders()} == {"canceled"}


def test_an_exit_filled_in_part_shrinks_the_other(
    tradier: TradierStandIn, tradier_http: httpx.Client
) -> None:
    placed(tradier_http, type="market", price="")
    legs = otoco()
    oco = {"class": "oco", "duration": "gtc"}
    for name, value in legs.items():
        if name.endswith(("[1]", "[2]")):
            oco[f"{name[:-2]}{int(name[-2]) - 1}]"] = value
    number = tradier_http.post(ORDERS, data=oco).json()["order"]["id"]
    profit, loss = get(tradier_http, number)["order"]["leg"]
    tradier.fill(str(profit["id"]), Decimal(4))
    whole = get(tradier_http, number)["order"]
    assert [leg["quantity"] for leg in whole["leg"]] == [10, 6]
    tradier.fill(str(profit["id"]))
    assert get(tradier_http, loss["id"])["order"]["status"] == "canceled"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"type[0]": "market", "price[0]": ""}, "OtoFirstLegIsMarketNotAllowed"),
        ({"price[1]": "160"}, "OcoPriceDifferenceIsLessThanDelta"),
    ],
)
def test_linked_orders_have_rules(
    tradier_http: httpx.Client, changes: dict[str, str], error: str
) -> None:
    answer = tradier_http.post(ORDERS, data=otoco(**changes))
    assert answer.json() == {"errors": {"error": error}}


@pytest.mark.parametrize(
    "changes",
    [
        {"type[2]": "limit", "price[2]": "191", "stop[2]": ""},
        {"symbol[2]": "MSFT"},
        {"duration[2]": "day"},
        {"quantity[2]": "9"},
        {"symbol[3]": "AAPL"},
        {"colour[1]": "red"},
    ],
)
def test_a_pair_that_does_not_match_is_refused(
    tradier_http: httpx.Client, changes: dict[str, str]
) -> None:
    assert tradier_http.post(ORDERS, data=otoco(**changes)).status_code == 400


def spread(tradier: TradierStandIn) -> dict[str, str]:
    symbols = sorted(quote.symbol for quote in tradier.quotes())
    near, far = [one for one in symbols if one.startswith("AAPL") and "C00" in one][4:6]
    return {
        "class": "multileg",
        "symbol": "AAPL",
        "type": "debit",
        "price": "0.80",
        "duration": "day",
        "tag": "spread",
        "option_symbol[0]": near,
        "side[0]": "buy_to_open",
        "quantity[0]": "1",
        "option_symbol[1]": far,
        "side[1]": "sell_to_open",
        "quantity[1]": "1",
    }


def test_a_combination_trades_at_its_net_price(
    tradier: TradierStandIn, tradier_http: httpx.Client
) -> None:
    form = spread(tradier)
    number = tradier_http.post(ORDERS, data=form).json()["order"]["id"]
    fits(get(tradier_http, number), "order_get_multileg")
    tradier.set_quote(form["option_symbol[1]"], Decimal("0.30"), Decimal("0.35"))
    tradier.set_quote(form["option_symbol[0]"], Decimal("1.00"), Decimal("1.05"))
    order = get(tradier_http, number)["order"]
    assert (order["status"], order["avg_fill_price"]) == ("filled", 0.75)
    assert [leg["avg_fill_price"] for leg in order["leg"]] == [1.05, 0.3]
    assert tradier.snapshot().cash == {"VA00000001": Decimal(99_925)}


def test_options_are_bought_and_closed(tradier: TradierStandIn, tradier_http: httpx.Client) -> None:
    symbol = spread(tradier)["option_symbol[0]"]
    option = {"class": "option", "option_symbol": symbol, "type": "market", "price": ""}
    assert "errors" in place(tradier_http, **option, side="sell_to_close", quantity="1").json()
    placed(tradier_http, **option, side="buy_to_open", quantity="2")
    number = placed(tradier_http, **option, side="sell_to_close", quantity="2")
    order = get(tradier_http, number)["order"]
    assert (order["status"], order["option_symbol"]) == ("filled", symbol)
    assert tradier.snapshot().positions == {}


def test_limits_are_counted_a_group_a_minute(
    tradier: TradierStandIn, tradier_http: httpx.Client
) -> None:
    for number in range(60):
        answer = tradier_http.get("/user/profile")
        assert answer.headers["x-ratelimit-available"] == str(59 - number)
    refused = tradier_http.get("/user/profile")
    assert refused.status_code == 429
    assert refused.headers["x-ratelimit-used"] == "60"
    ends = int(refused.headers["x-ratelimit-expiry"])
    assert ends == int((tradier.clock.now() + 60) * 1000)
    assert tradier_http.get("/markets/quotes", params={"symbols": "SPY"}).status_code == 200
    tradier.advance(60)
    assert tradier_http.get("/user/profile").status_code == 200


def test_rejected_late(tradier: TradierStandIn, tradier_http: httpx.Client) -> None:
    tradier.reject_later()
    number = placed(tradier_http)
    shown = get(tradier_http, number)
    fits(shown, "order_get_rejected_late")
    assert shown["order"]["status"] == "rejected"


def test_refused_but_kept(tradier: TradierStandIn, tradier_http: httpx.Client) -> None:
    tradier.fail_next(Fault.REFUSED, commit=True, on="place")
    fits(place(tradier_http).json(), "order_place_200_errors_list")
    assert listed(tradier_http)["orders"]["order"]["status"] == "rejected"


def test_a_cancel_that_came_too_late(tradier: TradierStandIn, tradier_http: httpx.Client) -> None:
    number = placed(tradier_http)
    tradier.race_cancel(Race.FILL_WINS)
    answer = tradier_http.delete(f"{ORDERS}/{number}")
    assert (answer.status_code, answer.text) == (
        400,
        "order already in finalized state: filled",
    )


def test_a_slow_cancel_shows_pending_cancel(
    tradier: TradierStandIn, tradier_http: httpx.Client
) -> None:
    number = placed(tradier_http)
    tradier.race_cancel(Race.SLOW, after=5)
    tradier_http.delete(f"{ORDERS}/{number}")
    assert get(tradier_http, number)["order"]["status"] == "pending_cancel"
    tradier.advance(5)
    assert get(tradier_http, number)["order"]["status"] == "canceled"


def test_several_accounts() -> None:
    login = Login("mine", "", ("VA00000001", "VA00000002"))
    with TradierStandIn(logins=[login]) as broker:
        headers = {"Authorization": "Bearer mine", "Accept": "application/json"}
        with httpx.Client(base_url=broker.url, headers=headers) as http:
            fits(http.get("/user/profile").json(), "profile_many_accounts")
            assert place(http).status_code == 200
            assert http.get("/accounts/VA00000002/orders").json() == example("tradier/orders_empty")
            assert http.get("/accounts/VA00000002/positions").json() == (
                example("tradier/positions_empty")
            )


def test_cash_account_and_json_null() -> None:
    with TradierStandIn(account_type="cash", empty=None, frozen=True) as broker:
        headers = {"Authorization": f"Bearer {broker.logins[0].key}", "Accept": "application/json"}
        with httpx.Client(base_url=broker.url, headers=headers) as http:
            assert http.get(ORDERS).json() == {"orders": None}
            balances = http.get("/accounts/VA00000001/balances").json()["balances"]
            assert balances["cash"]["cash_available"] == 100_000
            assert "errors" in place(http, quantity="600").json()
