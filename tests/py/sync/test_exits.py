"""A trade's exits at the broker: the stop rests there, the profit is watched, then swapped in."""

from decimal import Decimal
from typing import Any

import pytest
from tests.py.sync.agreement import agree
from tests.py.sync.firm import Firm

from twinbook.brokers.standin import Fault, Race
from twinbook.rows import Order


def _enter(firm: Firm, **terms: Any) -> Order:
    bracket: dict[str, Any] = {"stop_loss": firm.at("0.95"), "take_profit": firm.at("1.05")}
    placed = firm.place(**bracket | terms)
    assert placed.reject_reason is None
    firm.settle()
    assert firm.order(placed).status == "FILLED"
    return firm.order(placed)


def _at_broker(firm: Firm) -> list[tuple[str, Decimal, Decimal | None, Decimal | None]]:
    return [
        (one.side, one.remaining, one.limit, one.trigger)
        for one in firm.standin.orders()
        if one.is_working
    ]


def _trade(firm: Firm) -> str:
    return str(firm.rows("trades", "opened_at")[-1].status)


def test_the_stop_rests_at_the_broker(firm: Firm) -> None:
    _enter(firm)
    assert _at_broker(firm) == [("sell", firm.traded.quantity, None, firm.at("0.95"))]
    agree(firm)
    firm.quote(firm.at("0.94"))
    firm.settle()
    assert _trade(firm) == "CLOSED"
    assert _at_broker(firm) == []
    agree(firm)


def test_the_profit_takes_the_stops_place(firm: Firm) -> None:
    _enter(firm)
    firm.quote(firm.at("1.05") + 20 * firm.traded.tick, known=True)
    firm.settle()
    assert _trade(firm) == "CLOSED"
    assert _at_broker(firm) == []
    agree(firm)


def test_the_profit_was_near_and_went_away(firm: Firm) -> None:
    _enter(firm)
    near = firm.at("1.05") + 20 * firm.traded.tick
    firm.standin.hold_matching()
    firm.quote(near)
    firm.settle()
    assert _at_broker(firm) == [("sell", firm.traded.quantity, firm.at("1.05"), None)]
    firm.quote(firm.at("0.97"))
    firm.settle()
    assert _at_broker(firm) == [("sell", firm.traded.quantity, None, firm.at("0.95"))]
    firm.standin.resume_matching()
    agree(firm)


@pytest.mark.parametrize("race", [Race.FILL_WINS, Race.PARTIAL_THEN_CANCELED, Race.SLOW])
def test_the_stop_fills_while_it_is_swapped(firm: Firm, race: Race) -> None:
    _enter(firm)
    part = firm.traded.quantity / 5 if race is Race.PARTIAL_THEN_CANCELED else None
    firm.standin.race_cancel(race, quantity=part, after=0.05)
    firm.quote(firm.at("1.05") + 20 * firm.traded.tick)
    firm.settle()
    firm.settle()
    assert _trade(firm) == "CLOSED"
    assert _at_broker(firm) == []
    sold = sum(one.quantity for one in firm.standin.fills() if one.side == "sell")
    assert sold == firm.traded.quantity
    agree(firm)


def test_exits_wait_for_an_entry_that_forbids_them(alpaca: Firm) -> None:
    """Alpaca takes no stop against a working entry, which would be a wash trade: it is told."""
    placed = alpaca.rest(stop_loss=alpaca.at("0.8"))
    alpaca.settle()
    part = alpaca.traded.quantity / 5
    alpaca.standin.fill(str(alpaca.sent(placed)[0].client_id), part)
    alpaca.work(3)
    assert "exit_refused" in alpaca.alarms()
    alpaca.cancel(placed)
    alpaca.settle()
    assert _at_broker(alpaca) == [("sell", part, None, alpaca.at("0.8"))]
    agree(alpaca)


def test_exits_grow_with_the_entry(firm: Firm) -> None:
    if firm.broker == "alpaca":
        pytest.skip("it takes none against a working entry")
    placed = firm.rest(stop_loss=firm.at("0.8"), take_profit=firm.at("1.1"))
    firm.settle()
    assert len(_at_broker(firm)) == 1
    part = firm.traded.quantity / 5
    client_id = str(firm.sent(placed)[0].client_id)
    for number in (1, 2):
        firm.standin.fill(client_id, part)
        firm.settle()
        exits = [one for one in _at_broker(firm) if one[0] == "sell"]
        assert sum(one[1] for one in exits) == number * part
        assert {one[3] for one in exits} == {firm.at("0.8")}
        agree(firm)
    firm.cancel(placed)
    firm.settle()
    assert sum(one[1] for one in _at_broker(firm)) == 2 * part
    agree(firm)
    firm.quote(firm.at("0.79"))
    firm.settle()
    assert _trade(firm) == "CLOSED"
    agree(firm)


