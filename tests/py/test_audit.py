"""Audit: seals, and evidence that is checked without the database that it came from."""

import hashlib
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from twinbook import evidence
from twinbook.cli import cli
from twinbook.failure import Failure

Call = Callable[..., Result]


@pytest.fixture
def call(db_url: str, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Runs a command on a database where alice has traded."""
    monkeypatch.delenv("TWINBOOK_USER", raising=False)
    monkeypatch.setenv("DATABASE_URL", db_url)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(cli, list(arguments))

    alice = ("--user", "alice")
    context = json.dumps({"why": "Grüße\u2028\n", "n": 1.50})
    for arguments in (
        ("user", "add", "alice"),
        ("user", "add", "bob"),
        ("instrument", "add", "AAPL", "equity", "USD"),
        (*alice, "portfolio", "open", "main"),
        ("--user", "bob", "portfolio", "open", "main"),
        ("quote", "add", "AAPL", "--bid", "99.9", "--ask", "100"),
        (*alice, "order", "place", "AAPL", "buy", "10", "--context", context),
        ("audit", "seal"),
        (*alice, "order", "place", "AAPL", "sell", "4"),
    ):
        done = run(*arguments)
        assert done.exit_code == 0, (arguments, done.stderr)
    return run


@pytest.fixture
def exported(call: Call, tmp_path: Path) -> Path:
    """Evidence of alice's portfolio."""
    file = tmp_path / "alice.jsonl"
    done = call("audit", "export", "--of", "alice", "--portfolio", "main", "--output", str(file))
    assert done.exit_code == 0, done.stderr
    return file


def _whole(result: Result) -> bool:
    return result.exit_code == 0


def test_evidence_is_checked_without_a_database(
    call: Call, exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = tmp_path / "digests.jsonl"
    assert _whole(call("audit", "export", "--output", str(digests)))
    monkeypatch.setenv("DATABASE_URL", "postgresql://nowhere.invalid/none")
    checked = call("audit", "verify", str(exported))
    assert checked.stdout == "evidence of paper, alice main: 4 events, sealed up to 3, whole\n"
    assert call("audit", "verify", str(digests)).stdout == "seals: 3, whole\n"
    assert _whole(call("audit", "verify", str(exported), "--against", str(digests)))


def test_later_seals_lead_from_the_one_that_has_it(call: Call, tmp_path: Path) -> None:
    early, late, file = (tmp_path / name for name in ("early", "late", "evidence"))
    assert _whole(call("audit", "export", "--output", str(early)))
    for _ in range(2):
        assert _whole(call("audit", "seal"))
    assert _whole(call("audit", "export", "--output", str(late)))
    of = ("--of", "alice", "--portfolio", "main", "--output", str(file))
    assert _whole(call("audit", "export", *of))
    assert "sealed up to 4" in call("audit", "verify", str(file)).stdout
    assert _whole(call("audit", "verify", str(file), "--against", str(late)))
    # The early digest is older than the seal that has all of it: nothing to hold it against.
    assert "none of its seals" in call("audit", "verify", str(file), "--against", str(early)).stderr
    assert _whole(call("audit", "export", "--since", "1", "--output", str(early)))
    assert call("audit", "verify", str(early)).stdout == "seals: 9, whole\n"
    assert _whole(call("audit", "verify", str(file), "--against", str(early)))


def test_acts_outside_the_books_are_evidence_too(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "alice.jsonl"
    assert _whole(call("audit", "export", "--of", "alice", "--output", str(file)))
    assert call("audit", "verify", str(file)).stdout == (
        "evidence of oversight, alice: 1 events, sealed up to 1, whole\n"
    )
    nobody = call("audit", "export", "--of", "nobody")
    assert (nobody.exit_code, "TB404" in nobody.stderr) == (1, True)
    assert call("audit", "export", "--portfolio", "main").exit_code == 2
    assert "TB404" in call("audit", "export", "--of", "bob", "--portfolio", "none").stderr


def _without(lines: list[str], number: int) -> list[str]:
    return [line for place, line in enumerate(lines) if place != number]


def _changed(lines: list[str], number: int, was: str, becomes: str) -> list[str]:
    assert was in lines[number], lines[number]
    return [*lines[:number], lines[number].replace(was, becomes), *lines[number + 1 :]]


# The file: head, one seal, its place, events 1 to 4.
@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (lambda lines: _changed(lines, 5, '"buy\\"', '"sell\\"'), "event 3 isn't what was hashed"),
        (lambda lines: _changed(lines, 5, '"alice"', '"bob"'), "event 3 isn't what was hashed"),
        (lambda lines: _changed(lines, 0, '"alice"', '"bob"'), "event 1 isn't what was hashed"),
        (lambda lines: _without(lines, 4), "event 2 is missing"),
        (lambda lines: _without(lines, 6), "its last event isn't the chain's end"),
        (lambda lines: [*lines[:5], lines[6], lines[5]], "event 3 is missing"),
        (lambda lines: [*lines, lines[6]], "event 5 is missing"),
        (lambda lines: _without(lines, 2), "it doesn't say where its seal has it"),
        (lambda lines: _without(lines, 1), "seal 1 doesn't have it"),
        (lambda lines: _changed(lines, 2, '"3"', '"4"'), "event 4 isn't the one that was sealed"),
        (lambda lines: _changed(lines, 2, '"3"', '"5"'), "event 5 was sealed, and is missing"),
        (lambda lines: _changed(lines, 2, '"right"', '"left"'), "seal 1 doesn't have it"),
        (lambda lines: _changed(lines, 1, '"2"', '"3"'), "seal 1 of paper isn't what was hashed"),
        (lambda lines: _changed(lines, 1, '"paper"', '"live"'), "its seals are another book's"),
        (lambda lines: _changed(lines, 3, '"details"', '"facts"'), "can't be read"),
    ],
)
def test_what_was_tampered_with_is_told(
    exported: Path, tamper: Callable[[list[str]], list[str]], told: str
) -> None:
    lines = exported.read_text().split("\n")[:-1]
    verdict = evidence.verify(tamper(lines))
    assert any(told in fault for fault in verdict.faults), verdict.faults


def test_a_chain_made_anew_fits_no_digest_that_was_kept(
    call: Call, exported: Path, tmp_path: Path
) -> None:
    """Who holds the file can hash it all again; the digest kept elsewhere is beyond him."""
    digests = tmp_path / "digests.jsonl"
    assert _whole(call("audit", "export", "--output", str(digests)))
    head, seal, sealed, *events = map(json.loads, exported.read_text().split("\n")[:-1])
    before = None
    for event in (line["event"] for line in events):
        event["details"] = event["details"].replace('"10"', '"11"')
        event["previous_checksum"] = before
        before = event["checksum"] = evidence.checksum_of(head, event)
    head["head"] = before
    sealed["sealed"]["checksum"] = events[2]["event"]["checksum"]
    seal["seal"]["root"] = evidence.root_of(head, sealed["sealed"])
    seal["seal"]["digest"] = evidence.digest_of(seal["seal"])
    forged = tmp_path / "forged.jsonl"
    forged.write_text("\n".join(json.dumps(line) for line in (head, seal, sealed, *events)))
    assert _whole(call("audit", "verify", str(forged)))
    checked = call("audit", "verify", str(forged), "--against", str(digests))
    assert (checked.exit_code, checked.stderr) == (
        1,
        "seal 1 of paper isn't the one that was kept\n",
    )


def test_the_database_is_verified_in_full_and_onward(call: Call, db_url: str) -> None:
    assert call("audit", "verify").stdout == "(none)\n"
    assert call("audit", "verify", "--onward").stdout == "(none)\n"
    with psycopg.connect(db_url, autocommit=True) as db:
        db.execute("set session_replication_role = replica")
        db.execute("delete from paper_trading.audit_log where (username, seq) = ('alice', 4)")
        db.execute("update oversight.audit_log set actor = 'x' where username = 'bob'")
    found = call("--json", "audit", "verify")
    assert [(row["book"], row["chain"], row["event"]) for row in json.loads(found.stdout)] == [
        ("paper", "alice", 4),
        ("oversight", "bob", 1),
    ]
    assert found.exit_code == 1
    with psycopg.connect(db_url, autocommit=True) as db:
        db.execute("set session_replication_role = replica")
        db.execute("update oversight.seals set chains = 9 where book = 'live'")
    assert "seal 1" in call("audit", "verify", "--onward").stdout


@pytest.mark.parametrize("text", ["", "[]", "nothing", '{"twinbook": "evidence"}', "3"])
def test_another_file_is_refused(text: str) -> None:
    with pytest.raises(Failure):
        evidence.verify(text.split("\n"))


def test_a_version_to_come_is_refused() -> None:
    with pytest.raises(Failure, match="version '2'"):
        evidence.verify(['{"twinbook": "seals", "version": "2"}'])


def _example(name: str) -> str:
    page = (Path(__file__).parents[2] / "docs" / "audit.md").read_text()
    (found,) = re.findall(rf"<!-- example: {name} -->\n```\w*\n(.*?)\n```", page, re.DOTALL)
    return str(found)


def test_the_documented_example_is_true(db_url: str) -> None:
    """Each hash of docs/audit.md, from the bytes as printed there, from this, and from SQL."""
    event = json.loads(_example("event"))
    checksum, root, digest = (_example(name) for name in ("checksum", "root", "digest"))
    assert hashlib.sha256(_example("bytes").encode()).hexdigest() == checksum
    assert evidence.checksum_of(event, event) == checksum
    assert hashlib.sha256(b"\0" + _example("leaf").encode()).hexdigest() == root
    assert evidence.root_of(event, {"seq": "2", "checksum": checksum, "path": []}) == root
    assert hashlib.sha256(_example("seal").encode()).hexdigest() == digest
    seal = {"book": "paper", "number": "1", "sealed_at": "2026-03-02T16:00:00.000000Z"}
    seal |= {"chains": "1", "root": root}
    assert evidence.digest_of({**seal, "previous_digest": None}) == digest
    with psycopg.connect(db_url) as db:
        row = db.execute(
            """
            select encode(oversight.checksum_of(%(book)s, %(username)s, %(portfolio_id)s,
                     %(seq)s::bigint, %(operation)s, %(actor)s, %(occurred_at)s, %(details)s::jsonb,
                     decode(%(previous_checksum)s, 'hex')), 'hex'),
                   encode(oversight.merkle_root(array[oversight.leaf_of(%(book)s, %(username)s,
                     %(portfolio_id)s, %(seq)s::bigint, decode(%(checksum)s, 'hex'))]), 'hex'),
                   encode(oversight.digest_of(%(book)s, 1, '2026-03-02T16:00Z', 1,
                     decode(%(root)s, 'hex'), null), 'hex')
            """,
            event | {"checksum": checksum, "root": root},
        ).fetchone()
    assert row == (checksum, root, digest)


def test_acts_are_in_line_per_user_and_for_no_other(
    connect: Callable[..., psycopg.Connection],
) -> None:
    one, other = connect(), connect()
    one.execute("select identity.register_user(name) from unnest(array['alice', 'bob']) as name")
    for db in (one, other):
        db.execute("set lock_timeout = '200ms'")
    act = "select oversight.append_event(%s, 'tried', '{}')"
    with one.transaction():
        one.execute(act, ["alice"])
        other.execute(act, ["bob"])  # waits for nobody
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute(act, ["alice"])
    other.execute(act, ["alice"])
    found = one.execute(
        "select events, chain_intact from oversight.verify_book('oversight') "
        "where username in ('alice', 'bob') order by username"
    ).fetchall()
    assert found == [(3, True), (2, True)]


@pytest.mark.usefixtures("call")
def test_what_is_traded_meanwhile_is_no_difference(
    connect: Callable[..., psycopg.Connection],
) -> None:
    """Verifying looks at one moment, though orders are placed all the while."""
    trading = connect("alice", "paper")

    def trade() -> None:
        for _ in range(60):
            trading.execute("select from place_order('AAPL', 'buy', 1)")

    auditor = connect(role="twinbook_auditor")
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(trade)
        times = 0
        while not done.done() or not times:
            for is_onward in (True, False):
                wrong = auditor.execute(
                    "select * from oversight.verify_book('paper', %s) "
                    "where not (chain_intact and rebuilt_equals_stored)",
                    [is_onward],
                ).fetchall()
                assert wrong == []
            times += 1
        done.result()
