"""Whether the stand-in and the book agree: every order once, every fill once, position and cash."""

from collections import Counter
from decimal import Decimal
from typing import Any

from tests.py.sync.firm import Firm

from twinbook.brokers.standin.state import Order, Status

_ENDS = {
    Status.FILLED: "FILLED",
    Status.CANCELED: "CANCELED",
    Status.EXPIRED: "EXPIRED",
    Status.REJECTED: "REJECTED",
}


def disagreements(firm: Firm, *, held: int = 0) -> list[str]:
    """Everything that isn't as it should be, in words; ``held`` is how many orders may be held."""
    return [
        *_orders(firm, held),
        *_fills(firm),
        *_account(firm),
        *_book(firm),
    ]


def agree(firm: Firm, *, held: int = 0) -> None:
    """Asserts that the stand-in and the book agree, and that the book is whole."""
    wrong = disagreements(firm, held=held)
    if wrong:
        raise AssertionError("\n".join(wrong))


def _orders(firm: Firm, held: int) -> list[str]:
    wrong = []
    theirs = {one.id: one for one in firm.standin.orders() if one.account == firm.account}
    orders = {one.order_id: one for one in firm.rows("orders", "order_number")}
    ours = firm.rows()
    known = set()
    for sent in ours:
        chain = _chain(theirs, sent)
        known |= {one.id for one in chain}
        wrong += [f"{sent.client_id} {what}" for what in _state(sent, chain)]
        if chain:
            wrong += _terms(sent, orders[sent.order_id], chain)
    if sum(sent.state == "HELD" for sent in ours) > held:
        wrong.append(f"held: {[sent.message for sent in ours if sent.state == 'HELD']}")
    wrong += [
        f"the broker has an order that nobody knows: {one}"
        for one in theirs.values()
        if one.id not in known and one.role in ("", "entry") and (one.executed or one.is_working)
    ]
    return wrong


def _state(sent: Any, chain: list[Order]) -> list[str]:
    """What contradicts where something that was sent stands, beginning with a verb."""
    landed = sum(not one.replaces for one in chain)
    is_there = bool(chain) and chain[-1].is_working
    checks = {
        f"landed {landed} times": landed > 1,
        f"is still {sent.state}: {sent.message}": sent.state in ("QUEUED", "SENDING", "PLACED"),
        f"still has a change that is {sent.change_state}": sent.change_state is not None,
        "was never sent, and landed": sent.state == "WITHDRAWN" and bool(chain),
        "was refused, and landed": sent.state == "REFUSED"
        and any(one.status != Status.REJECTED for one in chain),
        f"is {sent.state}, and not there": sent.state in ("WORKING", "OVER") and not chain,
        "works, and is over there": sent.state == "WORKING" and bool(chain) and not is_there,
        "is over, and works there": sent.state == "OVER" and is_there,
    }
    return [what for what, is_so in checks.items() if is_so]


def _chain(theirs: dict[str, Order], sent: Any) -> list[Order]:
    """An order at the broker and what replaced it, the oldest first."""
    mine = [
        one
        for one in theirs.values()
        if one.client_id == str(sent.client_id)
        or (sent.broker_order_id and one.id == sent.broker_order_id)
    ]
    for one in mine:
        for other in theirs.values():
            if other not in mine and other.id in (one.replaced_by, one.replaces):
                mine.append(other)
    return sorted(mine, key=lambda one: one.placed_at)


def _terms(sent: Any, order: Any, chain: list[Order]) -> list[str]:
    wrong = []
    last = chain[-1]
    filled = sum((one.executed for one in chain), Decimal(0))
    if sent.filled_quantity != filled:
        wrong.append(f"{sent.client_id}: {sent.filled_quantity} filled here, {filled} there")
    value = sum((one.value for one in chain), Decimal(0))
    if abs(sent.filled_value - value) > Decimal("0.000001"):
        wrong.append(f"{sent.client_id}: {sent.filled_value} paid here, {value} there")
    if last.is_working and sent.order_type != "market":
        here = (sent.limit_price, sent.stop_price)
        there = (last.limit, last.trigger)
        if here != there:
            wrong.append(f"{sent.client_id}: prices {here} here, {there} there")
    if order.purpose in ("trade", "close") and order.origin != "external":
        is_open = order.status in ("PENDING", "OPEN", "PARTIALLY_FILLED")
        if is_open != last.is_working:
            wrong.append(f"{order.order_id} is {order.status} here, {last.status} there")
        end = _ENDS.get(last.status)
        is_late = order.status == "FILLED" and order.filled_quantity >= order.quantity
        is_less = end == "FILLED" and sent.quantity < order.quantity
        was_cut = order.status == "CANCELED" and (end in ("REJECTED", "EXPIRED") or is_less)
        if end and order.status != end and not is_late and not was_cut:
            wrong.append(f"{order.order_id} ended {order.status} here, {end} there")
    return wrong


def _fills(firm: Firm) -> list[str]:
    """Each fill once by the broker's id; where it gives none, each order's quantity and value."""
    mine = [one for one in firm.standin.fills() if one.account == firm.account and one.order_id]
    executions = firm.rows("executions", "seq")
    if firm.broker == "tradier":
        return []  # by quantity and value, with the orders
    theirs = Counter({f"{firm.broker}:{one.id}": one.quantity for one in mine})
    ours: Counter[str] = Counter()
    for one in executions:
        if one.fill_id and one.fill_id.startswith(f"{firm.broker}:"):
            ours[one.fill_id] += one.quantity
    ids = theirs.keys() | ours.keys()
    return [
        f"fill {one}: {ours[one]} here, {theirs[one]} there"
        for one in sorted(ids)
        if ours[one] != theirs[one]
    ]


def _account(firm: Firm) -> list[str]:
    wrong = []
    snapshot = firm.standin.snapshot()
    held = sum(snapshot.positions.get(firm.account, {}).values(), Decimal(0))
    position = sum((one.quantity for one in firm.rows("positions", "symbol")), Decimal(0))
    if position != held:
        wrong.append(f"position {position} here, {held} there")
    cash = snapshot.cash[firm.account]
    money = sum(
        (one.amount for one in firm.rows("balances", "currency") if one.currency == "USD"),
        Decimal(0),
    )
    if abs(money - cash) > Decimal("0.000001"):
        wrong.append(f"cash {money} here, {cash} there")
    return wrong


def _book(firm: Firm) -> list[str]:
    wrong = [
        f"{one.kind} {one.key} differs: {one.in_book} here, {one.at_broker} there"
        for one in firm.rows("reconciliation_differences", "first_seen_at")
        if one.state == "OPEN"
    ]
    office = firm.office
    wrong += [
        f"not whole: {one}"
        for one in office.sql("select * from live_trading.differences()")
        if one.username == firm.person
    ]
    wrong += [
        f"not verified: {one}"
        for one in office.sql("select * from oversight.verify_book('live')")
        if one.username == firm.person and not (one.rebuilt_equals_stored and one.chain_intact)
    ]
    return wrong
