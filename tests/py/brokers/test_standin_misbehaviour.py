"""What each misbehaviour of a broker means to its client."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.py.brokers.script import FakeClock
from tests.py.brokers.venues import Hurried, Venue, client_of, venue_of

from twinbook.brokers import (
    Ambiguous,
    AuthFailed,
    Cancellation,
    DuplicateClientId,
    InsufficientFunds,
    OrderChange,
    OrderRequest,
    OrderStatus,
    OrderType,
    RateLimited,
    Rejected,
    Resubmission,
    TimedOut,
    Unavailable,
    client,
)
from twinbook.brokers.standin import Fault, Race

# The order may have landed, or not: the client can't tell from these.
UNCLEAR = (
    Fault.DROP,
    Fault.RESET,
    Fault.GATEWAY_TIMEOUT,
    Fault.HTML_502,
    Fault.UNAVAILABLE,
    Fault.TRUNCATED,
    Fault.EMPTY,
)
READS = {"tradier": "positions", "alpaca": "positions", "kraken": "balances"}


@pytest.mark.parametrize("commit", [True, False], ids=["landed", "not landed"])
@pytest.mark.parametrize("fault", UNCLEAR)
def test_an_order_without_a_clear_answer_is_ambiguous(
    venue: Venue, fault: Fault, commit: bool
) -> None:
    venue.standin.fail_next(fault, commit=commit, on="place")
    request = venue.request()
    with pytest.raises(Ambiguous) as raised:
        venue.place(request)
    assert len(venue.standin.calls("place")) == 1
    assert len(venue.found(request)) == len(venue.standin.orders()) == int(commit)
    # When finding nothing begins to mean anything: never at Tradier, after the deadline at Kraken.
    after = raised.value.look_up_after
    if venue.broker.capabilities.resubmission is Resubmission.NEVER:
        assert after is None
    else:
        wait = {"alpaca": 2, "kraken": 35}[venue.broker.name]
        assert after == venue.clock.now() + timedelta(seconds=wait)


def test_a_landed_order_sent_again_is_a_duplicate_at_alpaca(fake_clock: FakeClock) -> None:
    with venue_of("alpaca", fake_clock) as venue:
        venue.standin.fail_next(Fault.DROP, commit=True, on="place")
        request = venue.request()
        with pytest.raises(Ambiguous):
            venue.place(request)
        with pytest.raises(DuplicateClientId):
            venue.place(request)
        assert len(venue.standin.orders()) == 1


@pytest.mark.parametrize("commit", [True, False], ids=["landed", "not landed"])
def test_an_answer_later_than_the_client_waits(
    venue: Venue, commit: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without ``commit`` it lands only after the client has given up."""
    venue.broker.quotes([venue.symbol])  # so that Kraken's pairs are known
    venue.standin.fail_next(Fault.SLOW, seconds=20, commit=commit, on="place")
    request = venue.request()
    with monkeypatch.context() as impatient:
        impatient.setattr(client, "TIMEOUT", 0.5)
        with pytest.raises(Ambiguous):
            venue.place(request)
    assert len(venue.found(request)) == int(commit)


def test_a_read_later_than_the_client_waits(venue: Venue, monkeypatch: pytest.MonkeyPatch) -> None:
    read = READS[venue.broker.name]
    venue.standin.fail_next(Fault.SLOW, seconds=20, times=3, on=read)
    monkeypatch.setattr(client, "TIMEOUT", 0.3)
    with pytest.raises(TimedOut):
        venue.broker.positions()
    assert len(venue.standin.script.failing) == 0


@pytest.mark.parametrize("fault", [*UNCLEAR, Fault.TOO_MANY_REQUESTS])
def test_a_read_is_asked_three_times(venue: Venue, fault: Fault) -> None:
    read = READS[venue.broker.name]
    venue.standin.fail_next(fault, times=2, on=read)
    assert venue.broker.positions() == []
    assert len(venue.standin.calls(read)) == 3
    venue.standin.fail_next(fault, times=3, on=read)
    with pytest.raises(RateLimited if fault is Fault.TOO_MANY_REQUESTS else Unavailable):
        venue.broker.positions()
    assert len(venue.standin.calls(read)) == 6


