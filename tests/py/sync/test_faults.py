"""What a broker does wrong while an order is placed, canceled or read, at the worst moment."""

import time
from decimal import Decimal

import pytest
from tests.py.sync.agreement import agree
from tests.py.sync.firm import Firm

from twinbook.brokers import AuthFailed
from twinbook.brokers.standin import Fault, Race

# That every other lost answer means the same is tested with the brokers' clients.
NO_ANSWER = [Fault.DROP, Fault.GATEWAY_TIMEOUT, Fault.HTML_502, Fault.TRUNCATED]


@pytest.mark.parametrize("fault", NO_ANSWER)
def test_it_landed_and_nobody_said_so(firm: Firm, fault: Fault) -> None:
    placed = firm.place()
    firm.standin.fail_next(fault, commit=True, on="place")
    firm.settle()
    assert firm.order(placed).status == "FILLED"
    assert firm.calls("place") == 1
    assert firm.alarms() == []
    agree(firm)


@pytest.mark.parametrize("fault", [Fault.DROP, Fault.HTML_502])
def test_it_never_landed_and_nobody_said_so(firm: Firm, fault: Fault) -> None:
    placed = firm.place()
    firm.standin.fail_next(fault, on="place")
    firm.settle()
    order = firm.order(placed)
    if firm.broker == "alpaca":  # refuses an id that it has seen: asked again
        assert order.status == "FILLED"
        assert firm.calls("place") == 2
        agree(firm)
        return
    # Absence proves nothing there: a person decides.
    assert (order.status, firm.alarms()) == ("PENDING", ["order_held"])
    assert firm.calls("place") == 1
    agree(firm, held=1)
    (sent,) = firm.sent(placed)
    with firm.session() as book:
        book.resolve_order(sent.client_id, "not in their list")
    firm.settle()
    assert firm.order(placed).status == "CANCELED"
    agree(firm)


def test_a_policy_sends_it_again(kraken: Firm) -> None:
    kraken.worker = kraken.new_worker(resubmits=True)
    placed = kraken.place()
    kraken.standin.fail_next(Fault.DROP, on="place")
    kraken.settle()
    assert kraken.order(placed).status == "FILLED"
    assert kraken.calls("place") == 2
    agree(kraken)


def test_held_and_found_after_all(firm: Firm) -> None:
    """Such as at Tradier, where yesterday's orders aren't listed, and its list lags behind."""
    if firm.broker == "alpaca":
        pytest.skip("nothing is held there")
    placed = firm.place()
    firm.standin.fail_next(Fault.DROP, commit=True, on="place")
    nothing = {
        "tradier": '{"orders": "null"}',
        "kraken": '{"error": [], "result": {"open": {}, "closed": {}, "count": 0}}',
    }[firm.broker]
    for call in ("orders",) if firm.broker == "tradier" else ("orders", "closed_orders"):
        firm.standin.fail_next(
            Fault.ANSWER,
            on=call,
            status=200,
            body=nothing,
            content_type="application/json",
            times=12,
        )
    for _ in range(3):
        firm.pass_time()
        firm.work()
    assert firm.sent(placed)[0].state == "HELD"
    firm.standin.behave()
    firm.settle()
    assert firm.order(placed).status == "FILLED"
    assert "order_held" in firm.alarms()
    agree(firm)


def test_too_many_requests(firm: Firm) -> None:
    placed = firm.place()
    firm.standin.fail_next(Fault.TOO_MANY_REQUESTS, on="place")
    firm.settle()
    assert firm.order(placed).status == "FILLED"
    assert firm.calls("place") == 2
    agree(firm)


def test_refused_at_once(firm: Firm) -> None:
    placed = firm.place()
    firm.standin.fail_next(Fault.REFUSED, on="place", message="no shares to borrow")
    firm.settle()
    order = firm.order(placed)
    assert order.status == "REJECTED"
    assert "no shares to borrow" in str(order.reject_reason)
    agree(firm)


def test_refused_and_listed_all_the_same(firm: Firm) -> None:
    placed = firm.place()
    firm.standin.fail_next(Fault.REFUSED, commit=True, on="place")
    firm.settle()
    assert firm.order(placed).status == "REJECTED"
    agree(firm)


def test_taken_then_rejected(firm: Firm) -> None:
    placed = firm.rest()
    firm.standin.reject_later()
    firm.settle()
    order = firm.order(placed)
    if firm.broker == "kraken":  # has no rejected orders; it cancels what it took
        assert order.status == "CANCELED"
    else:
        assert order.status == "REJECTED"
        assert order.reject_reason
    agree(firm)


