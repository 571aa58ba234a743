"""The command line's subjects: what a person types, sees, and is told."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import conninfo
from tests.py.commands import rows

from twinbook.cli import cli
from twinbook.demo import FILES

_AAPL = str(FILES / "AAPL_2012_daily.csv")
_MSFT = str(FILES / "MSFT_2012_daily.csv")

Call = Callable[..., Result]


@pytest.fixture
def call(db_url: str, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Runs a command on a database with alice, bob, AAPL and MSFT."""
    monkeypatch.delenv("TWINBOOK_USER", raising=False)
    monkeypatch.setenv("DATABASE_URL", db_url)

    def run(*arguments: str, stdin: str = "") -> Result:
        return CliRunner().invoke(cli, list(arguments), input=stdin)

    for arguments in (
        ["user", "add", "alice", "--email", "alice@example.com"],
        ["user", "add", "bob"],
        ["instrument", "add", "AAPL", "equity", "USD"],
        ["instrument", "add", "MSFT", "equity", "USD", "--trading-days", "1,2,3,4,5"],
    ):
        assert run(*arguments).exit_code == 0
    return run


def _last_line(result: Result) -> str:
    return result.stderr.strip().splitlines()[-1]


def test_a_day_at_the_command_line(call: Call) -> None:
    alice = ("--user", "alice", "--json")
    assert call("quote", "add", "AAPL", "--bid", "99.9", "--ask", "100").exit_code == 0
    [opened] = rows(
        call(*alice, "portfolio", "open", "main", "--initial-balances", '{"USD": 5000.5}')
    )
    assert (opened["name"], opened["feed"]) == ("main", "realtime")
    [bought] = rows(call(*alice, "order", "place", "AAPL", "buy", "10"))
    assert (bought["status"], bought["average_price"]) == ("FILLED", "100")
    limit = ("order", "place", "AAPL", "buy", "5", "--order-type", "limit", "--limit-price", "90.5")
    [resting] = rows(call(*alice, *limit, "--time-in-force", "GTC"))
    order_id = resting["order_id"]
    [replaced] = rows(call(*alice, "order", "replace", order_id, "1", "--limit-price", "91"))
    assert (replaced["limit_price"], replaced["version"]) == ("91", 2)
    stale = call(*alice, "order", "replace", order_id, "1", "--limit-price", "92")
    assert (stale.exit_code, "TB409" in _last_line(stale)) == (1, True)
    [canceled] = rows(call(*alice, "order", "cancel", order_id))
    assert canceled["status"] == "CANCELED"
    assert rows(call(*alice, "order", "cancel-all")) == []
    assert [row["status"] for row in rows(call(*alice, "order", "list"))] == ["FILLED", "CANCELED"]
    [position] = rows(call(*alice, "positions"))
    assert (position["symbol"], position["quantity"]) == ("AAPL", "10")
    [balance] = rows(call(*alice, "balances", "--portfolio", "main"))
    assert (balance["amount"], balance["free"]) == ("4000.5", "4000.5")
    assert len(rows(call(*alice, "executions"))) == 1
    assert [row["kind"] for row in rows(call(*alice, "ledger"))] == ["deposit", "settlement"]
    [worth] = rows(call(*alice, "portfolio", "show", "main"))
    assert worth["equity"] == "4999.5"
    [mode] = rows(call(*alice, "mode", "show"))
    assert mode["active_mode"] == "paper"
    [whole] = rows(call(*alice, "verify"))
    assert (whole["chain_intact"], whole["rebuilt_equals_stored"]) == (True, True)
    assert call("verify").exit_code == 0
    assert rows(call("--user", "bob", "--json", "order", "list")) == []


def test_a_person_sees_a_table_under_the_mode(call: Call) -> None:
    call("--user", "alice", "portfolio", "open", "main")
    shown = call("--user", "alice", "portfolio", "list")
    assert shown.stdout.startswith("paper book, alice\n")
    assert "main" in shown.stdout
    live = call("--user", "alice", "--mode", "live", "portfolio", "list")
    assert live.stdout == "live book, alice\n(none)\n"


def test_a_rejected_order_is_shown_and_is_a_failure(call: Call) -> None:
    call("quote", "add", "AAPL", "--last", "100")
    call("--user", "alice", "portfolio", "open", "main")
    refused = call("--user", "alice", "--json", "order", "place", "AAPL", "buy", "100000")
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)[0]["status"] == "REJECTED"
    assert refused.stderr.startswith("REJECTED: insufficient funds")


