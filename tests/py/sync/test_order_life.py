"""The life of an order through the worker, the same at every broker."""

from decimal import Decimal
from typing import Any

import pytest
from tests.py.sync.agreement import agree
from tests.py.sync.firm import Firm

from twinbook.sync import AccountSync


def test_a_market_order_fills(firm: Firm) -> None:
    placed = firm.place()
    assert (placed.status, placed.reject_reason) == ("PENDING", None)
    firm.settle()
    order = firm.order(placed)
    assert (order.status, order.filled_quantity) == ("FILLED", firm.traded.quantity)
    assert order.average_price == firm.standin.fills()[0].price
    agree(firm)
    assert firm.calls("place") == 1


def test_a_limit_order_rests_and_fills(firm: Firm) -> None:
    placed = firm.rest()
    firm.settle()
    assert firm.order(placed).status == "OPEN"
    agree(firm)
    firm.quote(firm.at("0.85"))
    firm.settle()
    order = firm.order(placed)
    assert (order.status, order.average_price) == ("FILLED", firm.at("0.9"))
    agree(firm)


def test_partial_fills(firm: Firm) -> None:
    placed = firm.rest()
    firm.settle()
    part = firm.traded.quantity / 5
    client_id = str(firm.sent(placed)[0].client_id)
    for number in range(1, 5):
        firm.standin.fill(client_id, part, firm.at("0.9") - number * firm.traded.tick)
        firm.settle()
        order = firm.order(placed)
        assert (order.status, order.filled_quantity) == ("PARTIALLY_FILLED", number * part)
        agree(firm)
    firm.standin.fill(client_id)
    firm.settle()
    assert firm.order(placed).status == "FILLED"
    assert len(firm.rows("executions", "seq")) == 5
    agree(firm)


def test_fills_between_two_passes(firm: Firm) -> None:
    placed = firm.rest()
    firm.settle()
    client_id = str(firm.sent(placed)[0].client_id)
    for number in range(1, 4):
        firm.standin.fill(client_id, firm.traded.quantity / 5, firm.at("0.9") - number)
    firm.settle()
    assert firm.order(placed).filled_quantity == firm.traded.quantity * 3 / 5
    assert len(firm.rows("executions", "seq")) == (1 if firm.broker == "tradier" else 3)
    agree(firm)


def test_canceled_before_it_was_sent(firm: Firm) -> None:
    placed = firm.rest()
    assert firm.cancel(placed).status == "CANCELED"
    firm.settle()
    assert firm.calls("place") == 0
    agree(firm)


def test_canceled_while_it_rests(firm: Firm) -> None:
    placed = firm.rest()
    firm.settle()
    asked = firm.cancel(placed)
    assert (asked.status, asked.pending_action) == ("OPEN", "cancel")
    firm.settle()
    order = firm.order(placed)
    assert (order.status, order.pending_action) == ("CANCELED", "none")
    agree(firm)


def test_canceled_after_a_part(firm: Firm) -> None:
    placed = firm.rest()
    firm.settle()
    firm.standin.fill(str(firm.sent(placed)[0].client_id), firm.traded.quantity / 5)
    firm.cancel(placed)
    firm.settle()
    order = firm.order(placed)
    assert (order.status, order.filled_quantity) == ("CANCELED", firm.traded.quantity / 5)
    agree(firm)


def test_canceled_after_it_filled(firm: Firm) -> None:
    placed = firm.rest()
    firm.settle()
    firm.quote(firm.at("0.85"))
    firm.cancel(placed)
    firm.settle()
    order = firm.order(placed)
    assert (order.status, order.pending_action) == ("FILLED", "none")
    agree(firm)


def test_a_round_trip(firm: Firm) -> None:
    firm.place()
    firm.settle()
    sold = firm.place("sell", Decimal(firm.traded.quantity) / 2)
    firm.settle()
    assert firm.order(sold).status == "FILLED"
    agree(firm)


def test_canceled_right_before_it_is_sent(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the worker has seen what is to be done, and before it says that it begins."""
    placed = firm.rest()
    preview = AccountSync._preview

    def canceled_meanwhile(sync: AccountSync, *given: Any) -> None:
        preview(sync, *given)
        firm.cancel(placed)

    monkeypatch.setattr(AccountSync, "_preview", canceled_meanwhile)
    firm.work()
    assert (firm.order(placed).status, firm.failures) == ("CANCELED", [])
    assert firm.calls("place") == 0
    agree(firm)


def test_another_worker_has_taken_over(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that was away for longer than its lease sends nothing, and goes on elsewhere."""
    firm.rest()

    def lost_meanwhile(*_: Any) -> None:
        firm.office.sql(
            "update identity.broker_accounts set leased_by = 'another' where username = %s",
            firm.person,
        )

    with monkeypatch.context() as patched:
        patched.setattr(AccountSync, "_preview", lost_meanwhile)
        firm.work()
    assert [one.code for one in firm.failures] == ["TB403"]
    assert firm.calls("place") == 0
    firm.settle()
    assert firm.calls("place") == 1
    agree(firm)
