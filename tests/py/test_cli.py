"""The command line: what it prints, its exit codes, and never a traceback."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result
from psycopg.conninfo import make_conninfo
from tests.support.databases import scratch_database

from twinbook.cli import cli


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    for name in ("DATABASE_URL", "TWINBOOK_USER", "TWINBOOK_DATA"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(cli, list(arguments))

    return run


def test_status_in_rows_for_programs(call: Callable[..., Result], db_url: str) -> None:
    result = call("--database", db_url, "--json", "status")
    assert result.exit_code == 0
    rows = json.loads(result.stdout)
    books = {"paper_trading", "live_trading"}
    assert {row["lane"] for row in rows} == {"shared", *books, "live_venue", "code", "identity"}
    assert [row["state"] for row in rows[-2:]] == ["current", "trusted"]


def test_migrate_says_what_it_did(call: Callable[..., Result], server_url: str) -> None:
    with scratch_database(server_url) as url:
        result = call("--database", url, "migrate")
        assert result.exit_code == 0, result.stderr
        assert result.stdout == ""
        assert "code loaded" in result.stderr
        assert "nothing to do" in call("--database", url, "migrate").stderr


def test_up_prints_the_url_alone(call: Callable[..., Result], server_url: str) -> None:
    with scratch_database(server_url) as url:
        result = call("--database", url, "up")
        assert (result.exit_code, result.stdout) == (0, f"{url}\n")


def test_doctor_fails_where_a_protection_is_missing(
    call: Callable[..., Result], db_url: str
) -> None:
    healthy = call("--database", db_url, "--json", "doctor")
    assert healthy.exit_code == 0, healthy.stdout
    with psycopg.connect(db_url) as db:
        db.execute("alter table paper_trading.portfolios no force row level security")
        db.execute("alter table live_trading.orders disable trigger user")
        db.execute("grant create on schema paper_trading to public")
    ill = call("--database", db_url, "--json", "doctor")
    assert ill.exit_code == 1
    failed = {
        row["check"]: row["found"] for row in json.loads(ill.stdout) if row["state"] == "FAIL"
    }
    assert failed["row level security is forced"] == "paper_trading.portfolios"
    assert "live_trading.orders" in failed["triggers are enabled"]
    assert "CREATE on schema paper_trading" in failed["PUBLIC makes no objects here"]
    call("--database", db_url, "migrate", "--reload")


def test_psql_acts_as_the_person(db_url: str) -> None:
    query = "select current_user, current_setting('app.current_user'), current_schema"
    who = ["--database", db_url, "--user", "al ice", "--mode", "live"]
    done = subprocess.run(
        [sys.executable, "-m", "twinbook", *who, "psql", "-XAtc", query],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "twinbook_live|al ice|live_trading\n")


def test_psql_spares_one_the_functions_lines(db_url: str) -> None:
    query = "select * from place_order('AAPL', 'buy', 1)"
    who = ["--database", db_url, "--user", "nobody"]
    done = subprocess.run(
        [sys.executable, "-m", "twinbook", *who, "psql", "-Xqc", query],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "there is no user nobody" in done.stderr
    assert "CONTEXT" not in done.stderr


def test_doctor_serves_an_application_too(call: Callable[..., Result], db_url: str) -> None:
    url = make_conninfo(db_url, user="twinbook_backup")
    result = call("--database", url, "--json", "doctor")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)[-1]["state"] == "warn"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--database", "postgresql:///none?host=/nowhere", "status"], 1, "can't connect"),
        (["--database", "host=", "--nonsense"], 2, "No such option"),
        (["nonsense"], 2, "No such command"),
        (["--mode", "both", "status"], 2, "Invalid value"),
        (["--database", "no url", "status"], 1, "can't connect"),
    ],
)
def test_misuse_and_failure_are_said_in_one_line(
    call: Callable[..., Result], arguments: list[str], code: int, said: str
) -> None:
    result = call(*arguments)
    assert result.exit_code == code
    last = result.stderr.strip().splitlines()[-1]
    assert said in last
    assert "Traceback" not in result.output


def test_without_a_server_it_says_how_to_get_one(
    call: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINBOOK_DATA", str(tmp_path))
    result = call("status")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "twinbook up" in result.stderr
    assert call("down").exit_code == 0