def test_a_part_then_canceled_by_the_broker(firm: Firm) -> None:
    firm.standin.hold_matching()
    placed = firm.rest()
    part = firm.traded.quantity / 5
    firm.standin.partial_then_cancel(part)
    firm.settle()
    order = firm.order(placed)
    assert (order.status, order.filled_quantity) == ("CANCELED", part)
    agree(firm)


@pytest.mark.parametrize("commit", [False, True])
def test_slower_than_anyone_waits(firm: Firm, impatient: None, commit: bool) -> None:
    placed = firm.place()
    firm.standin.fail_next(Fault.SLOW, commit=commit, seconds=0.6, on="place")
    firm.work()
    time.sleep(0.6)
    firm.settle()
    if firm.broker == "kraken" and not commit:
        # What came after had a higher nonce, so that it is refused when it comes at last.
        assert firm.alarms() == ["order_held"]
        assert firm.standin.orders() == []
        return
    assert firm.order(placed).status == "FILLED"
    assert len(firm.standin.orders()) == 1
    agree(firm)


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        ("balances", Fault.HTML_502),
        ("positions", Fault.TOO_MANY_REQUESTS),
        ("orders", Fault.DROP),
    ],
)
def test_reading_fails_for_a_while(firm: Firm, fault: Fault, call: str) -> None:
    known = {
        "tradier": {"balances": "balances", "positions": "positions", "orders": "orders"},
        "alpaca": {"balances": "account", "positions": "positions", "orders": "orders"},
        "kraken": {"balances": "trade_balance", "positions": "balances", "orders": "orders"},
    }[firm.broker]
    placed = firm.place()
    firm.standin.fail_next(fault, on=known[call], times=4)
    firm.settle()
    assert firm.order(placed).status == "FILLED"
    agree(firm)


def test_credentials_are_valid_no_more(firm: Firm) -> None:
    placed = firm.place()
    firm.standin.fail_next(Fault.EXPIRED_TOKEN, times=1)
    firm.work()
    assert isinstance(firm.failures[-1], AuthFailed)
    assert firm.order(placed).status == "PENDING"
    firm.settle()
    assert firm.order(placed).status == "FILLED"
    agree(firm)


@pytest.mark.parametrize("call", ["place", "preview"])
def test_credentials_end_while_it_is_placed(firm: Firm, call: str) -> None:
    if call == "preview" and firm.broker == "alpaca":
        pytest.skip("it has no preview")
    placed = firm.place()
    firm.standin.fail_next(Fault.EXPIRED_TOKEN, on=call)
    firm.settle()
    assert any(isinstance(one, AuthFailed) for one in firm.failures)
    assert firm.order(placed).status == "FILLED"
    agree(firm)


@pytest.mark.parametrize("fault", [Fault.DROP, Fault.HTML_502, Fault.REFUSED])
def test_a_preview_fails(firm: Firm, fault: Fault) -> None:
    if firm.broker == "alpaca":
        pytest.skip("it has no preview")
    placed = firm.place()
    firm.standin.fail_next(fault, on="preview", times=1 if fault is Fault.REFUSED else 3)
    firm.settle()
    assert firm.order(placed).status == ("REJECTED" if fault is Fault.REFUSED else "FILLED")
    agree(firm)


def test_answers_with_everything_twice(firm: Firm) -> None:
    if firm.broker == "kraken":
        pytest.skip("its answers have no lists to double")
    placed = firm.place()
    firm.standin.fail_next(Fault.TWICE, on="orders", times=3)
    firm.settle()
    assert firm.order(placed).status == "FILLED"
    agree(firm)


def test_fills_twice_in_an_answer(alpaca: Firm) -> None:
    placed = alpaca.place()
    alpaca.standin.fail_next(Fault.TWICE, on="fills", times=3)
    alpaca.settle()
    assert alpaca.order(placed).status == "FILLED"
    agree(alpaca)


def test_a_word_that_nobody_documented(firm: Firm) -> None:
    placed = firm.rest()
    firm.settle()
    client_id = str(firm.sent(placed)[0].client_id)
    firm.standin.show_status(client_id, "frozen_by_desk")
    firm.settle()
    assert firm.order(placed).status == "OPEN"
    assert firm.alarms() == ["unknown_status"]
    firm.standin.show_status(client_id, "")
    firm.settle()
    agree(firm)


