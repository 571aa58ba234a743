"""What clients of an account share, where it stands in the database: the nonce."""

from twinbook.brokers import Nonces, ProcessState
from twinbook.database import Database
from twinbook.rows import BrokerAccount


class _Row:
    """A nonce store that is the account's row, committed before the number is used."""

    def __init__(self, db: Database, worker: str, account: BrokerAccount) -> None:
        self._db = db
        self._worker = worker
        self._account = account

    def advance(self, at_least: int) -> int:
        """See NonceStore."""
        account = self._account
        with self._db.broker_work(account.username) as work:
            return work.next_nonce(self._worker, account.broker, account.account, at_least)


def leased_state(db: Database, worker: str, account: BrokerAccount) -> ProcessState:
    """The state of an account that this worker holds: its nonces rise across workers."""
    return ProcessState(Nonces(_Row(db, worker, account)))
