"""The database's verbs, a method each. Written by tools/verbs.py from the catalog; don't edit.

What a verb needs comes first, what it has a default for is passed by name; None keeps the
default. Every method raises TwinbookError.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from twinbook.rows import (
    Alarm,
    Bar,
    BrokerAccount,
    BrokerSymbol,
    BrokerTask,
    CheckResult,
    CorporateAction,
    Currency,
    Difference,
    EvidenceLine,
    Fee,
    Feed,
    Finding,
    Instrument,
    LatestQuote,
    ListedUser,
    LiveSwitch,
    MaintenanceWindow,
    Order,
    Portfolio,
    Quote,
    RebuiltState,
    RiskLimit,
    Seal,
    SecurityEvent,
    SentOrder,
    Settings,
    SigningKey,
    Switched,
    Trade,
    TradingMode,
    TradingSession,
    User,
    VerifiedBook,
    VerifiedPortfolio,
    VerifiedSeal,
)
from twinbook.session import Session

Number = Decimal | int
Json = Mapping[str, object] | str


class Book(Session):
    """What a user may do in a book, and beside it."""

    def accept_difference(
        self, difference_id: UUID, reason: str, *, kind: str | None = None
    ) -> Difference:
        """Book what the broker says, so that a difference is gone."""
        return self._row(
            Difference,
            "accept_difference",
            {"difference_id uuid": difference_id, "reason text": reason},
            {"kind text": kind},
        )

    def acknowledge_alarm(self, alarm_id: UUID) -> Alarm:
        """Say that one has seen an alarm."""
        return self._row(Alarm, "acknowledge_alarm", {"alarm_id uuid": alarm_id}, {})

    def add_broker(
        self,
        broker: str,
        account: str,
        environment: str,
        credentials: str,
        *,
        address: str | None = None,
        choices: Json | None = None,
        expected_version: int | None = None,
    ) -> BrokerAccount:
        """Store how to reach one's account at a broker.

        With credentials that the client has encrypted.
        """
        return self._row(
            BrokerAccount,
            "identity.add_broker",
            {
                "broker text": broker,
                "account text": account,
                "environment text": environment,
                "credentials text": credentials,
            },
            {
                "address text": address,
                "choices jsonb": choices,
                "expected_version integer": expected_version,
            },
        )

    def adjust_trade(
        self,
        trade_id: str,
        expected_version: int,
        *,
        stop_loss: Number | None = None,
        take_profit: Number | None = None,
        drop_stop_loss: bool | None = None,
        drop_take_profit: bool | None = None,
    ) -> Trade:
        """Change a trade's stop loss and take profit, or take one back.

        Prices in the instrument's currency.
        """
        return self._row(
            Trade,
            "adjust_trade",
            {"trade_id text": trade_id, "expected_version integer": expected_version},
            {
                "stop_loss numeric": stop_loss,
                "take_profit numeric": take_profit,
                "drop_stop_loss boolean": drop_stop_loss,
                "drop_take_profit boolean": drop_take_profit,
            },
        )

    def begin_session(
        self, *, portfolio: str | None = None, label: str | None = None, reason: str | None = None
    ) -> TradingSession:
        """Begin a new session; the one that runs ends, what is open goes on."""
        return self._row(
            TradingSession,
            "begin_session",
            {},
            {"portfolio text": portfolio, "label text": label, "reason text": reason},
        )

    def cancel_all(self, *, portfolio: str | None = None) -> list[Order]:
        """Cancel every open order of a portfolio; the exits of open trades stay."""
        return self._rows(Order, "cancel_all", {}, {"portfolio text": portfolio})

    def cancel_order(self, order_id: str, *, expected_version: int | None = None) -> Order:
        """Cancel an open order; what was filled stays filled."""
        return self._row(
            Order,
            "cancel_order",
            {"order_id text": order_id},
            {"expected_version integer": expected_version},
        )

    def close_portfolio(self, portfolio: str, *, expected_version: int | None = None) -> Portfolio:
        """Close a portfolio that has nothing open."""
        return self._row(
            Portfolio,
            "close_portfolio",
            {"portfolio text": portfolio},
            {"expected_version integer": expected_version},
        )

    def close_trade(
        self,
        trade_id: str,
        *,
        quantity: Number | None = None,
        reason: str | None = None,
        expected_version: int | None = None,
    ) -> Order:
        """Close a trade at the market, or a part of it.

        Returns the order that closes. All of it, if no quantity is given.
        """
        return self._row(
            Order,
            "close_trade",
            {"trade_id text": trade_id},
            {
                "quantity numeric": quantity,
                "reason text": reason,
                "expected_version integer": expected_version,
            },
        )

    def drop_broker(self, broker: str, account: str) -> BrokerAccount:
        """Make one's account at a broker inactive; what is known of it stays."""
        return self._row(
            BrokerAccount,
            "identity.drop_broker",
            {"broker text": broker, "account text": account},
            {},
        )

    def edit_portfolio(
        self,
        portfolio: str,
        expected_version: int,
        *,
        slippage_percent: Number | None = None,
        fill_delay_ms: int | None = None,
        max_quote_age: timedelta | str | None = None,
        max_history_age: timedelta | str | None = None,
        allow_short: bool | None = None,
        allow_mock_prices: bool | None = None,
        fee_venue: str | None = None,
        partial_fills: bool | None = None,
        max_participation: Number | None = None,
        touch_fill_percent: Number | None = None,
    ) -> Portfolio:
        """Change how a portfolio's later orders are priced and filled."""
        return self._row(
            Portfolio,
            "edit_portfolio",
            {"portfolio text": portfolio, "expected_version integer": expected_version},
            {
                "slippage_percent numeric": slippage_percent,
                "fill_delay_ms integer": fill_delay_ms,
                "max_quote_age interval": max_quote_age,
                "max_history_age interval": max_history_age,
                "allow_short boolean": allow_short,
                "allow_mock_prices boolean": allow_mock_prices,
                "fee_venue text": fee_venue,
                "partial_fills boolean": partial_fills,
                "max_participation numeric": max_participation,
                "touch_fill_percent numeric": touch_fill_percent,
            },
        )

    def edit_settings(
        self,
        expected_version: int,
        *,
        initial_balances: Json | None = None,
        slippage_percent: Number | None = None,
        fill_delay_ms: int | None = None,
        max_quote_age: timedelta | str | None = None,
        max_history_age: timedelta | str | None = None,
        allow_short: bool | None = None,
        allow_mock_prices: bool | None = None,
        require_stop_loss: bool | None = None,
        partial_fills: bool | None = None,
        max_participation: Number | None = None,
    ) -> Settings:
        """Change one's own settings. Portfolios that are open keep theirs."""
        return self._row(
            Settings,
            "identity.edit_settings",
            {"expected_version integer": expected_version},
            {
                "initial_balances jsonb": initial_balances,
                "slippage_percent numeric": slippage_percent,
                "fill_delay_ms integer": fill_delay_ms,
                "max_quote_age interval": max_quote_age,
                "max_history_age interval": max_history_age,
                "allow_short boolean": allow_short,
                "allow_mock_prices boolean": allow_mock_prices,
                "require_stop_loss boolean": require_stop_loss,
                "partial_fills boolean": partial_fills,
                "max_participation numeric": max_participation,
            },
        )

    def flatten(self, *, portfolio: str | None = None, reason: str | None = None) -> list[Order]:
        """Cancel everything and close everything of a portfolio; returns the orders that close."""
        return self._rows(
            Order, "flatten", {}, {"portfolio text": portfolio, "reason text": reason}
        )

    def load_bars(self, feed: str, bars: Sequence[Bar]) -> int:
        """Keep bars as price history of a feed of one's own."""
        return self._value(
            int, "shared_data.load_bars", {"feed text": feed, "bars shared_data.bar[]": bars}, {}
        )

    def open_feed(self, name: str, *, fills_on: str | None = None) -> Feed:
        """Open a feed of one's own.

        fills_on 'next quote' for backtests on bars. Only paper portfolios trade on such feeds.
        """
        return self._row(
            Feed, "shared_data.open_feed", {"name text": name}, {"fills_on text": fills_on}
        )

    def open_portfolio(
        self,
        name: str,
        *,
        base_currency: str | None = None,
        initial_balances: Json | None = None,
        feed: str | None = None,
        broker: str | None = None,
        account: str | None = None,
        slippage_percent: Number | None = None,
        fill_delay_ms: int | None = None,
        max_quote_age: timedelta | str | None = None,
        max_history_age: timedelta | str | None = None,
        allow_short: bool | None = None,
        allow_mock_prices: bool | None = None,
        fee_venue: str | None = None,
        seed: int | None = None,
        partial_fills: bool | None = None,
        max_participation: Number | None = None,
        touch_fill_percent: Number | None = None,
    ) -> Portfolio:
        """Open a portfolio on a feed, with its first money by currency.

        Presets of 100000 USD, 500000 INR, 10000 USDT.
        """
        return self._row(
            Portfolio,
            "open_portfolio",
            {"name text": name},
            {
                "base_currency text": base_currency,
                "initial_balances jsonb": initial_balances,
                "feed text": feed,
                "broker text": broker,
                "account text": account,
                "slippage_percent numeric": slippage_percent,
                "fill_delay_ms integer": fill_delay_ms,
                "max_quote_age interval": max_quote_age,
                "max_history_age interval": max_history_age,
                "allow_short boolean": allow_short,
                "allow_mock_prices boolean": allow_mock_prices,
                "fee_venue text": fee_venue,
                "seed bigint": seed,
                "partial_fills boolean": partial_fills,
                "max_participation numeric": max_participation,
                "touch_fill_percent numeric": touch_fill_percent,
            },
        )

    def place_order(
        self,
        symbol: str,
        side: str,
        quantity: Number,
        *,
        order_type: str | None = None,
        limit_price: Number | None = None,
        stop_price: Number | None = None,
        time_in_force: str | None = None,
        stop_loss: Number | None = None,
        take_profit: Number | None = None,
        strategy: str | None = None,
        portfolio: str | None = None,
        idempotency_key: str | None = None,
        context: Json | None = None,
    ) -> Order:
        """Place an order.

        It comes back FILLED, OPEN, PENDING, or REJECTED with reject_reason. Limits, stops and
        the bracket in the instrument's currency.
        """
        return self._row(
            Order,
            "place_order",
            {"symbol text": symbol, "side text": side, "quantity numeric": quantity},
            {
                "order_type text": order_type,
                "limit_price numeric": limit_price,
                "stop_price numeric": stop_price,
                "time_in_force text": time_in_force,
                "stop_loss numeric": stop_loss,
                "take_profit numeric": take_profit,
                "strategy text": strategy,
                "portfolio text": portfolio,
                "idempotency_key text": idempotency_key,
                "context jsonb": context,
            },
        )

    def purge_trade(self, trade_id: str) -> Trade:
        """Purge a trade that was canceled and never filled; its orders and events stay."""
        return self._row(Trade, "purge_trade", {"trade_id text": trade_id}, {})

    def rate_between(
        self, from_currency: str, to_currency: str, feed_owner: str, feed: str
    ) -> Decimal | None:
        """What one unit of a currency is worth in another on a feed; null where no quote says."""
        return self._value(
            Decimal,
            "rate_between",
            {
                "from_currency text": from_currency,
                "to_currency text": to_currency,
                "feed_owner text": feed_owner,
                "feed text": feed,
            },
            {},
        )

    def replace_order(
        self,
        order_id: str,
        expected_version: int,
        *,
        quantity: Number | None = None,
        limit_price: Number | None = None,
        stop_price: Number | None = None,
    ) -> Order:
        """Replace an open order's total quantity, limit or stop; on refusal it is unchanged."""
        return self._row(
            Order,
            "replace_order",
            {"order_id text": order_id, "expected_version integer": expected_version},
            {
                "quantity numeric": quantity,
                "limit_price numeric": limit_price,
                "stop_price numeric": stop_price,
            },
        )

    def replay(self, *, portfolio: str | None = None) -> list[RebuiltState]:
        """What a portfolio's audit log alone comes to.

        Its orders, positions, balances and trades; numbers are strings.
        """
        return self._rows(RebuiltState, "replay", {}, {"portfolio text": portfolio})

    def replay_corporate_action(
        self,
        feed: str,
        symbol: str,
        *,
        new_units: Number | None = None,
        old_units: Number | None = None,
        new_symbol: str | None = None,
        effective_at: datetime | None = None,
    ) -> CorporateAction:
        """Split a symbol of one's own feed.

        new_units for old_units, or change it into new_symbol.
        """
        return self._row(
            CorporateAction,
            "shared_data.replay_corporate_action",
            {"feed text": feed, "symbol text": symbol},
            {
                "new_units numeric": new_units,
                "old_units numeric": old_units,
                "new_symbol text": new_symbol,
                "effective_at timestamp with time zone": effective_at,
            },
        )

    def replay_quotes(self, feed: str, quotes: Sequence[Quote]) -> int:
        """Feed quotes into a feed of one's own.

        Its clock moves on, and what rests on it is matched.
        """
        return self._value(
            int,
            "shared_data.replay_quotes",
            {"feed text": feed, "quotes shared_data.quote[]": quotes},
            {},
        )

    def report_crossing(self, book: str, statement_sha256: bytes) -> UUID:
        """Report that a statement of one's own was refused since it reached for the other book.

        Returns the event's id.
        """
        return self._value(
            UUID,
            "oversight.report_crossing",
            {"book text": book, "statement_sha256 bytea": statement_sha256},
            {},
        )

    def reset_portfolio(
        self, *, portfolio: str | None = None, reason: str | None = None
    ) -> Portfolio:
        """Begin a paper portfolio anew, with its first money.

        Trades end at their marks, and nothing is lost.
        """
        return self._row(
            Portfolio, "reset_portfolio", {}, {"portfolio text": portfolio, "reason text": reason}
        )

    def resolve_order(
        self, client_id: UUID, reason: str, *, broker_order_id: str | None = None
    ) -> Order:
        """Say what became of an order that is held.

        It is at the broker by this id, or never landed.
        """
        return self._row(
            Order,
            "resolve_order",
            {"client_id uuid": client_id, "reason text": reason},
            {"broker_order_id text": broker_order_id},
        )

    def set_risk_limit(
        self,
        currency: str,
        *,
        max_order_value: Number | None = None,
        max_position_value: Number | None = None,
        max_daily_loss: Number | None = None,
        expected_version: int | None = None,
    ) -> RiskLimit:
        """Set one's own risk limits in a currency; they hold in both books."""
        return self._row(
            RiskLimit,
            "identity.set_risk_limit",
            {"currency text": currency},
            {
                "max_order_value numeric": max_order_value,
                "max_position_value numeric": max_position_value,
                "max_daily_loss numeric": max_daily_loss,
                "expected_version integer": expected_version,
            },
        )

    def switch_mode(self, mode: str, *, confirmation: str | None = None) -> Switched:
        """Switch one's mode to paper or live.

        Live takes confirmation => 'I_UNDERSTAND_THE_RISKS'. A refusal is a row.
        """
        return self._row(
            Switched,
            "identity.switch_mode",
            {"mode text": mode},
            {"confirmation text": confirmation},
        )

    def verify_portfolios(self) -> list[VerifiedPortfolio]:
        """Whether one's own portfolios are whole: chain intact, and state equal to the facts."""
        return self._rows(VerifiedPortfolio, "verify_portfolios", {}, {})


