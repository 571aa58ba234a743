"""The database's rows, typed. Written by tools/verbs.py from the catalog; don't edit."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """One user's separate pots of money and positions."""

    username: str
    portfolio_id: UUID
    name: str
    base_currency: str
    feed_owner: str
    feed: str
    broker: str
    account: str | None
    is_active: bool
    slippage_percent: Decimal
    fill_delay_ms: int
    max_quote_age: timedelta
    max_history_age: timedelta | None
    allow_short: bool
    allow_mock_prices: bool
    short_initial_percent: Decimal
    short_upkeep_percent: Decimal
    fee_venue: str | None
    seed: int
    version: int
    order_seq: int
    execution_seq: int
    ledger_seq: int
    audit_seq: int
    audit_head: bytes | None
    opened_at: datetime
    session: int
    initial_balances: dict[str, Any]
    partial_fills: bool
    max_participation: Decimal
    touch_fill_percent: Decimal
    action_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Money per portfolio and currency."""

    username: str
    portfolio_id: UUID
    currency: str
    amount: Decimal
    held: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Instructions to trade.

    Terms are final once placed, but for their owner's replacing them.
    """

    username: str
    order_id: str
    portfolio_id: UUID
    order_number: int
    trade_id: str | None
    symbol: str
    strategy: str
    side: str
    order_type: str
    time_in_force: str
    quantity: Decimal
    limit_price: Decimal | None
    stop_price: Decimal | None
    currency: str
    status: str
    pending_action: str
    filled_quantity: Decimal
    filled_value: Decimal
    average_price: Decimal | None
    fees: Decimal
    reject_reason: str | None
    end_reason: str | None
    idempotency_key: str | None
    request_hash: bytes | None
    version: int
    origin: str
    context: dict[str, Any]
    feed_owner: str
    feed: str
    works_as: str
    is_resting: bool
    effective_number: int
    effective_at: datetime | None
    expires_at: datetime | None
    triggered_at: datetime | None
    hold_unit: Decimal
    hold_fee: Decimal
    held_amount: Decimal
    held_quantity: Decimal
    placed_at: datetime
    created_at: datetime
    session: int
    purpose: str
    stop_loss: Decimal | None
    take_profit: Decimal | None
    reason: str | None
    base_currency: str | None
    hold_currency: str | None
    action_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """Fills. Facts: never changed."""

    username: str
    portfolio_id: UUID
    seq: int
    order_id: str
    fill_id: str
    part: int
    trade_id: str
    symbol: str
    strategy: str
    side: str
    quantity: Decimal
    price: Decimal
    multiplier: Decimal
    currency: str
    fee: Decimal
    fee_currency: str
    fee_components: dict[str, Any] | None
    slippage: Decimal
    realized_pnl: Decimal
    rate: Decimal | None
    liquidity: str | None
    price_source: str
    quote_number: int | None
    model: dict[str, Any] | None
    executed_at: datetime
    created_at: datetime
    available: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """Lives of positions, from flat to flat: what was entered, what came of it, and why."""

    username: str
    trade_id: str
    portfolio_id: UUID
    session: int
    symbol: str
    strategy: str
    direction: str
    status: str
    asset_class: str
    underlying: str | None
    option_type: str | None
    strike: Decimal | None
    expiry: date | None
    currency: str
    multiplier: Decimal
    entry_quantity: Decimal
    entry_value: Decimal
    entry_price: Decimal | None
    exit_quantity: Decimal
    exit_value: Decimal
    exit_price: Decimal | None
    open_quantity: Decimal | None
    stop_loss: Decimal | None
    take_profit: Decimal | None
    first_stop_loss: Decimal | None
    fees: Decimal
    slippage: Decimal
    realized_pnl: Decimal
    net_pnl: Decimal | None
    mfe: Decimal
    mae: Decimal
    extremes_number: int | None
    trade_context: dict[str, Any]
    regime: str | None
    signal_reason: str | None
    explanation: str | None
    entry_order_id: str
    idempotency_key: str | None
    exit_reason: str | None
    placed_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    version: int
    created_at: datetime
    action_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingSession:
    """Stretches of a portfolio's life, between which it was reset or begun anew."""

    username: str
    portfolio_id: UUID
    number: int
    label: str | None
    started_at: datetime
    ended_at: datetime | None
    end_reason: str | None
    is_reset: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """Every movement of money. Facts: never changed."""

    username: str
    portfolio_id: UUID
    seq: int
    kind: str
    currency: str
    amount: Decimal
    execution_seq: int | None
    note: str | None
    occurred_at: datetime
    created_at: datetime
    session: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What is held per symbol and strategy.

    Below zero is short; flat rows keep what was realized.
    """

    username: str
    portfolio_id: UUID
    symbol: str
    strategy: str
    trade_id: str | None
    quantity: Decimal
    cost: Decimal
    average_price: Decimal | None
    currency: str
    multiplier: Decimal
    realized_pnl: Decimal
    fees: Decimal
    opened_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """Every act, in order, each chained to the one before it. Facts: never changed."""

    username: str
    portfolio_id: UUID
    seq: int
    operation: str
    actor: str
    details: dict[str, Any]
    ip_address: IPv4Address | IPv6Address | None
    session_id: str | None
    checksum: bytes
    previous_checksum: bytes | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What a person should look at. Facts, but for who has seen them."""

    username: str
    alarm_id: UUID
    portfolio_id: UUID
    kind: str
    severity: str
    order_id: str | None
    details: dict[str, Any]
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentOrder:
    """What is sent to brokers.

    Orders or parts of them, from before they leave until they are over.
    """

    username: str
    client_id: UUID
    portfolio_id: UUID
    order_id: str
    broker: str
    account: str
    side: str
    effect: str
    order_type: str
    time_in_force: str
    quantity: Decimal
    limit_price: Decimal | None
    stop_price: Decimal | None
    state: str
    is_unwanted: bool
    new_quantity: Decimal | None
    new_limit_price: Decimal | None
    new_stop_price: Decimal | None
    change_state: str | None
    broker_order_id: str | None
    broker_status: str | None
    filled_quantity: Decimal
    filled_value: Decimal
    attempts: int
    not_before: datetime
    message: str | None
    created_at: datetime
    sending_at: datetime | None
    placed_at: datetime | None
    confirmed_at: datetime | None
    over_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where live portfolios and their broker's accounts disagree."""

    username: str
    difference_id: UUID
    portfolio_id: UUID
    kind: str
    key: str
    in_book: Decimal
    at_broker: Decimal
    severity: str
    state: str
    times_seen: int
    first_seen_at: datetime
    last_seen_at: datetime
    closed_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerTask:
    """What a worker is to do.

    Place, find (it may have landed), cancel, replace or read; symbol is the broker's own.
    """

    action: str | None
    client_id: UUID | None
    order_id: str | None
    broker_order_id: str | None
    symbol: str | None
    asset_class: str | None
    side: str | None
    effect: str | None
    order_type: str | None
    time_in_force: str | None
    quantity: Decimal | None
    limit_price: Decimal | None
    stop_price: Decimal | None
    new_quantity: Decimal | None
    new_limit_price: Decimal | None
    new_stop_price: Decimal | None
    expires_at: datetime | None
    state: str | None
    broker_status: str | None
    filled_quantity: Decimal | None
    attempts: int | None
    sending_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingMode:
    """Each user's trading mode: paper by default, always."""

    username: str
    active_mode: str
    last_mode_change: datetime | None
    is_live_allowed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Switched:
    """What became of switching the mode.

    The mode now, why it wasn't switched (TB403, TB428), and what is open live.
    """

    active_mode: str | None
    is_switched: bool | None
    code: str | None
    reason: str | None
    hint: str | None
    open_orders: int | None
    open_positions: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAccount:
    """Users' accounts at brokers.

    How to reach them, what they last told, which worker has them.
    """

    username: str
    broker: str
    account: str
    environment: str
    address: str | None
    credentials: str = field(repr=False)
    is_active: bool
    version: int
    created_at: datetime
    updated_at: datetime
    cash: dict[str, Any] | None
    holdings: dict[str, Any] | None
    equity: Decimal | None
    equity_currency: str | None
    synced_at: datetime | None
    fills_until: datetime | None
    last_error: str | None
    nonce: int
    leased_by: str | None
    leased_until: datetime | None
    choices: dict[str, Any]
    counters: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSwitch:
    """Whether live trading is halted, for everybody: one row."""

    the_only: bool
    halted_at: datetime | None
    halted_because: str | None
    halted_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSymbol:
    """What brokers call instruments, where it isn't our name: BTCUSD is XBTUSD at Kraken."""

    broker: str
    symbol: str
    broker_symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """People who trade or administer. Closed, never deleted."""

    username: str
    email: str | None
    role: str
    status: str
    password_hash: str | None = field(repr=False)
    metadata: bytes | None = field(repr=False)
    version: int
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A user's own settings: defaults for new portfolios, rules for himself."""

    username: str
    initial_balances: dict[str, Any] | None
    slippage_percent: Decimal
    fill_delay_ms: int
    max_quote_age: timedelta | None
    max_history_age: timedelta | None
    allow_short: bool
    allow_mock_prices: bool
    require_stop_loss: bool
    version: int
    updated_at: datetime
    partial_fills: bool
    max_participation: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskLimit:
    """A user's limits, per currency of the instrument.

    They refuse only what increases exposure.
    """

    username: str
    currency: str
    max_order_value: Decimal | None
    max_position_value: Decimal | None
    max_daily_loss: Decimal | None
    version: int
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """Currencies, with their smallest unit."""

    currency: str
    decimals: int
    initial_balance: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """What can be traded. Terms are final."""

    symbol: str
    name: str | None
    asset_class: str
    currency: str
    base_currency: str | None
    tick: Decimal
    lot: Decimal
    multiplier: Decimal
    closes_at: time
    timezone: str
    trading_days: list[int]
    stop_trigger: str
    is_shortable: bool
    venue: str
    created_at: datetime
    underlying: str | None
    option_type: str | None
    strike: Decimal | None
    expiry: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """What venues charge, component by component, from a day on."""

    venue: str
    asset_class: str
    component: str
    side: str
    liquidity: str
    effective_from: datetime
    basis: str
    rate: Decimal
    minimum: Decimal | None
    maximum: Decimal | None
    decimals: int | None
    source: str
    is_verified: bool
    created_at: datetime
    charged_in: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorporateAction:
    """Splits and symbol changes, numbered within their feed. Facts."""

    username: str
    feed: str
    number: int
    kind: str
    symbol: str
    new_units: Decimal | None
    old_units: Decimal | None
    new_symbol: str | None
    quote_number: int
    effective_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Sources of quotes and of time: the market's are shared, all others their user's own."""

    username: str
    name: str
    is_realtime: bool
    fills_on: str
    newest_number: int
    newest_at: datetime | None
    late_quotes: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestQuote:
    """The latest quote per feed and symbol."""

    username: str
    feed: str
    symbol: str
    number: int
    bid: Decimal | None
    ask: Decimal | None
    last: Decimal | None
    volume: Decimal | None
    bid_size: Decimal | None
    ask_size: Decimal | None
    quoted_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """One quote as it arrives.

    Sizes and the volume since the previous quote may be null: unlimited.
    """

    symbol: str
    bid: Decimal | None = None
    ask: Decimal | None = None
    last: Decimal | None = None
    volume: Decimal | None = None
    quoted_at: datetime | None = None
    bid_size: Decimal | None = None
    ask_size: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of price history. Kept for reading; it moves no price and fills no order."""

    symbol: str
    open: Decimal | None = None
    high: Decimal | None = None
    low: Decimal | None = None
    close: Decimal | None = None
    volume: Decimal | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityEvent:
    """What was tried and refused, or found wrong. Facts: only acknowledged, once."""

    username: str
    event_id: UUID
    book: str | None
    kind: str
    severity: str
    details: dict[str, Any]
    actor: str
    ip_address: IPv4Address | IPv6Address | None
    session_id: str | None
    occurred_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    acknowledgement: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceWindow:
    """Windows in which protections may be taken down. Facts: closed, never removed."""

    window_id: UUID
    reason: str
    opened_by: str
    opened_at: datetime
    closes_at: datetime
    closed_at: datetime | None
    closed_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """Digests over all chains of a book, each chained to the one before it.

    Facts: never changed.
    """

    book: str
    number: int
    chains: int
    root: bytes
    previous_digest: bytes | None
    digest: bytes
    sealed_by: str
    sealed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedUser:
    """A row of list_users."""

    username: str | None
    email: str | None
    role: str | None
    status: str | None
    version: int | None
    created_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuiltState:
    """A row of replay."""

    kind: str | None
    key: str | None
    state: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedPortfolio:
    """A row of verify_portfolios."""

    portfolio: str | None
    events: int | None
    rebuilt_equals_stored: bool | None
    chain_intact: bool | None
    first_bad_seq: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedBook:
    """A row of verify_book."""

    username: str | None
    portfolio_id: UUID | None
    events: int | None
    rebuilt_equals_stored: bool | None
    chain_intact: bool | None
    first_bad_seq: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """A row of isolation_report."""

    check_name: str | None
    book: str | None
    severity: str | None
    passed: bool | None
    found: int | None
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A row of findings."""

    book: str | None
    username: str | None
    key: str | None
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A row of rotate_keys."""

    key_id: str | None
    created_at: datetime | None
    retires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedSeal:
    """A row of verify_seals."""

    book: str | None
    number: int | None
    sealed_at: datetime | None
    is_intact: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceLine:
    """A row of export_evidence."""

    line: dict[str, Any] | None
