"""The demo is true: every claim holds, and would be told if it didn't."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from twinbook import demo as story
from twinbook.cli import cli


def test_it_tells_the_year_and_proves_its_claims(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "twinbook", "demo"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(story.__file__).parents[1])},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout
    assert "Replayed 250 trading days" in said
    assert re.search(r"alice.*guards.*sell +50 +GOOG +FILLED +589\.93", said), "the stop gaps"
    assert re.search(r"alice.*lowers her limit.*FILLED +600", said), "a limit fills at its limit"
    assert re.search(r"for the day.*EXPIRED", said)
    assert re.search(r"AAPL +454\.91 +500\.00 +425\.00 +500\.00 +899\.80 +take_profit", said)
    assert re.search(r"AAPL +677\.43 +635\.47 +640\.00 +720\.00 +-421\.60 +stop_loss", said)
    assert re.search(r"OPEN +CLOSED +order_filled +venue", said)
    assert re.search(r"at once.*CANCELED", said)
    assert re.search(r"more than she can pay.*REJECTED", said)
    assert "14 of 14 claims hold" in said
    assert "NO " not in said
    assert max(len(line.rstrip()) for line in said.splitlines()) <= 110
    assert "Traceback" not in done.stderr


def test_a_claim_that_does_not_hold_fails_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TWINBOOK_DATA", raising=False)
    monkeypatch.setattr(story, "_SUMS", "select 2 as balances, 4 as positions, 1 as wrong")
    result = CliRunner().invoke(cli, ["demo"])
    assert result.exit_code == 1
    assert "13 of 14 claims hold" in result.stdout