def test_too_many_requests_place_nothing(venue: Venue) -> None:
    venue.standin.fail_next(Fault.TOO_MANY_REQUESTS, on="place")
    with pytest.raises(RateLimited) as raised:
        venue.place()
    if venue.broker.name != "kraken":  # it sends no headers
        assert raised.value.retry_after == pytest.approx(60, abs=1)
    assert venue.standin.orders() == []
    # What is left of the limit is known now, so the next order waits for it.
    venue.place()
    assert sum(venue.clock.waited) > 0


@pytest.mark.parametrize("commit", [True, False], ids=["kept", "not kept"])
def test_a_refusal(venue: Venue, commit: bool) -> None:
    """Tradier's may leave a rejected order behind."""
    venue.standin.fail_next(Fault.REFUSED, commit=commit, on="place")
    request = venue.request()
    with pytest.raises(InsufficientFunds):
        venue.place(request)
    ended = [order.status for order in venue.found(request)]
    rejected = OrderStatus.CANCELED if venue.broker.name == "kraken" else OrderStatus.REJECTED
    assert ended == ([rejected] if commit else [])


def test_a_refusal_in_earnest_leaves_nothing_behind(venue: Venue) -> None:
    venue.standin.fail_next(Fault.REFUSED, commit=True, on="place")
    with pytest.raises(InsufficientFunds):
        venue.place(venue.request(quantity=venue.quantity * 1000))
    assert venue.standin.orders() == []
    assert not venue.read(venue.place()).status.is_final


def test_a_refusal_in_plain_text(venue: Venue) -> None:
    venue.standin.fail_next(Fault.PLAIN_400, on="place")
    with pytest.raises(Rejected, match=r"Invalid parameter, quantity"):
        venue.place()


def test_an_expired_token(venue: Venue) -> None:
    venue.standin.fail_next(Fault.EXPIRED_TOKEN, on="place")
    with pytest.raises(AuthFailed):
        venue.place()
    read = READS[venue.broker.name]
    venue.standin.fail_next(Fault.EXPIRED_TOKEN, on=read)
    with pytest.raises(AuthFailed):
        venue.broker.positions()
    assert len(venue.standin.calls(read)) == 1


def test_a_gateway_that_cannot_look_the_token_up(fake_clock: FakeClock) -> None:
    with venue_of("tradier", fake_clock) as venue:
        venue.standin.fail_next(Fault.DATASTORE, on="positions")
        assert venue.broker.positions() == []
        venue.standin.fail_next(Fault.DATASTORE, on="place")
        with pytest.raises(Ambiguous):
            venue.place()


def test_what_a_broker_has_not_cannot_be_commanded(fake_clock: FakeClock) -> None:
    with venue_of("kraken", fake_clock) as venue:
        for fault in (Fault.DATASTORE, Fault.TWICE):
            with pytest.raises(ValueError, match="kraken has no"):
                venue.standin.fail_next(fault)


@pytest.mark.parametrize("commit", [True, False], ids=["done", "not done"])
@pytest.mark.parametrize("fault", [Fault.DROP, Fault.GATEWAY_TIMEOUT, Fault.HTML_502])
def test_a_cancel_is_asked_again(venue: Venue, fault: Fault, commit: bool) -> None:
    placed = venue.place()
    venue.standin.fail_next(fault, commit=commit, on="cancel")
    expected = Cancellation.ALREADY_OVER if commit else Cancellation.REQUESTED
    assert venue.broker.cancel_order(placed.order_id) is expected
    assert venue.read(placed).status is OrderStatus.CANCELED


@pytest.mark.parametrize("commit", [True, False], ids=["done", "not done"])
def test_a_change_is_sent_once(fake_clock: FakeClock, commit: bool) -> None:
    for name in ("tradier", "alpaca"):
        with venue_of(name, fake_clock) as venue:
            placed = venue.place()
            venue.read(placed)
            venue.standin.fail_next(Fault.GATEWAY_TIMEOUT, commit=commit, on="replace")
            with pytest.raises(Ambiguous):
                venue.broker.replace_order(placed.order_id, OrderChange(limit_price=Decimal(120)))
            assert len(venue.standin.calls("replace")) == 1
            order = venue.read(placed)
            new = venue.broker.get_order(order.replaced_by) if order.replaced_by else order
            assert new.limit_price == (120 if commit else 144)


