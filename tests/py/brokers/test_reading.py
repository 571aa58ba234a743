"""Numbers, times and words of brokers; and that no answer whatever is met by another exception."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.py.brokers.script import START, Script, keys, payload, token

from twinbook.brokers import (
    AssetClass,
    BrokerError,
    BrokerProvider,
    OrderChange,
    OrderRequest,
    OrderStatus,
    OrderType,
    Rejected,
    Side,
    TimeInForce,
    state,
)
from twinbook.brokers.alpaca import Alpaca
from twinbook.brokers.kraken import Kraken
from twinbook.brokers.reading import (
    Malformed,
    contract,
    day,
    from_epoch,
    maybe_number,
    moment,
    number,
    plain,
    price,
    standing,
    text,
)
from twinbook.brokers.tradier import Tradier

D = Decimal
_PAYLOADS = Path(__file__).with_name("payloads")
ORDER = OrderRequest(
    client_id="6d1b345e-0000-4000-8000-000000000001",
    symbol="XBTUSD",
    side=Side.BUY,
    quantity=D(10),
    order_type=OrderType.LIMIT,
    limit_price=D(25),
    time_in_force=TimeInForce.GTC,
)


def test_numbers() -> None:
    assert [number(told) for told in (5, "5.50", D("1e-7"))] == [D(5), D("5.50"), D("1e-7")]
    assert [maybe_number(told) for told in (None, "")] == [None, None]
    assert [price(told) for told in (0, "0.0000", None)] == [None, None, None]
    wrongs: list[object] = [True, 0.5, "NaN", "inf", "five", [], {}]
    for wrong in wrongs:
        with pytest.raises(Malformed):
            number(wrong)
    with pytest.raises(Malformed):
        number(None)


def test_times() -> None:
    at = datetime(2026, 11, 2, 14, 31, 0, 123456, tzinfo=UTC)
    assert moment("2026-11-02T14:31:00.123456789Z") == at
    assert moment("2026-11-02T09:31:00.123456-05:00") == at
    assert moment(None) is None
    assert from_epoch(D("1793629860.1234567")) == at
    assert from_epoch(1793629860123, 1000) == at.replace(microsecond=123000)
    assert from_epoch(0) is None
    assert day("2026-12-18") == date(2026, 12, 18)
    for wrong in ("2026-11-02T14:31:00", "today", "0001-01-01T00:00:00+14:00"):
        with pytest.raises(Malformed):
            moment(wrong)
    for huge in (10**30, D("1e999999")):
        with pytest.raises(Malformed):
            from_epoch(huge)


def test_texts_can_be_stored() -> None:
    assert text("a\x00b\ud800c") == "a b c"
    assert text(700101) == "700101"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("10.0000", "10"),
        ("1E+5", "100000"),
        ("1e-8", "0.00000001"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("100", "100"),
    ],
)
def test_numbers_are_written_without_exponent(value: str, written: str) -> None:
    assert plain(D(value)) == written


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_number_is_written_exactly(value: Decimal) -> None:
    assert D(plain(value)) == value


def test_what_is_no_decimal_is_not_written() -> None:
    for wrong in (0.1, 1, "1"):
        with pytest.raises(TypeError):
            plain(wrong)  # type: ignore[arg-type]
    with pytest.raises(Rejected):
        plain(D("NaN"))


def test_an_option_is_read_by_its_symbol() -> None:
    known = contract("AAA261218C00025500")
    assert known is not None
    assert (known.root, known.expiration) == ("AAA", date(2026, 12, 18))
    assert (known.right, known.strike) == ("call", D("25.5"))
    for other in ("AAA", "AAA261318C00025000", "AAA261218X00025000", "TOOLONG261218C00025000"):
        assert contract(other) is None


@given(
    st.sampled_from([None, *OrderStatus]),
    st.none() | st.decimals(0, 10, places=1),
    st.decimals(0, 10, places=1),
)
def test_an_order_ends_only_where_word_and_quantities_agree(
    word: OrderStatus | None, quantity: Decimal | None, filled: Decimal
) -> None:
    status, is_known = standing(word, quantity, filled)
    if status.is_final:
        assert status is word
        assert is_known
        assert not (status is OrderStatus.REJECTED and filled)
        assert not (status is OrderStatus.FILLED and quantity is not None and filled < quantity)
    else:
        assert (status is OrderStatus.PARTIALLY_FILLED) == (filled > 0)
        assert not (is_known and word is not None and word.is_final)


Acts = list[Callable[[Any], object]]
TO_ALL: Acts = [
    lambda b: b.quotes(["XBTUSD", "AAA261218C00025000"]),
    lambda b: b.expirations("AAA"),
    lambda b: b.chain("AAA", date(2026, 12, 18)),
    lambda b: b.get_order("OAAAAA-BBBBB-CCCCCC"),
    lambda b: b.list_orders(),
    lambda b: b.cancel_order("OAAAAA-BBBBB-CCCCCC"),
    lambda b: b.balance(),
    lambda b: b.positions(),
    lambda b: b.test_connection(),
    lambda b: b.fills(START),
    lambda b: b.place_order(ORDER),
    lambda b: b.replace_order("1", OrderChange(limit_price=D(1))),
]

# Real payloads, with parts of them replaced by something else.
_KNOWN = [
    json.loads(path.read_text()) for path in _PAYLOADS.rglob("*.json") if path.stat().st_size < 1000
]
_ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    # Written out, so that each draw is a new one.
    st.sampled_from(["{}", "[]", '"null"', '["x"]', '{"x": "y"}', '"1e999999"']).map(json.loads),
)


@st.composite
def _answers(draw: st.DrawFn) -> bytes:
    body = json.loads(json.dumps(draw(st.sampled_from(_KNOWN))))
    for _ in range(draw(st.integers(0, 2))):
        body = _spoilt(draw, body)
    return json.dumps(body).encode()


def _spoilt(draw: st.DrawFn, body: Any) -> Any:
    parts = list(body.items()) if isinstance(body, dict) else []
    parts = list(enumerate(body)) if isinstance(body, list) else parts
    if not parts or draw(st.integers(0, 4)) == 0:
        return draw(_ODD)
    name, part = draw(st.sampled_from(parts))
    body[name] = _spoilt(draw, part)
    return body


class Same(Script):
    """Answers everything alike, but for Kraken's pairs."""

    def __init__(self, status: int, content: bytes) -> None:
        super().__init__()
        self.status = status
        self.content = content

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        assert len(self.requests) < 50, "it never stops"
        if request.url.path.endswith("AssetPairs") and self.status != 200:
            return payload("kraken/asset_pairs.json")
        return httpx.Response(self.status, content=self.content)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150
)
@given(
    kind=st.sampled_from([Tradier, Alpaca, Kraken]),
    act=st.sampled_from(TO_ALL),
    status=st.sampled_from([200, 200, 200, 400, 404, 422]),
    content=_answers(),
)
def test_whatever_a_broker_answers_is_read_or_is_a_broker_error(
    kind: Callable[..., BrokerProvider],
    act: Callable[[Any], object],
    status: int,
    content: bytes,
) -> None:
    state._shared.clear()
    held = token() if kind is Tradier else keys()
    broker = kind(held, "http://localhost:8080", transport=Same(status, content))
    with suppress(BrokerError):
        act(broker)


def test_every_asset_class_has_a_name() -> None:
    assert {kind.value for kind in AssetClass} == {"equity", "option", "crypto"}