class Administration(Session):
    """What administrators may do."""

    def acknowledge_security_event(self, event_id: UUID, finding: str) -> SecurityEvent:
        """Say what was found out about a security event. For administrators."""
        return self._row(
            SecurityEvent,
            "oversight.acknowledge_security_event",
            {"event_id uuid": event_id, "finding text": finding},
            {},
        )

    def add_month(self, month: date) -> str:
        """Make the partitions for a month's price history, snapshots and data access log.

        Returns the month. For administrators.
        """
        return self._value(str, "shared_data.add_month", {"month date": month}, {})

    def allow_live_trading(self, username: str, is_allowed: bool) -> TradingMode:
        """Say yes or no to a user's live trading.

        For administrators; nobody says yes to himself.
        """
        return self._row(
            TradingMode,
            "identity.allow_live_trading",
            {"username text": username, "is_allowed boolean": is_allowed},
            {},
        )

    def close_maintenance(self, *, window_id: UUID | None = None) -> list[MaintenanceWindow]:
        """Close a maintenance window, or every one that is open.

        Returns what it closed. For administrators.
        """
        return self._rows(
            MaintenanceWindow, "oversight.close_maintenance", {}, {"window_id uuid": window_id}
        )

    def drop_snapshots(self, *, older_than: timedelta | str | None = None) -> int:
        """Remove snapshots older than an interval, of 30 days or more.

        Run it daily. For administrators.
        """
        return self._value(
            int, "shared_data.drop_snapshots", {}, {"older_than interval": older_than}
        )

    def edit_user(
        self,
        username: str,
        expected_version: int,
        *,
        email: str | None = None,
        role: str | None = None,
        status: str | None = None,
        password_hash: str | None = None,
        metadata: bytes | None = None,
    ) -> User:
        """Change a user's role, status, e-mail or secrets. For administrators."""
        return self._row(
            User,
            "identity.edit_user",
            {"username text": username, "expected_version integer": expected_version},
            {
                "email text": email,
                "role text": role,
                "status text": status,
                "password_hash text": password_hash,
                "metadata bytea": metadata,
            },
        )

    def export_evidence(
        self, book: str, username: str, *, portfolio: str | None = None
    ) -> list[EvidenceLine]:
        """What proves a portfolio's acts without this database, a line each.

        For auditors and administrators.
        """
        return self._rows(
            EvidenceLine,
            "oversight.export_evidence",
            {"book text": book, "username text": username},
            {"portfolio text": portfolio},
        )

    def findings(self, check_name: str) -> list[Finding]:
        """All that one integrity check finds. For auditors and administrators."""
        return self._rows(Finding, "oversight.findings", {"check_name text": check_name}, {})

    def halt_live_trading(self, because: str) -> LiveSwitch:
        """Halt live trading for everybody.

        Nothing increases exposure any more. For administrators and the monitor.
        """
        return self._row(LiveSwitch, "oversight.halt_live_trading", {"because text": because}, {})

    def isolation_report(self, *, quick: bool | None = None) -> list[CheckResult]:
        """Every integrity check, a row a check and book.

        Severity, whether it passed, how much was found, and the first of it. For auditors and
        administrators.
        """
        return self._rows(CheckResult, "oversight.isolation_report", {}, {"quick boolean": quick})

    def lift_halt(self, reason: str) -> LiveSwitch:
        """Let live trading go on after a halt. For administrators."""
        return self._row(LiveSwitch, "oversight.lift_halt", {"reason text": reason}, {})

    def list_seals(self, *, from_number: int | None = None) -> list[Seal]:
        """The newest seal of each book, or all from a number on.

        For auditors and administrators.
        """
        return self._rows(Seal, "oversight.list_seals", {}, {"from_number bigint": from_number})

    def list_security_events(self, *, even_acknowledged: bool | None = None) -> list[SecurityEvent]:
        """Security events, the newest first.

        Those not yet acknowledged, unless all are asked for. For administrators.
        """
        return self._rows(
            SecurityEvent,
            "oversight.list_security_events",
            {},
            {"even_acknowledged boolean": even_acknowledged},
        )

    def list_users(self) -> list[ListedUser]:
        """Every user but the market, without secrets. For administrators."""
        return self._rows(ListedUser, "identity.list_users", {}, {})

    def open_maintenance(self, reason: str, duration: timedelta | str) -> MaintenanceWindow:
        """Open a window in which tables may be changed in ways that take protections down.

        For administrators.
        """
        return self._row(
            MaintenanceWindow,
            "oversight.open_maintenance",
            {"reason text": reason, "duration interval": duration},
            {},
        )

    def register_user(
        self,
        username: str,
        *,
        email: str | None = None,
        role: str | None = None,
        status: str | None = None,
        password_hash: str | None = None,
        metadata: bytes | None = None,
    ) -> User:
        """Add a user: an ACTIVE USER unless role and status say otherwise. For administrators."""
        return self._row(
            User,
            "identity.register_user",
            {"username text": username},
            {
                "email text": email,
                "role text": role,
                "status text": status,
                "password_hash text": password_hash,
                "metadata bytea": metadata,
            },
        )

    def rotate_keys(self, *, grace: timedelta | str | None = None) -> list[SigningKey]:
        """Sign tokens with a new key.

        Older keys verify for the grace given. For administrators.
        """
        return self._rows(SigningKey, "identity.rotate_keys", {}, {"grace interval": grace})

    def seal(self) -> list[Seal]:
        """Seal the ends of all audit chains.

        One digest a book, to be kept elsewhere. For administrators; run it hourly.
        """
        return self._rows(Seal, "oversight.seal", {}, {})

    def verify_book(self, book: str, *, is_onward: bool | None = None) -> list[VerifiedBook]:
        """Whether a book's chains are intact, and its state what its events and facts say.

        is_onward since it last was. For auditors and administrators.
        """
        return self._rows(
            VerifiedBook,
            "oversight.verify_book",
            {"book text": book},
            {"is_onward boolean": is_onward},
        )

    def verify_seals(self) -> list[VerifiedSeal]:
        """Whether each seal is what it was. For auditors and administrators."""
        return self._rows(VerifiedSeal, "oversight.verify_seals", {}, {})


