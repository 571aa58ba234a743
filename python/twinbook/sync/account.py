"""One account, brought in line with its broker: what is to be sent goes, what happened comes in."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from twinbook.brokers import (
    Ambiguous,
    AssetClass,
    AuthFailed,
    BrokerError,
    BrokerProvider,
    DuplicateClientId,
    Effect,
    Fill,
    NotSupported,
    Order,
    OrderChange,
    OrderRequest,
    OrderStatus,
    OrderType,
    RateLimited,
    Rejected,
    Resubmission,
    Side,
    TimeInForce,
    Unavailable,
    UnknownOrder,
    clock,
)
from twinbook.database import Database
from twinbook.rows import BrokerAccount, BrokerTask, Difference, SentOrder
from twinbook.verbs import BrokerWork

T = TypeVar("T")

_OVERLAP = timedelta(minutes=5)  # of two readings: a broker's list may lag behind its orders
_ROUNDS = 4  # a fill makes exits, which are sent in the same pass
_ASSET_CLASSES = {
    "equity": AssetClass.EQUITY,
    "etf": AssetClass.EQUITY,
    "option": AssetClass.OPTION,
    "crypto": AssetClass.CRYPTO,
}

# How long after sending nothing but an answer tells whether an order landed, by what its absence
# then proves. Kraken is told a deadline, after which it takes the order no more.
_SETTLES = {
    Resubmission.SAFE: timedelta(seconds=2),
    Resubmission.BY_POLICY: timedelta(seconds=65),
    Resubmission.NEVER: timedelta(seconds=5),
}


@dataclass
class Done:
    """What a pass did, in numbers; ``differences`` are what the broker and the book disagree on."""

    sent: int = 0
    refused: int = 0
    canceled: int = 0
    replaced: int = 0
    reported: int = 0
    found: int = 0
    held: int = 0
    external: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """What isn't nothing, by name."""
        named = {one.name: getattr(self, one.name) for one in fields(self)}
        named["differences"] = len(self.differences)
        return {name: count for name, count in named.items() if count}