def test_a_rejection_comes_after_the_order_was_taken(venue: Venue) -> None:
    """Kraken has no such status: there the order is canceled, with a reason."""
    venue.standin.reject_later()
    order = venue.read(venue.place())
    if venue.broker.name == "kraken":
        assert (order.status, order.reason) == (OrderStatus.CANCELED, "Insufficient funds")
    else:
        assert order.status is OrderStatus.REJECTED
    assert order.filled_quantity == 0


def test_a_part_is_filled_and_the_rest_canceled(venue: Venue) -> None:
    part = venue.quantity * Decimal("0.4")
    venue.standin.partial_then_cancel(part)
    placed = venue.place()
    order = venue.read(placed)
    assert (order.status, order.filled_quantity) == (OrderStatus.CANCELED, part)
    if venue.broker.capabilities.fills:
        fills = venue.broker.fills(venue.since(), placed.order_id)
        assert [fill.quantity for fill in fills] == [part]


def test_a_cancel_that_a_fill_outran(venue: Venue) -> None:
    placed = venue.place()
    venue.standin.race_cancel(Race.FILL_WINS)
    assert venue.broker.cancel_order(placed.order_id) is Cancellation.ALREADY_OVER
    assert venue.read(placed).status is OrderStatus.FILLED


def test_a_cancel_that_was_taken_and_yet_it_filled(venue: Venue) -> None:
    placed = venue.place()
    venue.standin.race_cancel(Race.FILL_AFTER_ANSWER)
    assert venue.broker.cancel_order(placed.order_id) is Cancellation.REQUESTED
    assert venue.read(placed).status is OrderStatus.FILLED


def test_a_cancel_after_a_part_has_filled(venue: Venue) -> None:
    placed = venue.place()
    part = venue.quantity * Decimal("0.4")
    venue.standin.race_cancel(Race.PARTIAL_THEN_CANCELED, quantity=part)
    assert venue.broker.cancel_order(placed.order_id) is Cancellation.REQUESTED
    order = venue.read(placed)
    assert (order.status, order.filled_quantity) == (OrderStatus.CANCELED, part)


def test_a_cancel_that_takes_its_time(venue: Venue) -> None:
    placed = venue.place()
    venue.standin.race_cancel(Race.SLOW, after=5)
    assert venue.broker.cancel_order(placed.order_id) is Cancellation.REQUESTED
    assert not venue.read(placed).status.is_final
    venue.pass_time(5)
    assert venue.read(placed).status is OrderStatus.CANCELED


def test_a_cancel_that_is_asked_for_twice_hurries_nothing(venue: Venue) -> None:
    placed = venue.place()
    part = venue.quantity * Decimal("0.4")
    venue.standin.race_cancel(Race.PARTIAL_THEN_CANCELED, quantity=part, after=5)
    for _ in range(2):
        assert venue.broker.cancel_order(placed.order_id) is Cancellation.REQUESTED
        assert not venue.read(placed).status.is_final
    venue.pass_time(5)
    order = venue.read(placed)
    assert (order.status, order.filled_quantity) == (OrderStatus.CANCELED, part)


def test_a_fill_after_the_end(venue: Venue) -> None:
    placed = venue.place()
    part = venue.quantity * Decimal("0.4")
    venue.standin.race_cancel(Race.LATE_FILL, quantity=part, after=5)
    venue.broker.cancel_order(placed.order_id)
    order = venue.read(placed)
    assert (order.status, order.filled_quantity) == (OrderStatus.CANCELED, Decimal(0))
    venue.pass_time(5)
    order = venue.read(placed)
    assert (order.status, order.filled_quantity) == (OrderStatus.CANCELED, part)
    assert [held.quantity for held in venue.broker.positions()] == [part]


