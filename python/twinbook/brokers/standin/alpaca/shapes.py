"""How Alpaca words its answers: amounts of trading are text, market data are numbers."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from twinbook.brokers.standin.alpaca.orders import text
from twinbook.brokers.standin.clock import at, new_york
from twinbook.brokers.standin.margin import Worth
from twinbook.brokers.standin.occ import Contract, contract
from twinbook.brokers.standin.state import ZERO, Fill, Holding, Order, Quote, Role, Status

_WORDS = {
    Status.PENDING: "accepted",
    Status.HELD: "held",
    Status.OPEN: "new",
    Status.FILLED: "filled",
    Status.CANCELED: "canceled",
    Status.EXPIRED: "expired",
    Status.REJECTED: "rejected",
    Status.REPLACED: "replaced",
}
_BORN = "2026-01-02T10:00:00Z"
_NAMES = uuid.UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")


def order(one: Order, legs: Sequence[Order] = ()) -> dict[str, Any]:
    """An order, with the others of its group where they are asked for."""
    ended = {
        name: time(one.ended_at) if one.status == status else None
        for name, status in (
            ("expired_at", Status.EXPIRED),
            ("canceled_at", Status.CANCELED),
            ("failed_at", Status.REJECTED),
            ("replaced_at", Status.REPLACED),
        )
    }
    is_whole = one.role == Role.COMBINATION
    notional = one.terms["notional"]
    shown = {
        "id": one.id,
        "client_order_id": one.client_id,
        "created_at": time(one.placed_at),
        "updated_at": time(one.changed_at),
        "submitted_at": time(one.placed_at),
        "filled_at": time(one.filled_at) if one.status == Status.FILLED else None,
        **ended,
        "replaced_by": one.replaced_by or None,
        "replaces": one.replaces or None,
        "expires_at": time(one.expires_at) if one.expires_at else None,
        "asset_id": "" if is_whole else asset_id(one.symbol),
        "symbol": one.symbol,
        "asset_class": "" if is_whole else asset_class(one.symbol),
        "notional": None if notional is None else text(notional),
        "qty": text(one.quantity) if notional is None else None,
        "filled_qty": text(one.executed),
        "filled_avg_price": text(round(one.average, 6)) if one.executed else None,
        "order_class": one.terms["order_class"],
        "order_type": str(one.type),
        "type": str(one.type),
        "side": one.side,
        "position_intent": one.terms["position_intent"],
        "time_in_force": one.terms["time_in_force"],
        "limit_price": None if one.limit is None else text(one.limit),
        "stop_price": None if one.trigger is None else text(one.trigger),
        "status": status_of(one),
        "extended_hours": one.terms["extended_hours"],
        "legs": [order(leg) for leg in legs] if legs else None,
        "trail_percent": None,
        "trail_price": None,
        "hwm": None,
    }
    if one.group and one.role in (Role.ENTRY, Role.TAKE_PROFIT, Role.STOP_LOSS):
        shown |= {"group_id": one.group, "group_role": str(one.role)}
    return shown


def status_of(one: Order) -> str:
    """The order's status in Alpaca's words. A stop loss is held until it triggers."""
    if one.shown_status:
        return one.shown_status
    if one.is_working and one.cancel_asked:
        return "pending_cancel"
    if one.status == Status.OPEN and one.executed:
        return "partially_filled"
    if one.is_working and one.role == Role.STOP_LOSS and not one.is_triggered:
        return "held"
    return _WORDS[one.status]


def account(number: str, currency: str, worth: Worth, today: str) -> dict[str, Any]:
    """An account."""
    zero = "0"
    return {
        "id": str(uuid.uuid5(_NAMES, number)),
        "account_number": number,
        "status": "ACTIVE",
        "crypto_status": "ACTIVE",
        "currency": currency,
        "cash": text(worth.cash),
        "portfolio_value": text(worth.equity),
        "equity": text(worth.equity),
        "last_equity": text(worth.equity),
        "buying_power": text(worth.stock_buying_power),
        "regt_buying_power": text(worth.stock_buying_power),
        "daytrading_buying_power": zero,
        "options_buying_power": text(worth.spendable),
        "options_approved_level": 3,
        "options_trading_level": 3,
        "non_marginable_buying_power": text(worth.spendable),
        "initial_margin": text(worth.required + worth.reserved),
        "maintenance_margin": text(worth.required),
        "last_maintenance_margin": zero,
        "long_market_value": text(worth.long_stock + worth.long_options),
        "short_market_value": text(worth.short_stock + worth.short_options),
        "sma": zero,
        "multiplier": "2",
        "pattern_day_trader": False,
        "daytrade_count": 0,
        "trading_blocked": False,
        "transfers_blocked": False,
        "account_blocked": False,
        "trade_suspended_by_user": False,
        "shorting_enabled": True,
        "accrued_fees": zero,
        "pending_reg_taf_fees": zero,
        "balance_asof": today,
        "created_at": _BORN,
    }


def position(one: Holding, quote: Quote | None, value: Decimal, free: Decimal) -> dict[str, Any]:
    """A position at the last price."""
    last = quote.last if quote and quote.last is not None else ZERO
    before = quote.opened if quote and quote.opened is not None else last
    gain = value - one.cost
    rate = round(gain / abs(one.cost), 6) if one.cost else ZERO
    size = 100 if contract(one.asset) else 1
    return {
        "asset_id": asset_id(one.asset),
        "symbol": one.asset.replace("/", ""),
        "exchange": "NASDAQ" if asset_class(one.asset) == "us_equity" else "",
        "asset_class": asset_class(one.asset),
        "asset_marginable": asset_class(one.asset) == "us_equity",
        "qty": text(one.quantity),
        "qty_available": text(free),
        "avg_entry_price": text(round(one.cost / one.quantity / size, 6)),
        "side": "long" if one.quantity > 0 else "short",
        "market_value": text(value),
        "cost_basis": text(one.cost),
        "unrealized_pl": text(gain),
        "unrealized_plpc": text(rate),
        "unrealized_intraday_pl": text(gain),
        "unrealized_intraday_plpc": text(rate),
        "current_price": text(last),
        "lastday_price": text(before),
        "change_today": text(round((last - before) / before, 6) if before else ZERO),
    }


def activity(one: Fill) -> dict[str, Any]:
    """A fill."""
    left = one.ordered - one.executed
    return {
        "id": one.id,
        "activity_type": "FILL",
        "transaction_time": time(one.at),
        "type": "partial_fill" if left > 0 else "fill",
        "price": text(one.price),
        "qty": text(one.quantity),
        "side": one.side,
        "symbol": one.symbol,
        "leaves_qty": text(max(left, ZERO)),
        "order_id": one.order_id,
        "cum_qty": text(one.executed),
        "order_status": "partially_filled" if left > 0 else "filled",
    }


def quote(one: Quote) -> dict[str, Any]:
    """A stock's quote; a price of 0 is none."""
    return {
        "t": time(one.at),
        "bx": "V",
        "bp": one.bid or 0,
        "bs": int(one.bid_size),
        "ax": "V",
        "ap": one.ask or 0,
        "as": int(one.ask_size),
        "c": ["R"],
        "z": "C",
    }