class AccountSync:
    """A pass over one leased account.

    ``resubmits``: whether an order that a broker doesn't show, though that is no proof, is sent
    again after its deadline; otherwise a person decides.
    """

    def __init__(
        self,
        db: Database,
        worker: str,
        account: BrokerAccount,
        broker: BrokerProvider,
        *,
        resubmits: bool = False,
        every: timedelta = timedelta(seconds=30),
        lease: timedelta = timedelta(seconds=120),
    ) -> None:
        self._db = db
        self._worker = worker
        self._account = account
        self._broker = broker
        self._resubmits = resubmits
        self._every = every
        self._lease = lease
        self._lease_from = clock.monotonic()
        self._done = Done()

    def run(self) -> Done:
        """Sends, reads and reconciles. Raises BrokerError, TwinbookError."""
        began = clock.now()
        for _ in range(_ROUNDS):
            with self._work() as work:
                planned = work.plan_exits(*self._held)
                tasks = work.due_tasks(*self._held)
            doing = [task for task in tasks if task.action != "read"]
            for task in doing:
                self._do(task)
            heard = self._read_orders(began)
            if not (planned or doing or heard):
                break
        if self._is_to_reconcile():
            self._reconcile(began)
        return self._done

    @property
    def _held(self) -> tuple[str, str, str]:
        return self._worker, self._account.broker, self._account.account

    @contextmanager
    def _work(self) -> Iterator[BrokerWork]:
        """A transaction of the account's own user, with the lease kept."""
        with self._db.broker_work(self._account.username) as work:
            if clock.monotonic() - self._lease_from > self._lease.total_seconds() / 3:
                work.extend_lease(*self._held, lease=self._lease)
                self._lease_from = clock.monotonic()
            yield work

    def _do(self, task: BrokerTask) -> None:
        match task.action:
            case "place":
                self._place(task)
            case "find":
                self._find(task)
            case "cancel":
                self._cancel(task)
            case "replace":
                self._replace(task)

    # Placing

    def _place(self, task: BrokerTask) -> None:
        client_id = _known(task.client_id)
        try:
            request = _request(task)
            self._preview(task, request)
        except (Rejected, NotSupported) as error:
            if self._begin(client_id):
                self._refused(client_id, error)
            return
        except (RateLimited, Unavailable) as error:
            self._put_off(task, error)
            return
        # From here on it may have landed, so nothing else stands between this and sending.
        if self._begin(client_id):
            self._send(client_id, request)

    def _preview(self, task: BrokerTask, request: OrderRequest) -> None:
        if task.effect == "open" and self._broker.capabilities.preview:
            self._broker.preview_order(request)

    def _begin(self, client_id: UUID) -> bool:
        with self._work() as work:
            return work.begin_sending(self._worker, client_id)

    def _send(self, client_id: UUID, request: OrderRequest) -> None:
        try:
            placed = self._broker.place_order(request)
        except DuplicateClientId as error:
            self._seen_before(client_id, error)
        except Ambiguous as error:
            wait = (error.look_up_after or clock.now()) - clock.now()
            self._finish(client_id, "unknown", error, max(wait, timedelta(0)))
        except (RateLimited, Unavailable, AuthFailed) as error:
            wait = timedelta(seconds=getattr(error, "retry_after", None) or 5)
            self._finish(client_id, "not sent", error, wait)
            if isinstance(error, AuthFailed):
                raise
        except (Rejected, NotSupported) as error:
            self._refused(client_id, error)
        else:
            self._placed(client_id, placed.order_id, placed.raw_status)
            self._done.sent += 1

    def _seen_before(self, client_id: UUID, error: DuplicateClientId) -> None:
        """Most likely as this very order. A broker that says so of other faults too refused it,
        if it doesn't show it."""
        try:
            found = self._broker.list_orders(client_id=str(client_id))
        except BrokerError as failed:
            self._finish(client_id, "unknown", failed)
            return
        if len(found) == 1:
            self._placed(client_id, found[0].order_id, found[0].raw_status)
            self._done.found += 1
        elif not found and not error.is_certain:
            self._refused(client_id, error)
        else:
            self._finish(client_id, "unknown", error)

    def _refused(self, client_id: UUID, error: BrokerError) -> None:
        self._finish(client_id, "refused", error)
        self._done.refused += 1

    def _placed(self, client_id: UUID, broker_order_id: str, raw_status: str) -> None:
        with self._work() as work:
            work.finish_sending(
                self._worker,
                client_id,
                "placed",
                broker_order_id=broker_order_id,
                broker_status=raw_status,
            )

    def _finish(
        self,
        client_id: UUID,
        outcome: str,
        error: BrokerError | str,
        wait: timedelta = timedelta(0),
    ) -> None:
        with self._work() as work:
            work.finish_sending(
                self._worker, client_id, outcome, message=str(error), retry_after=wait
            )

    # What may have landed

    def _find(self, task: BrokerTask) -> None:
        """Looks up what was sent and not answered for; nothing is sent here."""
        client_id = _known(task.client_id)
        found = self._broker.list_orders(client_id=str(client_id))
        if len(found) == 1:
            self._placed(client_id, found[0].order_id, found[0].raw_status)
            self._done.found += 1
            return
        if found:
            ids = ", ".join(order.order_id for order in found)
            self._hold(client_id, f"the broker has it more than once: {ids}")
            return
        policy = self._broker.capabilities.resubmission
        settled = _known(task.sending_at) + _SETTLES[policy]
        if task.state == "HELD":
            self._finish(client_id, "held", "still not at the broker", timedelta(minutes=1))
        elif clock.now() < settled:
            wait = settled - clock.now()
            self._finish(client_id, "unknown", "not at the broker yet", wait)
        elif policy is Resubmission.NEVER:
            self._hold(client_id, "the broker doesn't show it, which proves nothing there")
        elif policy is Resubmission.BY_POLICY and not self._is_absent_twice(client_id):
            self._finish(client_id, "unknown", "it came up at the second look")
        elif policy is Resubmission.BY_POLICY and not self._resubmits:
            self._hold(client_id, "the broker doesn't show it after its deadline")
        else:
            self._finish(client_id, "not sent", "it never reached the broker")

    def _is_absent_twice(self, client_id: UUID) -> bool:
        clock.pause(1)
        return not self._broker.list_orders(client_id=str(client_id))

    def _hold(self, client_id: UUID, why: str) -> None:
        self._finish(client_id, "held", why, timedelta(minutes=1))
        self._done.held += 1

    # Changes

    def _cancel(self, task: BrokerTask) -> None:
        try:
            self._broker.cancel_order(_known(task.broker_order_id))
        except (RateLimited, Unavailable, Ambiguous) as error:
            self._put_off(task, error)
        except Rejected as error:
            self._put_off(task, error)  # reading tells how it stands
        else:
            self._put_off(task, "asked to cancel")
            self._done.canceled += 1

    def _put_off(self, task: BrokerTask, why: BrokerError | str) -> None:
        with self._work() as work:
            work.defer_task(self._worker, _known(task.client_id), str(why), timedelta(seconds=2))

    def _replace(self, task: BrokerTask) -> None:
        client_id = _known(task.client_id)
        with self._work() as work:
            if not work.begin_change(self._worker, client_id):
                return
        change = OrderChange(
            quantity=task.new_quantity,
            limit_price=task.new_limit_price,
            stop_price=task.new_stop_price,
        )
        try:
            self._broker.replace_order(_known(task.broker_order_id), change)
        except Ambiguous:
            return  # reading tells
        except (Rejected, NotSupported) as error:
            self._finish_change(client_id, "refused", error)
        except (RateLimited, Unavailable, AuthFailed) as error:
            self._finish_change(client_id, "not sent", error)
            if isinstance(error, AuthFailed):
                raise
        else:
            self._finish_change(client_id, "taken")
            self._done.replaced += 1

    def _finish_change(
        self, client_id: UUID, outcome: str, error: BrokerError | None = None
    ) -> None:
        with self._work() as work:
            work.finish_change(
                self._worker, client_id, outcome, message=None if error is None else str(error)
            )

    # Reading

    def _read_orders(self, began: datetime) -> int:
        """Reports what has changed of what was sent, and what others placed; how much that was."""
        with self._work() as work:
            sent = work.sent_orders(*self._held)
        since = (self._account.fills_until or self._account.created_at) - _OVERLAP
        listed = {order.order_id: order for order in self._broker.list_orders(since=since)}
        heard = 0
        ours = {one.broker_order_id for one in sent} | {str(one.client_id) for one in sent}
        for one in sent:
            chain = self._chain(one, listed)
            ours |= {order.order_id for order in chain}
            if chain:
                heard += self._take(one, chain)
        for order in listed.values():
            if order.order_id not in ours and order.client_id not in ours:
                heard += self._take_external(order)
        self._done.reported += heard
        return heard

    def _chain(self, one: SentOrder, listed: dict[str, Order]) -> list[Order]:
        """An order with all that it replaced, the present one last; empty where none is known.

        What the list has no more is asked for.
        """

        def find(order_id: str) -> Order:
            return listed.get(order_id) or self._broker.get_order(order_id)

        is_open = one.state in ("PLACED", "WORKING")
        if one.broker_order_id is None or not (is_open or one.broker_order_id in listed):
            return []
        try:
            chain = [find(one.broker_order_id)]
            while chain[-1].replaced_by:
                chain.append(find(chain[-1].replaced_by))
            while chain[0].replaces:
                chain.insert(0, find(chain[0].replaces))
        except (UnknownOrder, AuthFailed):
            return []  # it may be there again; reconciling tells if it isn't
        return chain

    def _take(self, one: SentOrder, chain: list[Order]) -> bool:
        """Reports an order if there is news of it."""
        order = chain[-1]
        fills = None
        if len(chain) > 1 and self._broker.capabilities.fills:
            # Whether a replacement counts what its forerunners filled is not documented.
            fills = self._fills(chain)
            filled = max(sum((fill.quantity for fill in fills), Decimal(0)), order.filled_quantity)
            order = replace(order, filled_quantity=filled)
        if not _is_news(one, order):
            return False
        if fills is None and self._broker.capabilities.fills:
            fills = self._fills(chain)
        self._report(one.client_id, one.broker_order_id, order, fills)
        return True

    def _report(
        self, client_id: UUID, was_id: str | None, order: Order, fills: list[Fill] | None
    ) -> None:
        with self._work() as work:
            work.report_order(
                self._worker,
                client_id,
                order.status.value,
                order.raw_status,
                order.status_is_known,
                order.filled_quantity,
                average_price=order.average_price,
                fee=order.fee,
                reason=order.reason,
                fills=None
                if fills is None
                else json.dumps([_without_none(asdict(fill)) for fill in fills]),
                quantity=order.quantity,
                limit_price=order.limit_price,
                stop_price=order.stop_price,
                broker_order_id=None if order.order_id == was_id else order.order_id,
                told_at=order.updated_at,
            )

    def _fills(self, chain: list[Order]) -> list[Fill]:
        return [
            fill
            for order in chain
            if order.filled_quantity
            for fill in self._broker.fills(
                order.created_at or self._account.created_at, order.order_id
            )
        ]

    def _take_external(self, order: Order) -> int:
        if not order.filled_quantity or order.side is None or order.symbol is None:
            return 0
        with self._work() as work:
            client_id = work.report_external(
                *self._held,
                order.order_id,
                order.symbol,
                order.side.value,
                order.quantity or order.filled_quantity,
                order.created_at or clock.now(),
                client_id=order.client_id,
            )
        if client_id is None:
            return 0
        fills = self._fills([order]) if self._broker.capabilities.fills else None
        self._report(client_id, order.order_id, order, fills)
        self._done.external += 1
        return 1

    # Reconciling

    def _is_to_reconcile(self) -> bool:
        synced = self._account.synced_at
        return bool(self._done.counts) or synced is None or (clock.now() - synced >= self._every)

    def _reconcile(self, began: datetime) -> None:
        balance = self._broker.balance()
        positions = self._broker.positions()
        working = self._broker.list_orders(open_only=True)
        with self._work() as work:
            sent = work.sent_orders(*self._held)
            ours = {one.broker_order_id for one in sent} | {str(one.client_id) for one in sent}
            self._done.differences = work.report_account(
                *self._held,
                {cash.currency: _without_none(asdict(cash)) for cash in balance.cash},
                {
                    held.symbol: _without_none({"quantity": held.quantity, "cost": held.cost})
                    for held in positions
                    if held.quantity
                },
                strangers=[
                    order.order_id
                    for order in working
                    if order.order_id not in ours and order.client_id not in ours
                ],
                equity=balance.equity,
                equity_currency=balance.equity_currency,
                fills_until=began,
            )


