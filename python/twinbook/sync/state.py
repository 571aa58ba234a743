"""What clients of an account share, where it stands in the database: nonce and limits."""

from twinbook.brokers import Nonces, ProcessState
from twinbook.database import Database
from twinbook.rows import BrokerAccount


class _Row:
    """A nonce store that is the account's row, committed before the number is used."""

    def __init__(self, db: Database, worker: str, said: str, account: BrokerAccount) -> None:
        self._db = db
        self._worker = worker
        self._said = said
        self._account = account

    def advance(self, at_least: int) -> int:
        """See NonceStore."""
        account = self._account
        with self._db.broker_work(self._said) as work:
            return work.next_nonce(self._worker, account.broker, account.account, at_least)


def leased_state(db: Database, worker: str, said: str, account: BrokerAccount) -> ProcessState:
    """The state of an account that this worker holds, going on where the worker before it ended.

    ``said`` is what worker_identity gave for its user.
    """
    return ProcessState(Nonces(_Row(db, worker, said, account)), account.counters)
