"""The rules' own tests, which are SQL: every file of tests/pgtap/, here and through pg_prove."""

import os
import re

import pytest
from tests.support import pgtap
from tests.support.prove import grouped

from twinbook.failure import Failure
from twinbook.server import find_binaries

CASES = pgtap.cases()


@pytest.mark.parametrize("case", CASES + pgtap.signed_cases(), ids=lambda case: case.id)
def test_file(case: pgtap.Case, db_url: str, subtests: pytest.Subtests) -> None:
    outcome = pgtap.run(db_url, case)
    for assertion in outcome.assertions:
        with subtests.test(assertion.text.split("\n")[0]):
            if assertion.failed:
                pytest.fail(f"not ok {assertion.number} - {assertion.text}", pytrace=False)
    if outcome.faults:
        pytest.fail("\n".join(outcome.faults), pytrace=False)


def test_pg_prove_agrees(db_url: str) -> None:
    """A DBA's runner comes to the same result, with as many assertions, on one database."""
    try:
        pgtap.pg_prove()
    except Failure as failure:
        pytest.skip(str(failure))
    psql = find_binaries().program("psql")
    if os.environ.get("DATABASE_URL"):
        psql = "psql"
    ours = [pgtap.run(db_url, case) for case in CASES]
    theirs = [pgtap.prove(db_url, psql, group) for _, group in grouped(CASES)]
    said = "\n".join(done.stdout + done.stderr for done in theirs)
    assert all(done.returncode == 0 for done in theirs) == all(o.passed for o in ours), said
    counts = [int(count) for count in re.findall(r"Tests=(\d+)", said)]
    assert sum(counts) == sum(len(outcome.assertions) for outcome in ours), said


@pytest.mark.parametrize(
    ("said", "passed"),
    [
        (["1..2", "ok 1 - a", "ok 2 - b"], True),
        (["1..1", "not ok 1 - a", "# Failed test 1"], False),
        (["1..1", "not ok 1 - a # TODO later"], True),
        (["1..1", "ok 1 # SKIP no such thing"], True),
        (["1..2", "ok 1 - a"], False),
        (["1..1", "ok 1", "ok 2"], False),
        (["1..2", "ok 1", "ok 1"], False),
        (["ok 1 - a"], False),
        ([], False),
    ],
)
def test_output_is_understood(said: list[str], passed: bool) -> None:
    assert pgtap.parse(said).passed is passed