class BrokerWork(Session):
    """What a worker may do that carries orders to brokers."""

    def begin_change(self, worker: str, client_id: UUID) -> bool:
        """Store the intent to send a replacement. For the broker worker's role."""
        return self._value(
            bool, "begin_change", {"worker text": worker, "client_id uuid": client_id}, {}
        )

    def begin_sending(self, worker: str, client_id: UUID) -> bool:
        """Store the intent to send.

        False where it was withdrawn instead. For the broker worker's role.
        """
        return self._value(
            bool, "begin_sending", {"worker text": worker, "client_id uuid": client_id}, {}
        )

    def claim_account(
        self,
        worker: str,
        *,
        lease: timedelta | str | None = None,
        every: timedelta | str | None = None,
        only_broker: str | None = None,
        only_user: str | None = None,
    ) -> list[BrokerAccount]:
        """Give a worker an account that has work and that nobody has.

        For the broker worker's role.
        """
        return self._rows(
            BrokerAccount,
            "claim_account",
            {"worker text": worker},
            {
                "lease interval": lease,
                "every interval": every,
                "only_broker text": only_broker,
                "only_user text": only_user,
            },
        )

    def defer_task(self, worker: str, client_id: UUID, message: str, wait: timedelta | str) -> None:
        """Put a task off, with what was in its way. For the broker worker's role."""
        return self._none(
            "defer_task",
            {
                "worker text": worker,
                "client_id uuid": client_id,
                "message text": message,
                "wait interval": wait,
            },
            {},
        )

    def due_tasks(self, worker: str, broker: str, account: str) -> list[BrokerTask]:
        """What a worker is to do for an account now. For the broker worker's role."""
        return self._rows(
            BrokerTask,
            "due_tasks",
            {"worker text": worker, "broker text": broker, "account text": account},
            {},
        )

    def extend_lease(
        self, worker: str, broker: str, account: str, *, lease: timedelta | str | None = None
    ) -> None:
        """Keep an account for longer. For the broker worker's role."""
        return self._none(
            "extend_lease",
            {"worker text": worker, "broker text": broker, "account text": account},
            {"lease interval": lease},
        )

    def finish_change(
        self, worker: str, client_id: UUID, outcome: str, *, message: str | None = None
    ) -> None:
        """Store what came of sending a replacement. For the broker worker's role."""
        return self._none(
            "finish_change",
            {"worker text": worker, "client_id uuid": client_id, "outcome text": outcome},
            {"message text": message},
        )

    def finish_sending(
        self,
        worker: str,
        client_id: UUID,
        outcome: str,
        *,
        message: str | None = None,
        broker_order_id: str | None = None,
        broker_status: str | None = None,
        retry_after: timedelta | str | None = None,
    ) -> None:
        """Store what came of sending. For the broker worker's role."""
        return self._none(
            "finish_sending",
            {"worker text": worker, "client_id uuid": client_id, "outcome text": outcome},
            {
                "message text": message,
                "broker_order_id text": broker_order_id,
                "broker_status text": broker_status,
                "retry_after interval": retry_after,
            },
        )

    def next_nonce(self, worker: str, broker: str, account: str, at_least: int) -> int:
        """The next number for a request of an account's key. For the broker worker's role."""
        return self._value(
            int,
            "next_nonce",
            {
                "worker text": worker,
                "broker text": broker,
                "account text": account,
                "at_least bigint": at_least,
            },
            {},
        )

    def plan_exits(self, worker: str, broker: str, account: str) -> int:
        """Bring what stands at the broker in line with the exits of an account's trades.

        For the broker worker's role.
        """
        return self._value(
            int,
            "plan_exits",
            {"worker text": worker, "broker text": broker, "account text": account},
            {},
        )

    def release_account(
        self,
        worker: str,
        broker: str,
        account: str,
        *,
        error: str | None = None,
        wait: timedelta | str | None = None,
        counters: Json | None = None,
    ) -> None:
        """Give an account back. For the broker worker's role."""
        return self._none(
            "release_account",
            {"worker text": worker, "broker text": broker, "account text": account},
            {"error text": error, "wait interval": wait, "counters jsonb": counters},
        )

    def report_account(
        self,
        worker: str,
        broker: str,
        account: str,
        cash: Json,
        holdings: Json,
        *,
        strangers: Sequence[str] | None = None,
        equity: Number | None = None,
        equity_currency: str | None = None,
        fills_until: datetime | None = None,
    ) -> list[Difference]:
        """Take in what an account has, and compare it with the book.

        For the broker worker's role.
        """
        return self._rows(
            Difference,
            "report_account",
            {
                "worker text": worker,
                "broker text": broker,
                "account text": account,
                "cash jsonb": cash,
                "holdings jsonb": holdings,
            },
            {
                "strangers text[]": strangers,
                "equity numeric": equity,
                "equity_currency text": equity_currency,
                "fills_until timestamp with time zone": fills_until,
            },
        )

    def report_external(
        self,
        worker: str,
        broker: str,
        account: str,
        broker_order_id: str,
        broker_symbol: str,
        side: str,
        quantity: Number,
        placed_at: datetime,
        *,
        client_id: str | None = None,
    ) -> UUID:
        """Take in an order that somebody else placed at the broker.

        For the broker worker's role.
        """
        return self._value(
            UUID,
            "report_external",
            {
                "worker text": worker,
                "broker text": broker,
                "account text": account,
                "broker_order_id text": broker_order_id,
                "broker_symbol text": broker_symbol,
                "side text": side,
                "quantity numeric": quantity,
                "placed_at timestamp with time zone": placed_at,
            },
            {"client_id text": client_id},
        )

    def report_order(
        self,
        worker: str,
        client_id: UUID,
        status: str,
        broker_status: str,
        status_is_known: bool,
        filled_quantity: Number,
        *,
        average_price: Number | None = None,
        fee: Number | None = None,
        reason: str | None = None,
        fills: Json | None = None,
        quantity: Number | None = None,
        limit_price: Number | None = None,
        stop_price: Number | None = None,
        broker_order_id: str | None = None,
        told_at: datetime | None = None,
    ) -> Order:
        """Take in how an order stands at its broker. For the broker worker's role."""
        return self._row(
            Order,
            "report_order",
            {
                "worker text": worker,
                "client_id uuid": client_id,
                "status text": status,
                "broker_status text": broker_status,
                "status_is_known boolean": status_is_known,
                "filled_quantity numeric": filled_quantity,
            },
            {
                "average_price numeric": average_price,
                "fee numeric": fee,
                "reason text": reason,
                "fills jsonb": fills,
                "quantity numeric": quantity,
                "limit_price numeric": limit_price,
                "stop_price numeric": stop_price,
                "broker_order_id text": broker_order_id,
                "told_at timestamp with time zone": told_at,
            },
        )

    def sent_orders(self, worker: str, broker: str, account: str) -> list[SentOrder]:
        """What was sent for an account and may still be heard of. For the broker worker's role."""
        return self._rows(
            SentOrder,
            "sent_orders",
            {"worker text": worker, "broker text": broker, "account text": account},
            {},
        )

    def worker_identity(self, worker: str, username: str, broker: str, account: str) -> str:
        """Who a worker acts for in an account that it holds.

        A name, or a short token. For the broker worker's role.
        """
        return self._value(
            str,
            "worker_identity",
            {
                "worker text": worker,
                "username text": username,
                "broker text": broker,
                "account text": account,
            },
            {},
        )


