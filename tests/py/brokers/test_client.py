"""What all brokers' clients have in common: what is sent again, for how long, and what shows."""

import logging
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpcore
import httpx
import pytest
from tests.py.brokers.script import (
    SECRET,
    START,
    TOKEN,
    FakeClock,
    Script,
    keys,
    payload,
    token,
    told,
)

from twinbook.brokers import (
    Ambiguous,
    AssetClass,
    AuthFailed,
    BrokerError,
    BrokerProvider,
    Effect,
    OcoRequest,
    OrderChange,
    OrderRequest,
    OrderType,
    RateLimited,
    Side,
    TimedOut,
    TimeInForce,
    Unavailable,
    alpaca,
    kraken,
    tradier,
)
from twinbook.brokers.alpaca import Alpaca
from twinbook.brokers.client import Answer, Endpoint, is_loopback, limit_headers, retry_after
from twinbook.brokers.kraken import Kraken
from twinbook.brokers.reading import Malformed
from twinbook.brokers.tradier import Tradier

D = Decimal
STAND_IN = "http://127.0.0.1:8080"
KRAKENS_ID = "OAAAAA-BBBBB-CCCCCC"
ORDER = OrderRequest(
    client_id="6d1b345e-0000-4000-8000-000000000001",
    symbol="AAA",
    side=Side.BUY,
    quantity=D(10),
    order_type=OrderType.LIMIT,
    limit_price=D(25),
)
COIN = replace(
    ORDER,
    symbol="XBTUSD",
    asset_class=AssetClass.CRYPTO,
    time_in_force=TimeInForce.GTC,
)
OCO = OcoRequest(
    client_id="6d1b345e-0000-4000-8000-000000000002",
    symbol="AAA",
    side=Side.SELL,
    quantity=D(10),
    take_profit=D(30),
    stop_loss=D(20),
    effect=Effect.CLOSE,
)
PRICE = OrderChange(limit_price=D(24))

Act = Callable[[Any], object]
Open = Callable[[Script], BrokerProvider]

TO_TRADIER: Open = lambda script: Tradier(token(), transport=script)  # noqa: E731
TO_ALPACA: Open = lambda script: Alpaca(keys(), transport=script)  # noqa: E731
TO_KRAKEN: Open = lambda script: Kraken(keys(), STAND_IN, transport=script)  # noqa: E731
ALL = [TO_TRADIER, TO_ALPACA, TO_KRAKEN]

# Each call, and whether it is asked again when no clear answer comes.
CALLS: list[tuple[Open, Act, bool]] = [
    (TO_TRADIER, lambda b: b.quotes(["AAA"]), True),
    (TO_TRADIER, lambda b: b.expirations("AAA"), True),
    (TO_TRADIER, lambda b: b.chain("AAA", date(2026, 12, 18)), True),
    (TO_TRADIER, lambda b: b.balance(), True),
    (TO_TRADIER, lambda b: b.positions(), True),
    (TO_TRADIER, lambda b: b.test_connection(), True),
    (TO_TRADIER, lambda b: b.get_order("1"), True),
    (TO_TRADIER, lambda b: b.list_orders(), True),
    (TO_TRADIER, lambda b: b.cancel_order("1"), True),
    (TO_TRADIER, lambda b: b.preview_order(ORDER), True),
    (TO_TRADIER, lambda b: b.place_order(ORDER), False),
    (TO_TRADIER, lambda b: b.place_oco(OCO), False),
    (TO_TRADIER, lambda b: b.replace_order("1", PRICE), False),
    (TO_ALPACA, lambda b: b.quotes(["AAA"]), True),
    (TO_ALPACA, lambda b: b.expirations("AAA"), True),
    (TO_ALPACA, lambda b: b.chain("AAA", date(2026, 12, 18)), True),
    (TO_ALPACA, lambda b: b.balance(), True),
    (TO_ALPACA, lambda b: b.positions(), True),
    (TO_ALPACA, lambda b: b.test_connection(), True),
    (TO_ALPACA, lambda b: b.get_order("1"), True),
    (TO_ALPACA, lambda b: b.list_orders(), True),
    (TO_ALPACA, lambda b: b.list_orders(client_id="x"), True),
    (TO_ALPACA, lambda b: b.fills(START), True),
    (TO_ALPACA, lambda b: b.cancel_order("1"), True),
    (TO_ALPACA, lambda b: b.place_order(ORDER), False),
    (TO_ALPACA, lambda b: b.place_oco(OCO), False),
    (TO_ALPACA, lambda b: b.replace_order("1", PRICE), False),
    (TO_KRAKEN, lambda b: b.quotes(["XBTUSD"]), True),
    (TO_KRAKEN, lambda b: b.balance(), True),
    (TO_KRAKEN, lambda b: b.positions(), True),
    (TO_KRAKEN, lambda b: b.test_connection(), True),
    (TO_KRAKEN, lambda b: b.get_order(KRAKENS_ID), True),
    (TO_KRAKEN, lambda b: b.list_orders(), True),
    (TO_KRAKEN, lambda b: b.fills(START), True),
    (TO_KRAKEN, lambda b: b.fills(START, KRAKENS_ID), True),
    (TO_KRAKEN, lambda b: b.cancel_order(KRAKENS_ID), True),
    (TO_KRAKEN, lambda b: b.preview_order(COIN), True),
    (TO_KRAKEN, lambda b: b.place_order(COIN), False),
]


