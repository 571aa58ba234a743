"""A worker: takes one account after another that has work, for as long as it runs."""

import os
import socket
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from twinbook.brokers import BrokerProvider, ProcessState, Vault, open_broker
from twinbook.database import Database
from twinbook.errors import Disconnected, NotPermitted, TryAgain, TwinbookError
from twinbook.failure import Failure
from twinbook.rows import BrokerAccount
from twinbook.sync.account import AccountSync, Done
from twinbook.sync.state import leased_state

Report = Callable[[BrokerAccount, Done | Exception], None]
_POLL = 0.5  # seconds between two questions for work


class Worker:
    """Shares the accounts with other workers: each account is one's at a time.

    ``every`` is how often an account is read that has nothing to send; ``lease`` how long another
    worker leaves alone what this one has, longer than a request with its retries takes.
    ``only_broker`` and ``only_user`` restrict whose accounts it takes. ``resubmits``: see
    AccountSync.
    """

    def __init__(
        self,
        db: Database,
        vault: Vault,
        report: Report = lambda _account, _done: None,
        *,
        every: timedelta = timedelta(seconds=30),
        only_broker: str | None = None,
        only_user: str | None = None,
        resubmits: bool = False,
        lease: timedelta = timedelta(seconds=120),
    ) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._db = db
        self._vault = vault
        self._report = report
        self._every = every
        self._only_broker = only_broker
        self._only_user = only_user
        self._resubmits = resubmits
        self._lease = lease
        self._stopping = threading.Event()
        self.has_worked = False

    def stop(self) -> None:
        """Lets it end after the account that it has."""
        self._stopping.set()

    def run(self) -> None:
        """Works until it is stopped."""
        while not self._stopping.is_set():
            try:
                worked = self._take_one(self._every)
            except (TryAgain, Disconnected):
                worked = False  # The database is back soon, and what was begun stands in it.
            if not worked:
                self._stopping.wait(_POLL)

    def run_once(self) -> int:
        """Every account once, whether it has work or not, and compared; returns how many failed."""
        failed = 0
        seen: set[tuple[str, str, str]] = set()
        while not self._stopping.is_set():
            account = self._claim(timedelta(0))
            if account is None:
                break
            key = (account.username, account.broker, account.account)
            if key in seen:
                self._give_back(account)
                break
            seen.add(key)
            failed += not self._sync(account, timedelta(0))
        return failed

    def _take_one(self, every: timedelta) -> bool:
        account = self._claim(every)
        if account is not None:
            self._sync(account, every)
        return account is not None

    def _claim(self, every: timedelta) -> BrokerAccount | None:
        with self._db.broker_work() as work:
            claimed = work.claim_account(
                self.name,
                lease=self._lease,
                every=every,
                only_broker=self._only_broker,
                only_user=self._only_user,
            )
        return claimed[0] if claimed else None

    def _sync(self, account: BrokerAccount, every: timedelta) -> bool:
        """One pass; what goes wrong with an account is its own matter. Returns whether it went."""
        self.has_worked = True
        said = self._identity(account)
        state = leased_state(self._db, self.name, said, account)
        try:
            with self._open(account, state) as broker:
                done = AccountSync(
                    self._db,
                    self.name,
                    said,
                    account,
                    broker,
                    resubmits=self._resubmits,
                    every=every,
                    lease=self._lease,
                ).run()
        except (TryAgain, Disconnected):
            raise
        except (Failure, TwinbookError) as error:
            self._release(account, said, state, error)
            self._report(account, error)
            return False
        self._release(account, said, state)
        self._report(account, done)
        return True

    def _give_back(self, account: BrokerAccount) -> None:
        said = self._identity(account)
        self._release(account, said, leased_state(self._db, self.name, said, account))

    def _identity(self, account: BrokerAccount) -> str:
        """Who this worker acts for in an account that it holds."""
        with self._db.broker_work() as work:
            return work.worker_identity(
                self.name, account.username, account.broker, account.account
            )

    def _open(self, account: BrokerAccount, state: ProcessState) -> BrokerProvider:
        return open_broker(
            account.broker,
            self._vault.unseal(account.credentials),
            account.address,
            state=state,
            chosen=account.choices,
        )

    def _release(
        self,
        account: BrokerAccount,
        said: str,
        state: ProcessState,
        error: Exception | None = None,
    ) -> None:
        # A lease that ended meanwhile is another worker's: there is nothing to give back.
        with suppress(NotPermitted), self._db.broker_work(said) as work:
            work.release_account(
                self.name,
                account.broker,
                account.account,
                error=None if error is None else str(error),
                counters=state.remember() or None,
            )