class MarketData(Session):
    """What the source of prices may do."""

    def add_broker_symbol(self, broker: str, symbol: str, broker_symbol: str) -> BrokerSymbol:
        """Say what a broker calls an instrument. For market data's role."""
        return self._row(
            BrokerSymbol,
            "shared_data.add_broker_symbol",
            {"broker text": broker, "symbol text": symbol, "broker_symbol text": broker_symbol},
            {},
        )

    def add_currency(
        self, currency: str, decimals: int, *, initial_balance: Number | None = None
    ) -> Currency:
        """Add a currency. For market data's role."""
        return self._row(
            Currency,
            "shared_data.add_currency",
            {"currency text": currency, "decimals integer": decimals},
            {"initial_balance numeric": initial_balance},
        )

    def add_fee(
        self,
        venue: str,
        asset_class: str,
        component: str,
        basis: str,
        rate: Number,
        source: str,
        *,
        side: str | None = None,
        liquidity: str | None = None,
        minimum: Number | None = None,
        maximum: Number | None = None,
        decimals: int | None = None,
        effective_from: datetime | None = None,
        is_verified: bool | None = None,
        charged_in: str | None = None,
    ) -> Fee:
        """Add one component of a venue's fees, from a day on. For market data's role."""
        return self._row(
            Fee,
            "shared_data.add_fee",
            {
                "venue text": venue,
                "asset_class text": asset_class,
                "component text": component,
                "basis text": basis,
                "rate numeric": rate,
                "source text": source,
            },
            {
                "side text": side,
                "liquidity text": liquidity,
                "minimum numeric": minimum,
                "maximum numeric": maximum,
                "decimals integer": decimals,
                "effective_from timestamp with time zone": effective_from,
                "is_verified boolean": is_verified,
                "charged_in text": charged_in,
            },
        )

    def add_instrument(
        self,
        symbol: str,
        asset_class: str,
        currency: str,
        *,
        price_decimals: int | None = None,
        size_decimals: int | None = None,
        name: str | None = None,
        base_currency: str | None = None,
        tick: Number | None = None,
        lot: Number | None = None,
        multiplier: Number | None = None,
        closes_at: time | None = None,
        timezone: str | None = None,
        trading_days: Sequence[int] | None = None,
        stop_trigger: str | None = None,
        is_shortable: bool | None = None,
        venue: str | None = None,
        underlying: str | None = None,
        option_type: str | None = None,
        strike: Number | None = None,
        expiry: date | None = None,
    ) -> Instrument:
        """Add an instrument.

        Tick and lot come from price_decimals and size_decimals unless given. For market data's
        role.
        """
        return self._row(
            Instrument,
            "shared_data.add_instrument",
            {"symbol text": symbol, "asset_class text": asset_class, "currency text": currency},
            {
                "price_decimals integer": price_decimals,
                "size_decimals integer": size_decimals,
                "name text": name,
                "base_currency text": base_currency,
                "tick numeric": tick,
                "lot numeric": lot,
                "multiplier numeric": multiplier,
                "closes_at time without time zone": closes_at,
                "timezone text": timezone,
                "trading_days integer[]": trading_days,
                "stop_trigger text": stop_trigger,
                "is_shortable boolean": is_shortable,
                "venue text": venue,
                "underlying text": underlying,
                "option_type text": option_type,
                "strike numeric": strike,
                "expiry date": expiry,
            },
        )

    def expire_instruments(self, *, as_of: datetime | None = None) -> int:
        """Settle options whose last close has passed, on paper.

        Returns how many trades ended. The sweep does it too. For market data's role.
        """
        return self._value(
            int, "shared_data.expire_instruments", {}, {"as_of timestamp with time zone": as_of}
        )

    def open_shared_feed(self, name: str) -> Feed:
        """Open a feed that everybody may read and trade on. For market data's role."""
        return self._row(Feed, "shared_data.open_shared_feed", {"name text": name}, {})

    def record_bars(self, bars: Sequence[Bar], *, feed: str | None = None) -> int:
        """Keep bars as price history of a shared feed. For market data's role."""
        return self._value(
            int, "shared_data.record_bars", {"bars shared_data.bar[]": bars}, {"feed text": feed}
        )

    def record_corporate_action(
        self,
        symbol: str,
        *,
        new_units: Number | None = None,
        old_units: Number | None = None,
        new_symbol: str | None = None,
        effective_at: datetime | None = None,
        feed: str | None = None,
    ) -> CorporateAction:
        """Split a symbol of a shared feed, new_units for old_units, or change it into new_symbol.

        For market data's role.
        """
        return self._row(
            CorporateAction,
            "shared_data.record_corporate_action",
            {"symbol text": symbol},
            {
                "new_units numeric": new_units,
                "old_units numeric": old_units,
                "new_symbol text": new_symbol,
                "effective_at timestamp with time zone": effective_at,
                "feed text": feed,
            },
        )

    def record_quote(
        self,
        symbol: str,
        *,
        bid: Number | None = None,
        ask: Number | None = None,
        last: Number | None = None,
        volume: Number | None = None,
        quoted_at: datetime | None = None,
        bid_size: Number | None = None,
        ask_size: Number | None = None,
        feed: str | None = None,
    ) -> LatestQuote:
        """Feed one quote into a shared feed. For market data's role."""
        return self._row(
            LatestQuote,
            "shared_data.record_quote",
            {"symbol text": symbol},
            {
                "bid numeric": bid,
                "ask numeric": ask,
                "last numeric": last,
                "volume numeric": volume,
                "quoted_at timestamp with time zone": quoted_at,
                "bid_size numeric": bid_size,
                "ask_size numeric": ask_size,
                "feed text": feed,
            },
        )

    def record_quotes(self, quotes: Sequence[Quote], *, feed: str | None = None) -> int:
        """Feed quotes into a shared feed. For market data's role."""
        return self._value(
            int,
            "shared_data.record_quotes",
            {"quotes shared_data.quote[]": quotes},
            {"feed text": feed},
        )

    def sweep(self) -> int:
        """Work off what matching had to skip, and expire what is past its day.

        Run it every few seconds. For market data's role.
        """
        return self._value(int, "shared_data.sweep", {}, {})

    def take_snapshots(self) -> int:
        """Take snapshots of what every portfolio, position and open trade is worth.

        Run it every minute or so. For market data's role.
        """
        return self._value(int, "shared_data.take_snapshots", {}, {})


class Logins(Session):
    """What the login service may do."""

    def mint_token(
        self,
        username: str,
        book: str,
        *,
        lifetime: timedelta | str | None = None,
        login: str | None = None,
    ) -> str:
        """Make a token that proves who has logged in, for a book or for administration.

        It lives up to a day. For the login service.
        """
        return self._value(
            str,
            "identity.mint_token",
            {"username text": username, "book text": book},
            {"lifetime interval": lifetime, "login text": login},
        )