class Failing(Script):
    """Fails each time, but for Kraken's pairs, which other calls need first."""

    def __init__(self, fault: Callable[[], httpx.Response | Exception]) -> None:
        super().__init__()
        self.fault = fault

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("AssetPairs"):
            return payload("kraken/asset_pairs.json")
        self.requests.append(request)
        fault = self.fault()
        if isinstance(fault, Exception):
            raise fault
        return fault


@pytest.mark.parametrize(
    "fault",
    [
        lambda: httpx.ReadTimeout("slow"),
        lambda: httpx.RemoteProtocolError("dropped"),
        lambda: httpx.Response(502, html="<html>Bad Gateway</html>"),
        lambda: httpx.Response(200, html="<html>hello</html>"),
    ],
)
@pytest.mark.parametrize(("open_broker", "act", "is_asked_again"), CALLS)
def test_only_what_is_idempotent_is_asked_again(
    open_broker: Open,
    act: Act,
    fault: Callable[[], httpx.Response | Exception],
    *,
    is_asked_again: bool,
) -> None:
    script = Failing(fault)
    with pytest.raises(BrokerError) as failed:
        act(open_broker(script))
    assert len(script.requests) == (3 if is_asked_again else 1)
    assert isinstance(failed.value, Unavailable if is_asked_again else Ambiguous)
    assert failed.value.order_may_exist != is_asked_again
    assert failed.value.hint


def test_the_table_of_what_may_be_asked_again() -> None:
    once = {
        (module.__name__.rpartition(".")[2], name)
        for module in (tradier, alpaca, kraken)
        for name, endpoint in vars(module).items()
        if isinstance(endpoint, Endpoint) and not endpoint.idempotent
    }
    assert once == {
        ("tradier", "_PLACE"),
        ("tradier", "_REPLACE"),
        ("alpaca", "_PLACE"),
        ("alpaca", "_REPLACE"),
        ("kraken", "_PLACE"),
    }


@pytest.mark.parametrize(("open_broker", "act", "is_asked_again"), CALLS)
def test_what_never_left_is_not_ambiguous(
    open_broker: Open, act: Act, *, is_asked_again: bool
) -> None:
    script = Failing(lambda: httpx.ConnectError("refused"))
    with pytest.raises(Unavailable) as failed:
        act(open_broker(script))
    assert not failed.value.order_may_exist
    assert len(script.requests) == (3 if is_asked_again else 1)


@pytest.mark.parametrize("open_broker", ALL)
def test_what_is_refused_for_good_is_not_asked_again(open_broker: Open) -> None:
    script = Failing(lambda: httpx.Response(403))
    with pytest.raises(AuthFailed):
        open_broker(script).positions()
    assert len(script.requests) == 1


def test_between_two_attempts_there_is_a_pause(fake_clock: FakeClock) -> None:
    with pytest.raises(Unavailable):
        TO_TRADIER(Failing(lambda: httpx.Response(503))).positions()
    assert len(fake_clock.waited) == 2
    assert max(fake_clock.waited) <= 5