def test_a_trade_is_closed(firm: Firm) -> None:
    order = _enter(firm)
    with firm.session() as book:
        book.close_trade(str(order.trade_id))
    firm.settle()
    assert _trade(firm) == "CLOSED"
    assert _at_broker(firm) == []
    agree(firm)


def test_a_part_of_a_trade_is_closed(firm: Firm) -> None:
    order = _enter(firm)
    part = firm.traded.quantity / 5
    with firm.session() as book:
        book.close_trade(str(order.trade_id), quantity=part)
    firm.settle()
    assert _trade(firm) == "OPEN"
    assert sum(one[1] for one in _at_broker(firm)) == firm.traded.quantity - part
    agree(firm)


@pytest.mark.parametrize("race", [Race.FILL_WINS, Race.PARTIAL_THEN_CANCELED])
def test_the_stop_fills_while_the_trade_is_closed(firm: Firm, race: Race) -> None:
    order = _enter(firm)
    part = firm.traded.quantity / 5 if race is Race.PARTIAL_THEN_CANCELED else None
    firm.standin.race_cancel(race, quantity=part)
    with firm.session() as book:
        book.close_trade(str(order.trade_id))
    firm.settle()
    firm.settle()
    assert _trade(firm) == "CLOSED"
    assert _at_broker(firm) == []
    assert firm.standin.snapshot().positions == {}
    agree(firm)


def test_flatten(firm: Firm) -> None:
    resting = firm.rest(strategy="another")
    firm.settle()
    _enter(firm, stop_loss=None if firm.broker == "alpaca" else firm.at("0.95"), take_profit=None)
    with firm.session() as book:
        book.flatten(portfolio="main")
    firm.settle()
    assert firm.order(resting).status == "CANCELED"
    assert {one.status for one in firm.rows("trades", "opened_at")} == {"CLOSED", "CANCELED"}
    assert _at_broker(firm) == []
    assert firm.standin.snapshot().positions == {}
    agree(firm)


def test_exits_are_moved(firm: Firm) -> None:
    order = _enter(firm)
    trade = firm.rows("trades", "opened_at")[-1]
    with firm.session() as book:
        book.adjust_trade(str(order.trade_id), trade.version, stop_loss=firm.at("0.97"))
    firm.settle()
    assert _at_broker(firm) == [("sell", firm.traded.quantity, None, firm.at("0.97"))]
    agree(firm)


def test_the_broker_cancels_a_stop(firm: Firm) -> None:
    _enter(firm)
    (stop,) = [one for one in firm.standin.orders() if one.is_working]
    firm.standin.cancel(stop.id, "the desk said so")
    firm.settle()
    assert firm.alarms() == ["exit_lost"]
    assert _at_broker(firm) == [("sell", firm.traded.quantity, None, firm.at("0.95"))]
    agree(firm)


def test_a_stop_is_refused_once(firm: Firm) -> None:
    placed = firm.place(stop_loss=firm.at("0.95"))
    firm.work()
    assert firm.order(placed).status == "PENDING" or firm.order(placed).status == "FILLED"
    firm.settle()
    (stop,) = [one for one in firm.standin.orders() if one.is_working]
    firm.standin.fail_next(Fault.REFUSED, on="place", message="try later")
    firm.standin.cancel(stop.id)
    firm.settle()
    firm.settle()
    assert set(firm.alarms()) == {"exit_lost", "exit_refused"}
    assert _at_broker(firm) == [("sell", firm.traded.quantity, None, firm.at("0.95"))]
    agree(firm)


@pytest.mark.parametrize("commit", [False, True])
def test_the_stop_may_have_landed(firm: Firm, commit: bool) -> None:
    """One that may rest at the broker is never sent again."""
    placed = firm.place(stop_loss=firm.at("0.95"))
    firm.standin.hold_matching()
    firm.work()
    firm.standin.fail_next(Fault.DROP, commit=commit, on="place")
    firm.standin.resume_matching()
    firm.settle()
    assert firm.order(placed).status == "FILLED"
    stops = [one for one in firm.standin.orders() if one.trigger]
    if commit or firm.broker == "alpaca":
        assert len(stops) == 1
        agree(firm)
    else:
        assert stops == []
        assert "order_held" in firm.alarms()
        agree(firm, held=1)
        (sent,) = [one for one in firm.rows() if one.state == "HELD"]
        with firm.session() as book:
            book.resolve_order(sent.client_id, "not in their list")
        firm.settle()
        firm.settle()
        assert len([one for one in firm.standin.orders() if one.trigger]) == 1
        agree(firm)