@pytest.mark.parametrize("race", list(Race))
def test_a_cancel_and_a_fill_meet(firm: Firm, race: Race) -> None:
    placed = firm.rest()
    firm.settle()
    part = firm.traded.quantity / 5 if race is Race.PARTIAL_THEN_CANCELED else None
    firm.standin.race_cancel(race, quantity=part, after=0.05)
    firm.cancel(placed)
    firm.settle()
    firm.settle()
    order = firm.order(placed)
    wanted = {
        Race.FILL_WINS: "FILLED",
        Race.FILL_AFTER_ANSWER: "FILLED",
        Race.PARTIAL_THEN_CANCELED: "CANCELED",
        Race.LATE_FILL: "FILLED",
        Race.SLOW: "CANCELED",
    }[race]
    assert (order.status, order.pending_action) == (wanted, "none")
    agree(firm)


@pytest.mark.parametrize("commit", [False, True])
@pytest.mark.parametrize("fault", [Fault.DROP, Fault.GATEWAY_TIMEOUT, Fault.TOO_MANY_REQUESTS])
def test_the_answer_to_a_cancel_is_lost(firm: Firm, fault: Fault, commit: bool) -> None:
    if commit and fault is Fault.TOO_MANY_REQUESTS:
        pytest.skip("whoever says so did nothing")
    placed = firm.rest()
    firm.settle()
    firm.cancel(placed)
    firm.standin.fail_next(fault, commit=commit, on="cancel")
    firm.settle()
    assert firm.order(placed).status == "CANCELED"
    agree(firm)


def test_canceled_while_it_may_have_landed(firm: Firm) -> None:
    placed = firm.rest()
    firm.standin.fail_next(Fault.DROP, commit=True, on="place")
    for call in firm.standin.calls_known():
        if "orders" in call:
            firm.standin.fail_next(Fault.DROP, on=call, times=3)
    firm.work()
    assert firm.sent(placed)[0].state == "SENDING"
    assert firm.cancel(placed).pending_action == "cancel"
    firm.standin.behave()
    firm.settle()
    assert firm.order(placed).status == "CANCELED"
    assert firm.standin.orders()[-1].status == "canceled"
    agree(firm)


def test_an_outage(firm: Firm) -> None:
    placed = firm.rest()
    firm.settle()
    firm.standin.stop()
    second = firm.place()
    for _ in range(3):
        firm.pass_time()
        firm.work()
    assert firm.failures
    assert (firm.order(placed).status, firm.order(second).status) == ("OPEN", "PENDING")
    firm.standin.start()
    firm.settle()
    assert firm.order(second).status == "FILLED"
    agree(firm)


def test_a_fill_of_what_was_canceled(firm: Firm) -> None:
    placed = firm.rest()
    firm.settle()
    firm.cancel(placed)
    firm.settle()
    assert firm.order(placed).status == "CANCELED"
    firm.standin.fill(str(firm.sent(placed)[0].client_id), Decimal(firm.traded.quantity) / 5)
    firm.settle()
    order = firm.order(placed)
    assert (order.status, order.filled_quantity) == ("CANCELED", firm.traded.quantity / 5)
    assert "late_fill" in firm.alarms()
    agree(firm)


def test_refused_in_the_words_of_a_duplicate(alpaca: Firm) -> None:
    """Alpaca's code for a client id that was used stands for other faults of a request too."""
    placed = alpaca.place()
    alpaca.standin.fail_next(
        Fault.ANSWER,
        on="place",
        status=422,
        body='{"code": 40010001, "message": "invalid extended_hours"}',
        content_type="application/json",
    )
    alpaca.settle()
    order = alpaca.order(placed)
    assert (order.status, alpaca.calls("place")) == ("REJECTED", 1)
    assert "invalid extended_hours" in str(order.reject_reason)
    agree(alpaca)


def test_nothing_is_held_by_a_preview(firm: Firm) -> None:
    """Nothing can have landed before it."""
    if firm.broker == "alpaca":
        pytest.skip("it has no preview")
    placed = firm.place()
    firm.standin.fail_next(Fault.UNAVAILABLE, on="preview", times=3)
    firm.work()
    assert firm.sent(placed)[0].state == "QUEUED"
    firm.settle()
    assert firm.order(placed).status == "FILLED"
    agree(firm)