class Dripping(httpx.SyncByteStream):
    """An answer whose pieces come slowly, each of them in time."""

    def __init__(self, fake_clock: FakeClock) -> None:
        self.fake_clock = fake_clock
        self.is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.fake_clock.passed += 10
            yield b" "

    def close(self) -> None:
        self.is_closed = True


def test_a_slow_answer_is_not_waited_for_to_its_end(fake_clock: FakeClock) -> None:
    slow = [Dripping(fake_clock) for _ in range(4)]
    script = Script(*[httpx.Response(200, stream=one) for one in slow])
    broker = TO_TRADIER(script)
    with pytest.raises(TimedOut):
        broker.positions()
    with pytest.raises(Ambiguous):
        broker.place_order(ORDER)
    assert fake_clock.passed - sum(fake_clock.waited) == pytest.approx(4 * 40)
    assert all(one.is_closed for one in slow)


def test_an_endless_answer_is_cut() -> None:
    class Endless(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                yield b" " * 2**24

    with pytest.raises(Ambiguous):
        TO_TRADIER(Script(httpx.Response(200, stream=Endless()))).place_order(ORDER)


def test_every_request_has_thirty_seconds() -> None:
    script = Script(payload("tradier/positions_empty.json"))
    TO_TRADIER(script).positions()
    assert set(script.last.extensions["timeout"].values()) == {30.0}


def test_redirects_are_not_followed() -> None:
    elsewhere = httpx.Response(307, headers={"Location": "https://elsewhere.example/"})
    script = Script(elsewhere)
    with pytest.raises(Ambiguous):
        TO_TRADIER(script).place_order(ORDER)
    assert len(script.requests) == 1


def test_a_refusal_by_number_is_waited_out_by_reads(fake_clock: FakeClock) -> None:
    expiry = str(int((START + timedelta(seconds=17)).timestamp() * 1000))
    headers = {"X-Ratelimit-Available": "0", "X-Ratelimit-Expiry": expiry}
    script = Script(httpx.Response(429, headers=headers), payload("tradier/positions_empty.json"))
    assert TO_TRADIER(script).positions() == []
    assert fake_clock.passed == pytest.approx(17)


def test_a_refusal_by_number_ends_an_order(fake_clock: FakeClock) -> None:
    script = Script(httpx.Response(429, headers={"Retry-After": "100"}))
    broker = TO_ALPACA(script)
    for _ in range(2):
        with pytest.raises(RateLimited) as refused:
            broker.place_order(ORDER)
        assert not refused.value.order_may_exist
        assert refused.value.retry_after == pytest.approx(100)
    # The second one was not even sent, since it would have waited too long.
    assert len(script.requests) == 1
    assert fake_clock.waited == []


def test_headers_slow_the_next_request_down(fake_clock: FakeClock) -> None:
    reset = str(int((START + timedelta(seconds=40)).timestamp()))
    headers = {
        "X-RateLimit-Limit": "200",
        "X-RateLimit-Remaining": "20",
        "X-RateLimit-Reset": reset,
    }
    script = Script(
        payload("alpaca/orders_empty.json", headers=headers), payload("alpaca/orders_empty.json")
    )
    broker = TO_ALPACA(script)
    broker.list_orders()
    assert fake_clock.waited == []
    broker.list_orders()
    assert fake_clock.waited == [40]


@pytest.mark.parametrize(
    ("environment_reads", "documented"), [("sandbox", 60), ("production", 120)]
)
def test_tradiers_limits_are_the_environments(environment_reads: str, documented: int) -> None:
    broker = Tradier(replace(token(), environment=environment_reads))  # type: ignore[arg-type]
    limits = broker._http.limits
    free = 0
    while limits["market"].reserve(1) == 0:
        free += 1
    assert free == documented * 9 // 10
    assert limits["account"].reserve(1) == 0


def test_clients_of_one_token_share_its_limits() -> None:
    one, other = (Tradier(token()) for _ in range(2))
    assert one._http.limits == other._http.limits
    stranger = Tradier(replace(token(), token=keys().secret))
    assert one._http.limits["trade"] is not stranger._http.limits["trade"]


@pytest.mark.parametrize("reset", ["soon", "nan", "inf", ""])
def test_headers_that_make_no_sense_are_ignored(reset: str) -> None:
    headers = httpx.Headers({"left": "5", "reset": reset})
    assert limit_headers(headers, "left", "reset", "limit") is None
    assert limit_headers(httpx.Headers(), "left", "reset", "limit") is None


def test_resets_are_in_seconds_or_milliseconds() -> None:
    at = int((START + timedelta(seconds=30)).timestamp())
    for reset in (str(at), str(at * 1000)):
        headers = httpx.Headers({"left": "5", "reset": reset, "limit": "60"})
        assert limit_headers(headers, "left", "reset", "limit") == (5, 30.0, 60)


def test_a_refusals_own_time_comes_first() -> None:
    at = str(int((START + timedelta(hours=3)).timestamp()))
    limits = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": at}
    assert retry_after(httpx.Headers({"retry-after": "7", **limits})) == 7
    assert retry_after(httpx.Headers(limits)) == 60
    assert retry_after(httpx.Headers({"retry-after": "soon"})) is None


def test_prices_are_never_floats() -> None:
    answer = Answer(200, httpx.Headers(), b'{"p": 0.30000000000000004, "q": 1e-7, "n": 5}')
    assert answer.json() == {"p": D("0.30000000000000004"), "q": D("1e-7"), "n": 5}


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b'{"p": Infinity}', b"[" * 100_000, b"\xff"])
def test_what_is_no_json(body: bytes) -> None:
    with pytest.raises(Malformed):
        Answer(200, httpx.Headers(), body).json()


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("127.0.0.1.example.com", False),
        ("127.example.com", False),
        ("10.0.0.1", False),
    ],
)
def test_this_machine(host: str, *, is_here: bool) -> None:
    assert is_loopback(host) == is_here


