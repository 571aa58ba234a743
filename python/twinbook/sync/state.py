"""What clients of an account share, where it stands in the database: the nonce."""

from twinbook.brokers import Nonces, ProcessState
from twinbook.database import Database
from twinbook.rows import BrokerAccount


class AccountRow:
    """A nonce store that is the account's row, committed before the number is used.

    ``said`` is what worker_identity gave for its user with the present lease.
    """

    def __init__(self, db: Database, worker: str, account: BrokerAccount) -> None:
        self.said = ""
        self.state = ProcessState(Nonces(self))
        self._db = db
        self._worker = worker
        self._account = account

    def advance(self, at_least: int) -> int:
        """See NonceStore."""
        account = self._account
        with self._db.broker_work(self.said) as work:
            return work.next_nonce(self._worker, account.broker, account.account, at_least)