def option_snapshot(one: Quote) -> dict[str, Any]:
    """An option's quote; last trade, volatility and greeks only where there are some."""
    latest = {name: value for name, value in quote(one).items() if name != "z"}
    shown: dict[str, Any] = {"latestQuote": latest | {"bx": "C", "ax": "C", "c": "A"}}
    if one.last is not None:
        shown["latestTrade"] = {"t": time(one.at), "x": "C", "p": one.last, "s": 1, "c": "I"}
    if one.greeks:
        shown["impliedVolatility"] = one.greeks["iv"]
        names = ("delta", "gamma", "rho", "theta", "vega")
        shown["greeks"] = {name: one.greeks[name] for name in names}
    return shown


def option_contract(one: Contract, last: Decimal | None) -> dict[str, Any]:
    """A contract."""
    return {
        "id": asset_id(one.symbol),
        "symbol": one.symbol,
        "name": one.name.replace("$", ""),
        "status": "active",
        "tradable": True,
        "expiration_date": one.expiration.isoformat(),
        "root_symbol": one.underlying,
        "underlying_symbol": one.underlying,
        "underlying_asset_id": asset_id(one.underlying),
        "type": one.right,
        "style": "american",
        "strike_price": text(one.strike),
        "multiplier": "100",
        "size": "100",
        "open_interest": "0",
        "open_interest_date": _BORN[:10],
        "close_price": text(last or ZERO),
        "close_price_date": _BORN[:10],
    }


def asset_id(symbol: str) -> str:
    """An instrument's id, always the same."""
    return str(uuid.uuid5(_NAMES, symbol))


def asset_class(symbol: str) -> str:
    """Stock, option or crypto, by the form of the symbol."""
    if contract(symbol):
        return "us_option"
    return "crypto" if "/" in symbol else "us_equity"


def activity_id(number: int, moment: float) -> str:
    """A fill's id; it begins with the time in New York, not UTC."""
    local = new_york(moment)
    stamp = f"{local:%Y%m%d%H%M%S}{local.microsecond // 1000:03}"
    return f"{stamp}::{uuid.uuid5(_NAMES, f'fill {number}')}"


def numbered_id(kind: str, number: int) -> str:
    """A UUID that is the same whenever the same is done."""
    return str(uuid.uuid5(_NAMES, f"{kind} {number}"))


def time(moment: float) -> str:
    """RFC 3339 with nanoseconds, which Python's parser must be spared."""
    return at(moment).isoformat(timespec="microseconds").replace("+00:00", "000Z")
