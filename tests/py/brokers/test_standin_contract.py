"""What every broker's client does with its stand-in, and where their capabilities differ."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.py.brokers.script import FakeClock
from tests.py.brokers.venues import Venue, client_of, credentials_for, venue_of

from twinbook.brokers import (
    AssetClass,
    AuthFailed,
    Cancellation,
    DuplicateClientId,
    Effect,
    InsufficientFunds,
    NotSupported,
    OrderChange,
    OrderStatus,
    OrderType,
    RateLimited,
    Rejected,
    Secret,
    Side,
    TimeInForce,
    Unavailable,
    UnknownOrder,
    new_client_id,
)
from twinbook.brokers.standin import Fault

NEVER_OF_A_MARKET_ORDER = {"limit_price", "stop_price", "reason", "replaced_by", "replaces"}
# None in every result of that kind; what else is None would be lost in reading.
GAPS = {
    "tradier": {
        "quote": set[str](),
        "option": set[str](),
        "order": {"fee"},
        "position": set[str](),
        "fill": set[str](),
    },
    "alpaca": {
        "quote": {"last", "day_volume"},
        "option": {"open_interest", "multiplier"},
        "order": {"fee"},
        "position": {"opened_at"},
        "fill": {"fee", "fee_currency", "liquidity"},
    },
    "kraken": {
        "quote": {"quoted_at"},
        "order": {"effect"},
        "position": {"cost", "opened_at"},
        "fill": set[str](),
    },
}


def gaps(told: object) -> set[str]:
    """What a result says nothing of."""
    assert is_dataclass(told)
    return {field.name for field in fields(told) if getattr(told, field.name) is None}


def test_what_a_broker_does_not_tell(venue: Venue) -> None:
    missing = GAPS[venue.broker.name]
    venue.standin.set_quote(venue.symbol, venue.price - 1, venue.price + 1)
    assert gaps(venue.broker.quotes([venue.symbol]).found[0]) == missing["quote"]
    order = venue.read(venue.place(venue.market()))
    assert gaps(order) == missing["order"] | NEVER_OF_A_MARKET_ORDER
    assert gaps(venue.broker.positions()[0]) == missing["position"]
    balance = venue.broker.balance()
    assert gaps(balance) == set()
    assert gaps(balance.of("USD")) <= {"option_buying_power"}
    if venue.broker.capabilities.fills:
        assert gaps(venue.broker.fills(venue.since())[0]) == missing["fill"]
    if venue.broker.capabilities.options:
        day = venue.broker.expirations(venue.symbol)[0]
        for option in venue.broker.chain(venue.symbol, day):
            assert gaps(option) - {"bid"} == missing["option"]
            assert gaps(option.greeks) == set()


def test_the_connection(venue: Venue) -> None:
    connection = venue.broker.test_connection()
    assert connection.account == venue.standin.logins[0].accounts[0]
    assert connection.can_trade


def test_credentials_that_are_not_right(venue: Venue) -> None:
    right = credentials_for(venue.standin)
    if right.token:
        wrong = replace(right, token=Secret("another"))
    else:
        wrong = replace(right, secret=Secret("YW5vdGhlcg=="))
    with (
        client_of(venue.standin, wrong) as broker,
        pytest.raises(AuthFailed),
    ):
        broker.test_connection()


def test_quotes(venue: Venue) -> None:
    venue.standin.set_quote(venue.symbol, venue.price - 1, venue.price + 1)
    quotes = venue.broker.quotes([venue.symbol, "ZZZZQ"])
    (quote,) = quotes.found
    assert (quote.symbol, quote.bid, quote.ask) == (venue.symbol, venue.price - 1, venue.price + 1)
    assert quotes.unmatched == ("ZZZZQ",)
    if venue.broker.name != "kraken":  # its ticker has no time
        assert quote.quoted_at == venue.clock.now()


def test_a_quote_may_grow_old(venue: Venue) -> None:
    venue.standin.set_quote(venue.symbol, venue.price, venue.price, is_live=False)
    was = venue.broker.quotes([venue.symbol]).found[0].quoted_at
    venue.pass_time(60)
    assert venue.broker.quotes([venue.symbol]).found[0].quoted_at == was


def test_options_are_listed(venue: Venue) -> None:
    if not venue.broker.capabilities.options:
        with pytest.raises(NotSupported):
            venue.broker.expirations(venue.symbol)
        with pytest.raises(NotSupported):
            venue.broker.chain(venue.symbol, venue.clock.now().date())
        return
    days = venue.broker.expirations(venue.symbol)
    assert len(days) == 6
    assert days == sorted(days)
    chain = venue.broker.chain(venue.symbol, days[1])
    assert {option.expiration for option in chain} == {days[1]}
    assert {option.right for option in chain} == {"call", "put"}
    for option in chain:
        assert option.greeks
        assert option.greeks.delta is not None
        assert (option.greeks.delta > 0) == (option.right == "call") or not option.greeks.delta
        assert option.ask
        assert option.bid_size
        assert option.ask_size
    quoted = venue.broker.quotes([chain[0].symbol]).found[0]
    assert (quoted.bid, quoted.ask) == (chain[0].bid, chain[0].ask)
    assert venue.broker.chain(venue.symbol, days[0] + timedelta(days=1)) == []


def test_a_resting_order(venue: Venue) -> None:
    request = venue.request()
    placed = venue.place(request)
    assert (placed.client_id, placed.status) == (request.client_id, OrderStatus.PENDING)
    order = venue.read(placed)
    assert order == venue.found(request)[0] == venue.broker.list_orders(open_only=True)[0]
    assert (order.status, order.status_is_known) == (OrderStatus.OPEN, True)
    assert order.client_id == request.client_id
    assert (order.symbol, order.side, order.order_type) == (
        request.symbol,
        request.side,
        request.order_type,
    )
    assert (order.quantity, order.limit_price) == (request.quantity, request.limit_price)
    assert order.filled_quantity == 0
    assert order.average_price is None
    assert order.created_at == venue.clock.now()


def test_a_market_order_moves_money_and_position(venue: Venue) -> None:
    currency = "USD"
    before = venue.broker.balance()
    assert before.of(currency).amount == before.equity == 100_000
    assert before.of(currency).buying_power >= 100_000
    venue.quote(venue.price)
    order = venue.read(venue.place(venue.market()))
    assert (order.status, order.filled_quantity) == (OrderStatus.FILLED, venue.quantity)
    assert order.average_price == venue.price
    spent = venue.quantity * venue.price + (order.fee or 0)
    after = venue.broker.balance()
    assert after.of(currency).amount == 100_000 - spent
    assert after.equity == 100_000 - (order.fee or 0)
    (position,) = venue.broker.positions()
    assert position.symbol == ("XBT" if venue.broker.name == "kraken" else venue.symbol)
    assert (position.quantity, position.asset_class) == (venue.quantity, venue.asset_class)
    assert position.cost in (None, venue.quantity * venue.price)


def test_a_partial_fill_and_the_rest(venue: Venue) -> None:
    placed = venue.place()
    low = venue.price * Decimal("0.8")
    part = venue.quantity * Decimal("0.4")
    venue.standin.fill(placed.order_id, part, low - 1)
    order = venue.read(placed)
    assert (order.status, order.filled_quantity) == (OrderStatus.PARTIALLY_FILLED, part)
    assert order.average_price == low - 1
    venue.standin.fill(placed.order_id)
    order = venue.read(placed)
    assert (order.status, order.filled_quantity) == (OrderStatus.FILLED, venue.quantity)
    assert order.average_price == low - Decimal("0.4")


def test_fills_have_lasting_ids(venue: Venue) -> None:
    if not venue.broker.capabilities.fills:
        with pytest.raises(NotSupported):
            venue.broker.fills(venue.since())
        return
    placed = venue.place()
    venue.place(venue.market())
    venue.standin.fill(placed.order_id, venue.quantity / 2, venue.price)
    venue.pass_time(1)
    venue.standin.fill(placed.order_id, None, venue.price + 1)
    fills = venue.broker.fills(venue.since(), placed.order_id)
    assert [fill.quantity for fill in fills] == [venue.quantity / 2] * 2
    assert [fill.price for fill in fills] == [venue.price, venue.price + 1]
    assert {fill.order_id for fill in fills} == {placed.order_id}
    assert {fill.symbol for fill in fills} == {venue.symbol}
    assert {fill.side for fill in fills} == {Side.BUY}
    everything = venue.broker.fills(venue.since())
    assert [fill for fill in everything if fill.order_id == placed.order_id] == fills
    assert len({fill.fill_id for fill in everything}) == 3
    assert venue.broker.fills(venue.since()) == everything


def test_canceling(venue: Venue) -> None:
    placed = venue.place()
    assert venue.broker.cancel_order(placed.order_id) is Cancellation.REQUESTED
    assert venue.read(placed).status is OrderStatus.CANCELED
    assert venue.broker.list_orders(open_only=True) == []
    assert venue.broker.cancel_order(placed.order_id) is Cancellation.ALREADY_OVER


def test_an_order_that_is_not_there(venue: Venue) -> None:
    # Tradier says of any order that isn't the account's that the token isn't the account's.
    expected = AuthFailed if venue.broker.name == "tradier" else UnknownOrder
    unknown = "OZZZZZ-ZZZZZ-ZZZZZZ" if venue.broker.name == "kraken" else "4711"
    calls: list[Callable[[str], object]] = [venue.broker.get_order, venue.broker.cancel_order]
    for call in calls:
        with pytest.raises(expected):
            call(unknown)
    assert venue.broker.list_orders(client_id=new_client_id()) == []


@pytest.mark.parametrize("kind", [OrderType.STOP, OrderType.STOP_LIMIT])
def test_stops(venue: Venue, kind: OrderType) -> None:
    venue.quote(venue.price)
    venue.place(venue.market())
    stop = venue.price * Decimal("0.9")
    limit = stop - 10 if kind is OrderType.STOP_LIMIT else None
    request = venue.request(
        side=Side.SELL, order_type=kind, stop_price=stop, limit_price=limit, effect=Effect.CLOSE
    )
    placed = venue.place(request)
    order = venue.read(placed)
    assert (order.status, order.order_type) == (OrderStatus.OPEN, kind)
    assert (order.stop_price, order.limit_price) == (stop, limit)
    venue.quote(stop - 1)
    order = venue.read(placed)
    assert (order.status, order.average_price) == (OrderStatus.FILLED, stop - 1)
    assert [held for held in venue.broker.positions() if held.quantity] == []


def test_a_pair_of_exits(venue: Venue) -> None:
    if not venue.broker.capabilities.oco:
        with pytest.raises(NotSupported):
            venue.broker.place_oco(venue.pair())
        return
    venue.quote(venue.price)
    venue.place(venue.market())
    placed = venue.broker.place_oco(venue.pair())
    first = venue.read(placed)
    assert not first.status.is_final
    venue.quote(venue.price * Decimal("0.9") - 1)
    after = venue.read(placed)
    # Tradier's whole holds both as legs; Alpaca's is the take profit, with the stop as its leg.
    exits = after.legs if venue.broker.name == "tradier" else (after, *after.legs)
    found = {one.order_type: one.status for one in exits}
    assert found == {OrderType.LIMIT: OrderStatus.CANCELED, OrderType.STOP: OrderStatus.FILLED}
    assert venue.broker.positions() == []


def test_a_preview(venue: Venue) -> None:
    if not venue.broker.capabilities.preview:
        with pytest.raises(NotSupported):
            venue.broker.preview_order(venue.request())
        return
    assert venue.broker.preview_order(venue.request()).description
    assert venue.standin.orders() == []
    huge = venue.request(quantity=venue.quantity * 1000)
    if venue.broker.capabilities.preview_checks_funds:
        with pytest.raises(InsufficientFunds):
            venue.broker.preview_order(huge)
    else:
        venue.broker.preview_order(huge)


def test_replacing(venue: Venue) -> None:
    request = venue.request()
    placed = venue.place(request)
    change = OrderChange(limit_price=venue.price * Decimal("0.7"))
    if not venue.broker.capabilities.replace:
        with pytest.raises(NotSupported):
            venue.broker.replace_order(placed.order_id, change)
        return
    new = venue.broker.replace_order(placed.order_id, change)
    order = venue.read(new)
    assert (order.status, order.limit_price) == (OrderStatus.OPEN, change.limit_price)
    old = venue.read(placed)
    if venue.broker.name == "alpaca":
        assert (old.status, old.replaced_by) == (OrderStatus.CANCELED, new.order_id)
    else:
        assert old == order
    if venue.broker.capabilities.replaces_quantity:
        bigger = venue.broker.replace_order(new.order_id, OrderChange(quantity=venue.quantity + 1))
        assert venue.read(bigger).quantity == venue.quantity + 1
    else:
        with pytest.raises(NotSupported):
            venue.broker.replace_order(new.order_id, OrderChange(quantity=venue.quantity + 1))


def test_an_order_beyond_ones_means(venue: Venue) -> None:
    with pytest.raises(InsufficientFunds):
        venue.place(venue.request(quantity=venue.quantity * 1000))
    assert venue.standin.orders() == []


def test_a_client_id_used_again(venue: Venue) -> None:
    """Refused for ever at Alpaca, while the first is open at Kraken, never at Tradier."""
    request = venue.request()
    first = venue.place(request)
    if venue.broker.name == "tradier":
        venue.place(request)
        assert len(venue.found(request)) == 2
        return
    with pytest.raises(DuplicateClientId):
        venue.place(request)
    venue.broker.cancel_order(first.order_id)
    if venue.broker.capabilities.client_id_is_unique:
        with pytest.raises(DuplicateClientId):
            venue.place(request)
    else:
        venue.place(request)
        assert len(venue.found(request)) == 2


def test_yesterdays_orders(venue: Venue) -> None:
    request = venue.request(time_in_force=TimeInForce.GTC)
    placed = venue.place(request)
    venue.pass_time(24 * 3600)
    expected = 1 if venue.broker.capabilities.lists_past_days else 0
    assert len(venue.found(request)) == expected
    assert venue.read(placed).status is OrderStatus.OPEN


def test_a_day_order_expires(venue: Venue) -> None:
    placed = venue.place()
    venue.pass_time(8 * 3600)
    assert venue.read(placed).status is OrderStatus.EXPIRED


def test_many_orders_are_all_listed(fake_clock: FakeClock) -> None:
    with venue_of("tradier", fake_clock, orders_a_page=2) as venue:
        placed = [venue.place().order_id for _ in range(5)]
        assert [order.order_id for order in venue.broker.list_orders()] == placed


def test_a_restarted_client_goes_on(venue: Venue) -> None:
    request = venue.request()
    venue.place(request)
    venue.broker.balance()
    venue.pass_time(0.001)
    with venue.another_client() as again:
        assert [order.client_id for order in again.list_orders()] == [request.client_id]


def test_a_limit_that_another_client_has_used_up(venue: Venue) -> None:
    with venue.another_client() as other:
        calls = {"tradier": 54, "alpaca": 180, "kraken": 13}[venue.broker.name]
        for _ in range(calls):
            other.positions()
    if venue.broker.name != "kraken":
        # The first answer's headers tell what is left, and the next requests wait for more.
        venue.broker.positions()
        for _ in range(10):
            venue.broker.positions()
        assert sum(venue.clock.waited) >= 50
    else:
        venue.pass_time(0.001)
        for _ in range(3):
            venue.broker.positions()
        assert sum(venue.clock.waited) > 1
    refused = [call for call in venue.standin.calls("positions") if call.status == 429]
    assert refused == []


def options_of(venue: Venue) -> str:
    day = venue.broker.expirations(venue.symbol)[2]
    return next(
        option.symbol
        for option in venue.broker.chain(venue.symbol, day)
        if option.strike == venue.price and option.right == "call"
    )


def test_options_are_opened_and_closed(venue: Venue) -> None:
    if not venue.broker.capabilities.options:
        with pytest.raises(NotSupported):
            venue.place(venue.request(asset_class=AssetClass.OPTION))
        return
    symbol = options_of(venue)
    terms = {"symbol": symbol, "asset_class": AssetClass.OPTION, "quantity": Decimal(2)}
    bought = venue.read(venue.place(venue.market(effect=Effect.OPEN, **terms)))
    assert (bought.status, bought.effect) == (OrderStatus.FILLED, Effect.OPEN)
    assert bought.symbol == symbol
    (position,) = venue.broker.positions()
    assert (position.symbol, position.quantity) == (symbol, Decimal(2))
    assert position.asset_class is AssetClass.OPTION
    assert bought.average_price
    assert position.cost == 200 * bought.average_price
    venue.place(venue.market(side=Side.SELL, effect=Effect.CLOSE, **terms))
    assert venue.broker.positions() == []


def test_shorts(venue: Venue) -> None:
    if AssetClass.EQUITY not in venue.broker.capabilities.asset_classes:
        with pytest.raises(InsufficientFunds):
            venue.place(venue.market(side=Side.SELL))
        return
    short = venue.market(side=Side.SELL, effect=Effect.OPEN)
    order = venue.read(venue.place(short))
    assert (order.side, order.effect) == (Side.SELL, Effect.OPEN)
    (position,) = venue.broker.positions()
    assert position.quantity == -venue.quantity
    assert position.cost is not None
    assert position.cost < 0
    venue.place(venue.market(effect=Effect.CLOSE))
    assert venue.broker.positions() == []


def test_what_was_traded_elsewhere_is_seen(venue: Venue) -> None:
    venue.standin.trade_outside(venue.symbol, "buy", venue.quantity, venue.price)
    assert [held.quantity for held in venue.broker.positions()] == [venue.quantity]
    (traded,) = venue.broker.list_orders()
    assert (traded.status, traded.filled_quantity) == (OrderStatus.FILLED, venue.quantity)
    if venue.broker.capabilities.fills:
        (fill,) = venue.broker.fills(venue.since())
        assert (fill.order_id, fill.price) == (traded.order_id, venue.price)
    venue.standin.order_outside(venue.symbol, "sell", venue.quantity, venue.price * 2)
    (resting,) = venue.broker.list_orders(open_only=True)
    assert (resting.side, resting.limit_price) == (Side.SELL, venue.price * 2)
    assert resting.client_id != traded.client_id or resting.client_id is None
    venue.standin.deposit(Decimal(500))
    spent = venue.quantity * venue.price
    fee = Decimal("0.004") * spent if venue.broker.name == "kraken" else Decimal(0)
    assert venue.broker.balance().of("USD").amount == 100_500 - spent - fee


def test_terms_that_a_broker_refuses(venue: Venue) -> None:
    with pytest.raises(Rejected):
        venue.place(venue.request(symbol="ZZZZQ"))
    assert venue.standin.orders() == []


def test_an_order_whose_time_ran_out_is_not_sent(venue: Venue) -> None:
    venue.broker.quotes([venue.symbol])
    deadline = venue.clock.now() + timedelta(seconds=5)
    venue.standin.fail_next(Fault.TOO_MANY_REQUESTS, on="place")
    with pytest.raises(RateLimited):
        venue.place()
    with pytest.raises(Unavailable, match="nothing was sent"):
        venue.place(venue.request(deadline=deadline))
    assert len(venue.standin.calls("place")) == 1


def test_another_account_of_the_same_credentials(fake_clock: FakeClock) -> None:
    with venue_of("tradier", fake_clock) as venue:
        right = credentials_for(venue.standin)
        foreign = replace(right, account="VA99999999")
        with client_of(venue.standin, foreign) as broker, pytest.raises(AuthFailed):
            broker.test_connection()
        with client_of(venue.standin, foreign) as broker, pytest.raises(AuthFailed):
            broker.place_order(venue.request())
        assert venue.standin.orders() == []
