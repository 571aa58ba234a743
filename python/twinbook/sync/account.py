"""One account, brought in line with its broker: what is to be sent goes, what happened comes in."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta
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
    NotSupported,
    Order,
    OrderChange,
    OrderRequest,
    OrderStatus,
    OrderType,
    Placed,
    RateLimited,
    Rejected,
    Resubmission,
    Side,
    TimeInForce,
    Unavailable,
    UnknownOrder,
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
    """A pass over one leased account; ``said`` is what worker_identity gave for its user.

    ``resubmits``: whether an order that a broker doesn't show, though that is no proof, is sent
    again after its deadline; otherwise a person decides.
    """

    def __init__(
        self,
        db: Database,
        worker: str,
        said: str,
        account: BrokerAccount,
        broker: BrokerProvider,
        *,
        resubmits: bool = False,
        every: timedelta = timedelta(seconds=30),
        lease: timedelta = timedelta(seconds=120),
    ) -> None:
        self._db = db
        self._worker = worker
        self._said = said
        self._account = account
        self._broker = broker
        self._resubmits = resubmits
        self._every = every
        self._lease = lease
        self._lease_from = time.monotonic()
        self._done = Done()

    def run(self) -> Done:
        """Sends, reads and reconciles. Raises BrokerError, TwinbookError."""
        began = datetime.now(UTC)
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
        with self._db.broker_work(self._said) as work:
            if time.monotonic() - self._lease_from > self._lease.total_seconds() / 3:
                work.extend_lease(*self._held, lease=self._lease)
                self._lease_from = time.monotonic()
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
        with self._work() as work:
            if not work.begin_sending(self._worker, client_id):
                return
        try:
            placed = self._sent(task)
        except Rejected as error:
            self._finish(client_id, "refused", error)
            self._done.refused += 1
        except NotSupported as error:
            self._finish(client_id, "refused", error)
            self._done.refused += 1
        except DuplicateClientId as error:
            # Seen before, most likely as this very order.
            self._finish(client_id, "unknown", error, timedelta(0))
        except Ambiguous as error:
            wait = (error.look_up_after or datetime.now(UTC)) - datetime.now(UTC)
            self._finish(client_id, "unknown", error, max(wait, timedelta(0)))
        except (RateLimited, Unavailable, AuthFailed) as error:
            wait = timedelta(seconds=getattr(error, "retry_after", None) or 5)
            self._finish(client_id, "not sent", error, wait)
            if isinstance(error, AuthFailed):
                raise
        else:
            self._placed(client_id, placed.order_id, placed.raw_status)
            self._done.sent += 1

    def _sent(self, task: BrokerTask) -> Placed:
        request = _request(task)
        if task.effect == "open" and self._broker.capabilities.preview:
            self._broker.preview_order(request)
        return self._broker.place_order(request)

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
        elif datetime.now(UTC) < settled:
            wait = settled - datetime.now(UTC)
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
        time.sleep(1)
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
        outcome, message, replaced = "taken", "", None
        try:
            replaced = self._broker.replace_order(_known(task.broker_order_id), change)
        except (Rejected, NotSupported) as error:
            outcome, message = "refused", str(error)
        except Ambiguous:
            return  # reading tells
        except (RateLimited, Unavailable) as error:
            outcome, message = "not sent", str(error)
        with self._work() as work:
            work.finish_change(
                self._worker,
                client_id,
                outcome,
                message=message,
                broker_order_id=replaced.order_id if replaced else None,
            )
        self._done.replaced += outcome == "taken"

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
            order = self._standing(one, listed)
            if order and _is_news(one, order):
                self._report(one.client_id, one.broker_order_id, order)
                heard += 1
        for order in listed.values():
            if order.order_id not in ours and order.client_id not in ours:
                heard += self._take_external(order)
        self._done.reported += heard
        return heard

    def _standing(self, one: SentOrder, listed: dict[str, Order]) -> Order | None:
        """How an order stands: from the list, or asked for where the list has it no more."""
        if one.broker_order_id is None:
            return None
        order = listed.get(one.broker_order_id)
        if order is None and one.state in ("PLACED", "WORKING"):
            try:
                order = self._broker.get_order(one.broker_order_id)
            except (UnknownOrder, AuthFailed):
                return None  # it may be there again; reconciling tells if it isn't
        while order and order.replaced_by:
            order = self._broker.get_order(order.replaced_by)
        return order

    def _report(self, client_id: UUID, was_id: str | None, order: Order) -> None:
        fills = self._fills(order) if self._broker.capabilities.fills else None
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
                fills=fills,
                quantity=order.quantity,
                limit_price=order.limit_price,
                stop_price=order.stop_price,
                broker_order_id=None if order.order_id == was_id else order.order_id,
                told_at=order.updated_at,
            )

    def _fills(self, order: Order) -> str:
        if not order.filled_quantity:
            return "[]"
        since = order.created_at or self._account.created_at
        fills = self._broker.fills(since, order.order_id)
        return json.dumps([_without_none(asdict(fill)) for fill in fills])

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
                order.created_at or datetime.now(UTC),
                client_id=order.client_id,
            )
        if client_id is None:
            return 0
        self._report(client_id, order.order_id, order)
        self._done.external += 1
        return 1

    # Reconciling

    def _is_to_reconcile(self) -> bool:
        synced = self._account.synced_at
        return (
            bool(self._done.counts) or synced is None or (datetime.now(UTC) - synced >= self._every)
        )

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
        (one.state == "PLACED" and order.status is not OrderStatus.PENDING)
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
