"""Replay: whatever a rule's own test did, the events alone come to what is stored."""

from collections.abc import Callable

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from tests.support import pgtap

from twinbook.books import BOOKS

# These write rows by hand, past the verbs, so that no event tells of them.
_BY_HAND = {
    *("order/table", "order/transitions", "trade/table", "trade/transitions"),
    *("session/sessions", "venue/paper/day_orders", "unmatched/table", "replay/replay"),
    "audit/tampering",
    *(
        "book/attacks",
        "balance/table",
        "execution/table",
        "ledger/table",
        "position/table",
        "adjustment/table",
    ),
}
STORIES = [case for case in pgtap.cases() if case.mode and case.id.split("[")[0] not in _BY_HAND]


@pytest.mark.parametrize("case", STORIES, ids=lambda case: case.id)
def test_a_story_is_rebuilt(case: pgtap.Case, connect: Callable[..., psycopg.Connection]) -> None:
    assert case.mode
    db = connect()
    db.execute(f"set search_path = {case.search_path}".encode())
    told, _, _ = case.file.read_text().rpartition("select finish();")
    pgtap.run_on(db, told)
    assert db.info.transaction_status == TransactionStatus.INTRANS
    db.execute("reset role")
    assert db.execute(f"select * from {BOOKS[case.mode]}.departures".encode()).fetchall() == []
