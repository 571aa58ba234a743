"""New terms for an order that the broker has: taken, refused, or overtaken by a fill."""

import pytest
from tests.py.sync.agreement import agree
from tests.py.sync.firm import Firm

from twinbook.brokers.standin import Fault
from twinbook.errors import TwinbookError


@pytest.fixture(params=["tradier", "alpaca"])
def replacing(request: pytest.FixtureRequest) -> Firm:
    """A person at a broker that replaces orders."""
    firm: Firm = request.getfixturevalue(request.param)
    return firm


def test_a_new_price(replacing: Firm) -> None:
    firm = replacing
    placed = firm.rest()
    firm.settle()
    asked = firm.replace(placed, limit_price=firm.at("0.8"))
    assert (asked.pending_action, asked.limit_price) == ("replace", firm.at("0.9"))
    firm.settle()
    order = firm.order(placed)
    assert (order.limit_price, order.pending_action) == (firm.at("0.8"), "none")
    assert firm.calls("replace") == 1
    agree(firm)
    firm.quote(firm.at("0.85"))
    firm.settle()
    assert firm.order(placed).status == "OPEN"
    firm.quote(firm.at("0.75"))
    firm.settle()
    assert firm.order(placed).status == "FILLED"
    agree(firm)


def test_a_new_quantity(firm: Firm) -> None:
    placed = firm.rest()
    firm.settle()
    firm.replace(placed, quantity=2 * firm.traded.quantity)
    firm.settle()
    order = firm.order(placed)
    assert order.pending_action == "none"
    grown = firm.broker == "alpaca"
    assert order.quantity == (2 if grown else 1) * firm.traded.quantity
    refused = firm.office.sql(
        "select details from live_trading.audit_log where username = %s"
        " and operation = 'order_replace_refused'",
        firm.person,
    )
    assert len(refused) == (0 if grown else 1)
    agree(firm)


def test_where_nothing_is_replaced(kraken: Firm) -> None:
    placed = kraken.rest()
    kraken.settle()
    kraken.replace(placed, limit_price=kraken.at("0.8"))
    kraken.settle()
    order = kraken.order(placed)
    assert (order.limit_price, order.pending_action) == (kraken.at("0.9"), "none")
    agree(kraken)


def test_before_it_was_sent(firm: Firm) -> None:
    placed = firm.rest()
    assert firm.replace(placed, limit_price=firm.at("0.8")).limit_price == firm.at("0.8")
    firm.settle()
    assert firm.calls("place") == 1
    agree(firm)


def test_one_change_at_a_time(replacing: Firm) -> None:
    placed = replacing.rest()
    replacing.settle()
    replacing.replace(placed, limit_price=replacing.at("0.8"))
    with pytest.raises(TwinbookError) as refused:
        replacing.replace(placed, limit_price=replacing.at("0.7"))
    assert refused.value.code == "TB422"
    replacing.settle()
    agree(replacing)


def test_after_a_part_has_filled(replacing: Firm) -> None:
    firm = replacing
    placed = firm.rest()
    firm.settle()
    client_id = str(firm.sent(placed)[0].client_id)
    firm.standin.fill(client_id, firm.traded.quantity / 5)
    firm.settle()
    firm.replace(firm.order(placed), limit_price=firm.at("0.8"))
    firm.settle()
    order = firm.order(placed)
    assert (order.status, order.limit_price) == ("PARTIALLY_FILLED", firm.at("0.8"))
    agree(firm)
    firm.quote(firm.at("0.7"))
    firm.settle()
    assert firm.order(placed).status == "FILLED"
    agree(firm)


def test_a_part_fills_while_it_is_asked(replacing: Firm) -> None:
    firm = replacing
    placed = firm.rest()
    firm.settle()
    firm.replace(placed, limit_price=firm.at("0.8"))
    firm.standin.fill(str(firm.sent(placed)[0].client_id), firm.traded.quantity / 5)
    firm.settle()
    order = firm.order(placed)
    assert (order.filled_quantity, order.limit_price) == (
        firm.traded.quantity / 5,
        firm.at("0.8"),
    )
    agree(firm)
    firm.cancel(order)
    firm.settle()
    assert firm.order(placed).status == "CANCELED"
    agree(firm)


def test_quantity_after_a_part(alpaca: Firm) -> None:
    placed = alpaca.rest()
    alpaca.settle()
    alpaca.standin.fill(str(alpaca.sent(placed)[0].client_id), alpaca.traded.quantity / 5)
    alpaca.replace(placed, quantity=3 * alpaca.traded.quantity, limit_price=alpaca.at("0.8"))
    alpaca.settle()
    order = alpaca.order(placed)
    assert (order.quantity, order.pending_action) == (3 * alpaca.traded.quantity, "none")
    agree(alpaca)
    alpaca.quote(alpaca.at("0.7"))
    alpaca.settle()
    assert alpaca.order(placed).status == "FILLED"
    assert alpaca.order(placed).filled_quantity == 3 * alpaca.traded.quantity
    agree(alpaca)


def test_it_fills_before_it_is_asked(replacing: Firm) -> None:
    firm = replacing
    placed = firm.rest()
    firm.settle()
    firm.replace(placed, limit_price=firm.at("0.8"))
    firm.quote(firm.at("0.85"))
    firm.settle()
    order = firm.order(placed)
    assert (order.status, order.pending_action) == ("FILLED", "none")
    agree(firm)


@pytest.mark.parametrize("commit", [False, True])
@pytest.mark.parametrize("fault", [Fault.DROP, Fault.GATEWAY_TIMEOUT, Fault.TOO_MANY_REQUESTS])
def test_the_answer_is_lost(replacing: Firm, fault: Fault, commit: bool) -> None:
    firm = replacing
    if commit and fault is Fault.TOO_MANY_REQUESTS:
        pytest.skip("whoever says so did nothing")
    placed = firm.rest()
    firm.settle()
    firm.replace(placed, limit_price=firm.at("0.8"))
    firm.standin.fail_next(fault, commit=commit, on="replace")
    firm.settle()
    order = firm.order(placed)
    assert order.pending_action == "none"
    is_new = commit or fault is Fault.TOO_MANY_REQUESTS
    assert order.limit_price == firm.at("0.8" if is_new else "0.9")
    agree(firm)
    firm.quote(firm.at("0.7"))
    firm.settle()
    assert firm.order(placed).status == "FILLED"
    agree(firm)


def test_canceled_while_it_is_replaced(replacing: Firm) -> None:
    firm = replacing
    placed = firm.rest()
    firm.settle()
    firm.replace(placed, limit_price=firm.at("0.8"))
    firm.standin.fail_next(Fault.DROP, commit=True, on="replace")
    firm.work()
    with firm.session() as book:
        book.flatten(portfolio="main")
    firm.settle()
    agree(firm)


def test_over_before_the_broker_was_asked(firm: Firm) -> None:
    placed = firm.rest()
    firm.settle()
    firm.replace(placed, limit_price=firm.at("0.8"))
    with firm.session() as book:
        book.cancel_all()
        book.flatten(portfolio="main")
    firm.standin.cancel(str(firm.sent(placed)[0].client_id))
    firm.settle()
    order = firm.order(placed)
    assert (order.status, order.pending_action) == ("CANCELED", "none")
    agree(firm)