def test_settings_and_limits(call: Call) -> None:
    alice = ("--user", "alice", "--json")
    [edited] = rows(call(*alice, "settings", "edit", "1", "--max-quote-age", "2 hours"))
    assert (edited["version"], edited["max_quote_age"]) == (2, "2:00:00")
    assert "broker_token" not in edited
    assert rows(call(*alice, "settings", "show"))[0]["version"] == 2
    [limit] = rows(call(*alice, "limits", "set", "USD", "--max-order-value", "500"))
    assert limit["max_order_value"] == "500"
    again = call(*alice, "limits", "set", "USD", "--max-order-value", "600")
    assert (again.exit_code, "TB409" in _last_line(again)) == (1, True)
    assert "`twinbook limits show`" in _last_line(again)
    [shown] = rows(call(*alice, "limits", "show"))
    change = ("limits", "set", "USD", "--expected-version", str(shown["version"]))
    [changed] = rows(call(*alice, *change, "--max-order-value", "600"))
    assert changed["max_order_value"] == "600"
    assert len(rows(call(*alice, "limits", "show"))) == 1


def test_reference_data(call: Call) -> None:
    assert call("currency", "add", "SEK", "2").exit_code == 0
    assert "SEK" in {row["currency"] for row in rows(call("--json", "currency", "list"))}
    fee = ("fee", "add", "X", "equity", "commission", "unit", "0.005", "a test", "--minimum", "1")
    assert rows(call("--json", *fee))[0]["rate"] == "0.005"
    fees = rows(call("--json", "fee", "list"))
    assert {row["venue"] for row in fees} == {"X", "alpaca", "kraken", "tradier"}
    assert len(rows(call("--json", "instrument", "list"))) == 2
    assert rows(call("--json", "user", "list"))[0]["username"] == "alice"
    assert rows(call("--json", "user", "edit", "bob", "1", "--status", "SUSPENDED"))
    assert call("feed", "open", "delayed").exit_code == 0
    assert call("--user", "alice", "feed", "open", "mine").exit_code == 0
    assert len(rows(call("--json", "--user", "alice", "feed", "list"))) == 3
    assert len(rows(call("--json", "--user", "bob", "feed", "list"))) == 2
    assert rows(call("--json", "quote", "list")) == []


def test_prices_are_loaded_once(call: Call) -> None:
    load = ("prices", "load", _AAPL, "--symbol", "AAPL")
    assert "250 bars of AAPL loaded into replay" in call("--user", "alice", *load).stderr
    again = call("--user", "alice", *load)
    assert "0 bars" in again.stderr
    assert "250 were there already" in again.stderr
    assert "loaded into realtime, 2012-01-03 to 2012-12-31" in call(*load).stderr
    assert call(*load, "--feed", "eod").exit_code == 0


def test_bars_are_loaded_into_any_feed_and_replayed_into_none_that_fills_on_this_quote(
    call: Call,
) -> None:
    alice = ("--user", "alice")
    assert call(*alice, "feed", "open", "mine").exit_code == 0
    file = (_AAPL, "--symbol", "AAPL", "--feed", "mine")
    assert "250 bars of AAPL loaded into mine" in call(*alice, "prices", "load", *file).stderr
    assert rows(call(*alice, "--json", "quote", "list")) == []
    refused = call(*alice, "prices", "replay", *file)
    assert refused.exit_code == 1
    assert "`twinbook feed open NAME --fills-on 'next quote'`" in _last_line(refused)
    assert rows(call(*alice, "--json", "quote", "list")) == []


def test_a_quote_goes_into_ones_own_feed(call: Call) -> None:
    alice = ("--user", "alice", "--json")
    assert call(*alice, "feed", "open", "mine").exit_code == 0
    add = ("quote", "add", "AAPL", "--last", "100.5", "--bid-size", "3")
    [added] = rows(call(*alice, *add, "--feed", "mine", "--quoted-at", "2012-01-03T17:00"))
    assert (added["username"], added["feed"], added["last"]) == ("alice", "mine", "100.5")
    assert added["quoted_at"] == "2012-01-03T17:00:00+00:00"
    [now] = rows(call(*alice, *add, "--feed", "mine"))
    assert now["quoted_at"] > added["quoted_at"]
    [shared] = rows(call("--json", *add))
    assert (shared["username"], shared["feed"]) == ("market", "realtime")
    assert call("--user", "bob", *add, "--feed", "mine").exit_code == 1
    unsaid = call(*alice, *add)
    assert (unsaid.exit_code, "--feed" in _last_line(unsaid)) == (2, True)


