"""The broker worker: carries orders from the outbox to brokers, and what brokers say back.

    with connect(url) as db:
        Worker(db, Vault.from_environment()).run_once()

Whatever happens in between, a crash of the worker or of the database, no order is lost or doubled:
the intent to send is stored before the request, and what may have landed is looked up, not sent
again, unless the broker makes that safe.
"""

from twinbook.sync.account import AccountSync, Done
from twinbook.sync.worker import Worker

__all__ = ["AccountSync", "Done", "Worker"]
