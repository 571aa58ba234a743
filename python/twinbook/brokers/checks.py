"""What is refused here, before a broker sees it. Nothing was sent when one of these raises."""

import re
from decimal import Decimal

from twinbook.brokers.errors import NotSupported, Rejected
from twinbook.brokers.provider import BrokerProvider
from twinbook.brokers.terms import (
    AssetClass,
    Effect,
    OcoRequest,
    OrderChange,
    OrderRequest,
    OrderType,
    Side,
)

_LIMITED = (OrderType.LIMIT, OrderType.STOP_LIMIT)
_STOPPED = (OrderType.STOP, OrderType.STOP_LIMIT)


def check_order(order: OrderRequest, broker: BrokerProvider, client_ids: re.Pattern[str]) -> None:
    """Raises Rejected for terms that make no sense, NotSupported for what a broker hasn't."""
    _check(order, broker, client_ids)
    for price, name, goes_with in (
        (order.limit_price, "limit", _LIMITED),
        (order.stop_price, "stop", _STOPPED),
    ):
        if (price is not None) != (order.order_type in goes_with):
            problem = "needs a" if price is None else "takes no"
            raise Rejected(f"a {order.order_type} order {problem} {name} price", broker=broker.name)
        _check_positive(price, f"the {name} price", broker)


def check_oco(pair: OcoRequest, broker: BrokerProvider, client_ids: re.Pattern[str]) -> None:
    """The same for a pair."""
    _check(pair, broker, client_ids)
    _check_positive(pair.take_profit, "the take profit", broker)
    _check_positive(pair.stop_loss, "the stop loss", broker)
    _check_positive(pair.stop_limit_price, "the stop's limit price", broker)
    if pair.effect is Effect.OPEN:
        raise Rejected(
            "a take profit and a stop loss close a position, they don't open one",
            broker=broker.name,
        )
    low, high = sorted((pair.take_profit, pair.stop_loss))
    profit = high if pair.side is Side.SELL else low
    if low == high or pair.take_profit != profit:
        raise Rejected(
            "the take profit stands on the stop loss's side of the price", broker=broker.name
        )


def check_change(change: OrderChange, broker: BrokerProvider) -> None:
    """Raises Rejected for a change that changes nothing, or to terms that make no sense."""
    new = {
        "the quantity": change.quantity,
        "the limit price": change.limit_price,
        "the stop price": change.stop_price,
    }
    if all(value is None for value in new.values()):
        raise Rejected("nothing is to be changed", broker=broker.name)
    for what, value in new.items():
        _check_positive(value, what, broker)


def check_whole(quantity: Decimal, what: str, broker: BrokerProvider) -> None:
    """Raises Rejected for a fraction."""
    if quantity != quantity.to_integral_value():
        raise Rejected(f"{what} trade in whole numbers here", broker=broker.name)


def _check(
    order: OrderRequest | OcoRequest, broker: BrokerProvider, client_ids: re.Pattern[str]
) -> None:
    if not client_ids.fullmatch(order.client_id):
        raise Rejected(
            "the client id isn't within the broker's grammar",
            "take one of new_client_id()",
            broker=broker.name,
        )
    if order.asset_class not in broker.capabilities.asset_classes:
        raise NotSupported(f"it doesn't trade {order.asset_class}", broker=broker.name)
    if order.time_in_force not in broker.capabilities.times_in_force:
        raise NotSupported(f"it has no {order.time_in_force} orders", broker=broker.name)
    _check_positive(order.quantity, "the quantity", broker)
    if order.asset_class is AssetClass.OPTION:
        check_whole(order.quantity, "options", broker)


def _check_positive(value: Decimal | None, what: str, broker: BrokerProvider) -> None:
    if value is None:
        return
    if not isinstance(value, Decimal):
        raise TypeError(f"{what} is no Decimal; money and quantities are")
    if not (value.is_finite() and value > 0):
        raise Rejected(f"{what} must be above zero", broker=broker.name)
