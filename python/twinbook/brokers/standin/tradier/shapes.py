"""How Tradier words its answers: XML turned into JSON, so a list of one is no list."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from twinbook.brokers.standin.clock import at
from twinbook.brokers.standin.margin import Worth
from twinbook.brokers.standin.occ import contract
from twinbook.brokers.standin.state import Holding, Order, Quote, Role, Status

_WORDS = {
    Status.PENDING: "pending",
    Status.HELD: "pending",
    Status.OPEN: "open",
    Status.FILLED: "filled",
    Status.CANCELED: "canceled",
    Status.EXPIRED: "expired",
    Status.REJECTED: "rejected",
}
_EXACT = Decimal("1e-8")


def collection(items: Sequence[Any]) -> Any:
    """One item bare, several as a list."""
    return items[0] if len(items) == 1 else list(items)


def order(one: Order, group: Sequence[Order], *, with_tag: bool) -> dict[str, Any]:
    """An order, with its legs where it is a whole."""
    is_container = one.role == Role.CONTAINER
    shown = {"id": int(one.id), **({} if is_container else _terms(one))}
    shown |= {"status": status(one), "duration": one.terms["duration"]}
    if not is_container:
        shown |= _executed(one)
    shown |= {
        "create_date": time(one.placed_at),
        "transaction_date": time(one.changed_at),
        "class": one.terms["class"],
    }
    if contract(one.symbol) and not is_container:
        shown["option_symbol"] = one.symbol
    if one.trigger is not None:
        shown["stop_price"] = one.trigger
    if one.client_id and with_tag and one.role != Role.LEG:
        shown["tag"] = one.client_id
    if one.reason:
        shown["reason_description"] = one.reason
    shown |= {name: one.terms[name] for name in ("num_legs", "strategy") if name in one.terms}
    if group:
        shown["leg"] = collection([order(leg, (), with_tag=with_tag) for leg in group])
    return shown


def status(one: Order) -> str:
    """The order's status in Tradier's words."""
    if one.shown_status:
        return one.shown_status
    if one.is_working and one.cancel_asked:
        return "pending_cancel"
    if one.status == Status.OPEN and one.executed:
        return "partially_filled"
    return _WORDS[one.status]


def position(one: Holding) -> dict[str, Any]:
    """A position; ``cost_basis`` is its whole cost, with its sign."""
    return {
        "cost_basis": one.cost,
        "date_acquired": time(one.since),
        "id": one.number,
        "quantity": one.quantity,
        "symbol": one.asset,
    }


def balances(account: str, kind: str, worth: Worth, pending_orders: int) -> dict[str, Any]:
    """An account's balances."""
    shown: dict[str, Any] = {
        "option_short_value": worth.short_options,
        "total_equity": worth.equity,
        "account_number": account,
        "account_type": kind,
        "close_pl": worth.realized,
        "current_requirement": worth.required,
        "equity": worth.market_value,
        "long_market_value": worth.long_stock + worth.long_options,
        "market_value": worth.market_value,
        "open_pl": worth.market_value - worth.cost,
        "option_long_value": worth.long_options,
        "option_requirement": 0,
        "pending_orders_count": pending_orders,
        "short_market_value": worth.short_stock + worth.short_options,
        "stock_long_value": worth.long_stock,
        "total_cash": worth.cash,
        "uncleared_funds": 0,
        "pending_cash": worth.reserved,
    }
    if kind == "cash":
        free = max(worth.cash - worth.reserved, Decimal(0))
        return shown | {"cash": {"cash_available": free, "sweep": 0, "unsettled_funds": 0}}
    power = {
        "fed_call": 0,
        "maintenance_call": 0,
        "option_buying_power": worth.spendable,
        "stock_buying_power": worth.stock_buying_power,
        "stock_short_value": worth.short_stock,
        "sweep": 0,
    }
    if kind == "pdt":
        power["day_trade_buying_power"] = 2 * worth.stock_buying_power
    return shown | {kind: power}


def quote(one: Quote) -> dict[str, Any]:
    """A quote of a stock or an option; ``close`` is null until the day is over."""
    option = contract(one.symbol)
    moment = int(one.at * 1000)
    before = one.opened or Decimal(0)
    change = None if one.last is None else one.last - before
    shown: dict[str, Any] = {
        "symbol": one.symbol,
        "description": option.name if option else one.symbol,
        "exch": "Z" if option else "Q",
        "type": "option" if option else "stock",
        "last": one.last,
        "change": change,
        "volume": 0,
        "open": one.opened,
        "high": one.high,
        "low": one.low,
        "close": None,
        "bid": one.bid,
        "ask": one.ask,
        "change_percentage": round(100 * change / before, 2) if change and before else Decimal(0),
        "average_volume": 0,
        "last_volume": 0,
        "trade_date": moment,
        "prevclose": before,
        "week_52_high": one.high,
        "week_52_low": one.low,
        "bidsize": int(one.bid_size) // 100,
        "bidexch": "Q",
        "bid_date": moment,
        "asksize": int(one.ask_size) // 100,
        "askexch": "P",
        "ask_date": moment,
    }
    if option is None:
        return shown | {"root_symbols": one.symbol}
    return shown | {
        "underlying": option.underlying,
        "strike": option.strike,
        "open_interest": 0,
        "contract_size": 100,
        "expiration_date": option.expiration.isoformat(),
        "expiration_type": "standard",
        "option_type": option.right,
        "root_symbol": option.underlying,
    }


def greeks(one: Quote) -> dict[str, Any] | None:
    """An option's greeks, which Tradier computes hourly; None where there are none."""
    if not one.greeks:
        return None
    volatility = one.greeks["iv"]
    return {
        **{name: one.greeks[name] for name in ("delta", "gamma", "theta", "vega", "rho", "phi")},
        "bid_iv": volatility,
        "mid_iv": volatility,
        "ask_iv": volatility,
        "smv_vol": volatility,
        "updated_at": f"{at(one.at):%Y-%m-%d %H}:00:00",
    }


def time(moment: float) -> str:
    """A moment as Tradier writes it, to the millisecond."""
    return at(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def as_xml(value: dict[str, Any]) -> bytes:
    """The same in XML, which a client gets that doesn't ask for JSON."""
    name, content = next(iter(value.items()))
    root = Element(name)
    _fill(root, content)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _terms(one: Order) -> dict[str, Any]:
    return {
        "type": one.terms["type"],
        "symbol": one.terms["symbol"],
        "side": one.terms["side"],
        "quantity": one.quantity,
    }


def _executed(one: Order) -> dict[str, Any]:
    """What became of it; what remains of an ended order is shown as 0."""
    return {
        **({} if one.limit is None else {"price": abs(one.limit)}),
        "avg_fill_price": abs(one.average).quantize(_EXACT),
        "exec_quantity": one.executed,
        "last_fill_price": abs(one.last_price),
        "last_fill_quantity": one.last_quantity,
        "remaining_quantity": one.remaining if one.is_working else Decimal(0),
    }


def _fill(element: Element, content: Any) -> None:
    if not isinstance(content, dict):
        element.text = str(content)
        return
    for name, part in content.items():
        for item in part if isinstance(part, list) else [part]:
            _fill(SubElement(element, name), item)