def test_a_sweep_works_off_what_was_left(call: Call, db_url: str) -> None:
    call("quote", "add", "AAPL", "--last", "100")
    call("--user", "alice", "portfolio", "open", "main")
    limit = ("--order-type", "limit", "--limit-price", "90", "--time-in-force", "GTC")
    call("--user", "alice", "order", "place", "AAPL", "buy", "1", *limit)
    with psycopg.connect(db_url) as holder:
        holder.execute("select from paper_trading.portfolios for no key update")
        call("quote", "add", "AAPL", "--last", "89")
    assert rows(call("--user", "alice", "--json", "executions")) == []
    swept = call("sweep")
    assert (swept.exit_code, swept.stderr) == (0, "1 portfolio worked on\n")
    assert len(rows(call("--user", "alice", "--json", "executions"))) == 1
    assert call("sweep", "--every", "0").exit_code == 2


def test_a_sweep_goes_on_until_interrupted(call: Call, db_url: str) -> None:
    sweep = [sys.executable, "-m", "twinbook", "--database", db_url, "sweep", "--every", "0.05"]
    with subprocess.Popen(sweep, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr
        assert "every 0.05 s" in running.stderr.readline()
        call("quote", "add", "AAPL", "--last", "100")
        call("--user", "alice", "portfolio", "open", "main")
        limit = ("--order-type", "limit", "--limit-price", "90", "--time-in-force", "GTC")
        call("--user", "alice", "order", "place", "AAPL", "buy", "1", *limit)
        with psycopg.connect(db_url) as holder:
            holder.execute("select from paper_trading.portfolios for no key update")
            call("quote", "add", "AAPL", "--last", "89")
        assert running.stderr.readline() == "1 portfolio worked on\n"
        running.send_signal(signal.SIGINT)
        assert running.stderr.read() == "stopped\n"
    assert running.returncode == 0


def test_prices_are_replayed_side_by_side_and_once(call: Call) -> None:
    replay = ("prices", "replay", _AAPL, _MSFT, "--symbol", "AAPL", "--symbol", "MSFT")
    first = call("--user", "alice", *replay, "--feed", "y2012")
    assert first.exit_code == 0
    assert "2000 quotes of 500 bars replayed into y2012, 2012-01-03 to 2012-12-31" in first.stderr
    again = call("--user", "alice", *replay, "--feed", "y2012")
    assert "0 quotes" in again.stderr
    assert "2000 skipped" in again.stderr
    feeds = rows(call("--user", "alice", "--json", "feed", "list"))
    own = next(feed for feed in feeds if feed["name"] == "y2012")
    assert (own["newest_number"], own["late_quotes"]) == (2000, 0)
    assert own["fills_on"] == "next quote"


def test_a_bad_line_loads_nothing(call: Call, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(Path(_AAPL).read_text() + "2013-01-02,1,2\n")
    for verb in ("load", "replay"):
        refused = call("--user", "alice", "prices", verb, str(bad), "--symbol", "AAPL")
        assert refused.exit_code == 1
        assert f"{bad}, line 252: 3 fields" in _last_line(refused)
    assert rows(call("--user", "alice", "--json", "quote", "list")) == []


def test_a_login_is_made_for_one_book(call: Call, db_url: str) -> None:
    name = f"login_{conninfo.conninfo_to_dict(db_url)['dbname']}"[:60]
    try:
        made = call(
            "role", "add", name, "--book", "paper", "--password-from-stdin", stdin="secret\n"
        )
        assert made.exit_code == 0, made.stderr
        assert {"login": name, "groups": "twinbook_paper"} in rows(call("--json", "role", "list"))
        taken = call("role", "add", name, "--book", "live")
        assert (taken.exit_code, "already exists" in _last_line(taken)) == (1, True)
        with psycopg.connect(db_url, user=name) as db:
            found = db.execute(
                "select current_schema, current_setting('idle_in_transaction_session_timeout'), "
                "rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication, "
                "has_schema_privilege('live_trading', 'usage') "
                "from pg_roles where rolname = current_user"
            ).fetchone()
            assert found == ("paper_trading", "30s", False, False)
    finally:
        with psycopg.connect(db_url, autocommit=True) as db:
            db.execute(f"drop role if exists {name}".encode())


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["order", "list"], 2, "who is acting?"),
        (["--user", "alice", "order", "place", "AAPL"], 2, "Missing argument"),
        (["--user", "alice", "order", "place", "AAPL", "buy", "ten"], 2, "is no number"),
        (
            ["--user", "alice", "order", "place", "AAPL", "buy", "1", "--context", "[]"],
            2,
            "no JSON",
        ),
        (["--user", "alice", "order", "place", "AAPL", "buy", "NaN"], 1, "TB400"),
        (["--user", "alice", "order", "place", "AAPL", "hold", "1"], 1, "TB400"),
        (["--user", "alice", "order", "place", "NOPE", "buy", "1"], 1, "TB404"),
        (["--user", "alice", "order", "place", "A\0", "buy", "1"], 1, "NUL"),
        (["--user", "alice", "order", "cancel", "PAPER_1"], 1, "TB404"),
        (["--user", "nobody", "order", "place", "AAPL", "buy", "1"], 1, "TB401"),
        (["--user", "alice", "portfolio", "show", "none"], 1, "no portfolio none"),
        (["--user", "alice", "portfolio", "open", "main"], 1, "TB422"),
        (["--user", "alice", "user", "list"], 1, "TB403"),
        (["user", "add", "Alice"], 1, "TB400"),
        (["instrument", "add", "AAPL", "equity", "USD"], 1, "TB422"),
        (["instrument", "add", "X", "equity", "USD", "--closes-at", "late"], 2, "is no time"),
        (["prices", "load", "none.csv", "--symbol", "AAPL"], 1, "none.csv"),
        (["prices", "load", _AAPL, "--symbol", "NOPE"], 1, "no instrument NOPE"),
        (["prices", "load", _AAPL], 2, "Missing option '--symbol'"),
        (["prices", "replay", _AAPL, "--symbol", "AAPL"], 2, "whose feed?"),
        (["prices", "replay", _AAPL, "--symbol", "A", "--symbol", "B"], 2, "as many --symbol"),
        (["role", "add", "x"], 2, "--book or --for"),
        (["role", "add", "x", "--book", "paper", "--password-from-stdin"], 2, "no password"),
    ],
)
def test_what_goes_wrong_is_said_in_one_line(
    call: Call, arguments: list[str], code: int, said: str
) -> None:
    call("--user", "alice", "portfolio", "open", "main")
    result = call(*arguments)
    assert (result.exit_code, said in _last_line(result)) == (code, True), result.stderr
    assert result.stdout == ""