def _echoes() -> list[httpx.Response | Exception]:
    said = f"bad token {TOKEN} or {SECRET}\x00\n<b>"
    return [
        httpx.Response(400, text=said),
        httpx.Response(401, text=said),
        httpx.Response(429, text=said),
        httpx.Response(500, text=said),
        told({"errors": {"error": [said]}}),
        told({"fault": {"faultstring": said, "detail": {"errorcode": said}}}, 401),
        told({"code": 40310000, "message": said}, 403),
        told({"code": said, "message": said}, 422),
        told({"error": [said]}),
        told({"error": ["EService:" + said]}),
        httpx.ConnectError(said),
        httpx.ReadTimeout(said),
    ]


@pytest.mark.parametrize("number", range(12))
@pytest.mark.parametrize("open_broker", ALL)
def test_no_error_shows_a_secret(
    open_broker: Open, number: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    broker = open_broker(Failing(lambda: _echoes()[number]))
    order = COIN if broker.name == "kraken" else ORDER
    calls: list[Callable[[], object]] = [broker.positions, lambda: broker.place_order(order)]
    for call in calls:
        with pytest.raises(BrokerError) as failed:
            call()
        error = failed.value
        shown = [str(error), repr(error), error.message, error.hint, error.code, repr(broker)]
        shown += traceback.format_exception(error)
        shown += [str(error.__cause__), str(error.__context__)]
        text = "\n".join([*shown, caplog.text])
        assert not [part for part in broker.credentials.secrets if part.reveal() in text]
        assert "\x00" not in text


@pytest.mark.parametrize("open_broker", ALL)
def test_nothing_that_holds_a_broker_shows_a_secret(open_broker: Open) -> None:
    broker = open_broker(Script())
    shown = repr(broker) + repr(vars(broker)) + repr(broker.credentials)
    shown += repr(vars(broker._http)) + repr(broker.state)  # type: ignore[attr-defined]
    assert TOKEN not in shown
    assert SECRET not in shown


def test_no_log_shows_a_secret_however_deep(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body = b'{"positions":"null"}'
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    transport = httpx.HTTPTransport()
    # Everything of httpx's and httpcore's but the socket itself.
    transport._pool = httpcore.ConnectionPool(
        network_backend=httpcore.MockBackend([answer % len(body) + body])
    )
    with Tradier(token(), "http://localhost:8080", transport=transport) as broker:
        assert broker.positions() == []
    assert "httpcore" in {record.name.partition(".")[0] for record in caplog.records}
    assert TOKEN not in caplog.text