def test_what_is_listed_twice_is_read_once(fake_clock: FakeClock) -> None:
    for name, call in (("tradier", "orders"), ("alpaca", "fills"), ("alpaca", "orders")):
        with venue_of(name, fake_clock) as venue:
            venue.place(venue.market())
            venue.standin.fail_next(Fault.TWICE, on=call)
            twice, once = (
                venue.broker.fills(venue.since()) if call == "fills" else venue.broker.list_orders()
                for _ in range(2)
            )
            assert twice == once
            assert len(once) == 1


def test_one_thing_is_no_list_and_none_is_a_word(fake_clock: FakeClock) -> None:
    for empty in ("null", None):
        with venue_of("tradier", fake_clock, empty=empty) as venue:
            assert venue.broker.list_orders() == []
            assert venue.broker.positions() == []
            venue.place(venue.market())
            assert len(venue.broker.list_orders()) == 1
            assert len(venue.broker.positions()) == 1


def test_a_status_that_nobody_knows_is_not_the_end(venue: Venue) -> None:
    placed = venue.place()
    venue.standin.show_status(placed.order_id, "mislaid")
    order = venue.read(placed)
    assert (order.status, order.status_is_known) == (OrderStatus.OPEN, False)
    assert order.raw_status == "mislaid"


def test_an_outage_is_not_ambiguous(venue: Venue) -> None:
    with venue.another_client() as broker:
        broker.quotes([venue.symbol])
        venue.standin.stop()
        with pytest.raises(Unavailable):
            broker.place_order(venue.request())
    venue.standin.start()
    assert venue.standin.orders() == []


@pytest.mark.parametrize("seed", [1, 2])
def test_by_chance_nothing_is_lost_or_doubled(venue: Venue, seed: int) -> None:
    """Careful callers in four threads: each sends an order once, and believes what it reads."""
    venue.standin.limit_factor = 0
    venue.standin.fail_at_random(0.3, seed=seed, seconds=0)
    broker = client_of(venue.standin, venue.broker.credentials, Hurried())
    markets = {"order_type": OrderType.MARKET, "limit_price": None}
    requests = [
        venue.request(quantity=venue.quantity / 10, **(markets if number % 2 else {}))
        for number in range(40)
    ]

    def placed(request: OrderRequest) -> str | None:
        """The order's id, "" if nothing was placed, None if that isn't known."""
        try:
            return broker.place_order(request).order_id
        except Ambiguous:
            return None
        except (RateLimited, Unavailable):
            return ""

    with broker, ThreadPoolExecutor(4) as pool:
        told = list(pool.map(placed, requests))
        venue.standin.behave()
        snapshot = venue.standin.snapshot()
        found = [broker.list_orders(client_id=request.client_id) for request in requests]
        positions = broker.positions()
        fills = broker.fills(venue.since()) if broker.capabilities.fills else []
    assert None in told
    for request, order_id, orders in zip(requests, told, found, strict=True):
        kept = snapshot.orders.get(request.client_id, [])
        assert len(kept) == len(orders) <= 1
        if order_id is not None:
            assert "".join(order.order_id for order in orders) == order_id
        assert [order.filled_quantity for order in orders] == [one[3] for one in kept]
    filled = sum((fill[3] for fill in snapshot.fills), Decimal(0))
    assert sum((position.quantity for position in positions), Decimal(0)) == filled
    if fills:
        assert sum((fill.quantity for fill in fills), Decimal(0)) == filled
        assert len({fill.fill_id for fill in fills}) == len(snapshot.fills)


def test_chance_is_the_same_for_the_same_seed(fake_clock: FakeClock) -> None:
    def faults(seed: int) -> list[str]:
        with venue_of("alpaca", fake_clock, limit_factor=0) as venue:
            venue.standin.fail_at_random(0.5, seed=seed, seconds=0)
            for _ in range(20):
                try:
                    venue.broker.positions()
                except Unavailable:
                    continue
                except RateLimited:
                    continue
            return [call.fault for call in venue.standin.calls()]

    assert faults(7) == faults(7) != faults(8)