def test_a_process_has_exit_codes_and_no_traceback(call: Call, db_url: str) -> None:
    assert call("--user", "alice", "portfolio", "open", "main").exit_code == 0
    for arguments, code in (
        (["order", "list"], 0),
        (["order", "place", "NOPE", "buy", "1"], 1),
        (["order", "place", "AAPL", "buy", "1"], 1),
        (["order", "place"], 2),
        (["order", "place", b"\xff\xfe", "buy", "1"], 1),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "twinbook", "--database", db_url, "--user", "alice", *arguments],
            capture_output=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert b"Traceback" not in done.stderr


_words = st.one_of(
    st.sampled_from(["AAPL", "buy", "sell", "main", "1", "-1", "1e9", "0.1", "NaN", "{}", "1 day"]),
    st.text(max_size=20),
    st.decimals().map(str),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    subject=st.sampled_from(
        [
            ("order", "place"),
            ("order", "replace"),
            ("order", "cancel"),
            ("portfolio", "open"),
            ("portfolio", "edit"),
            ("portfolio", "show"),
            ("settings", "edit"),
            ("limits", "set"),
            ("feed", "open"),
            ("executions", "--portfolio"),
        ]
    ),
    words=st.lists(_words, max_size=4),
)
def test_any_words_are_answered_without_a_traceback(
    call: Call, subject: tuple[str, str], words: list[str]
) -> None:
    result = call("--user", "alice", *subject, *words)
    assert result.exit_code in (0, 1, 2)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 0 or result.stderr