def _is_news(one: SentOrder, order: Order) -> bool:
    if one.state == "OVER":
        return order.filled_quantity > one.filled_quantity
    return one.state in ("PLACED", "WORKING") and (
        (one.state == "PLACED"
        and order.status is not OrderStatus.PENDING)
        or order.raw_status != one.broker_status
        or order.filled_quantity != one.filled_quantity
        or order.order_id != one.broker_order_id
        or order.status.is_final
        or one.change_state is not None
    )


def _request(task: BrokerTask) -> OrderRequest:
    """What a task asks of a broker. Raises NotSupported."""
    asset_class = _ASSET_CLASSES.get(task.asset_class or "")
    if asset_class is None:
        raise NotSupported(f"no broker takes a {task.asset_class} here", "trade it on paper")
    return OrderRequest(
        client_id=str(task.client_id),
        symbol=_known(task.symbol),
        side=Side(_known(task.side)),
        quantity=_known(task.quantity),
        order_type=OrderType(_known(task.order_type)),
        time_in_force=TimeInForce(_known(task.time_in_force)),
        limit_price=task.limit_price,
        stop_price=task.stop_price,
        asset_class=asset_class,
        effect=None if asset_class is AssetClass.CRYPTO else Effect(_known(task.effect)),
        expires_at=task.expires_at,
    )


def _without_none(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, Decimal | datetime) else value
        for name, value in fields.items()
        if value is not None
    }


def _known(value: T | None) -> T:
    """A task's column that its action implies."""
    if value is None:
        raise ValueError("a task lacks what its action needs")
    return value
