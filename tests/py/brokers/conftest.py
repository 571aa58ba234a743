"""What tests of brokers share: a clock that only they move."""

import pytest
from tests.py.brokers.script import FakeClock

from twinbook.brokers import clock, state


@pytest.fixture(autouse=True)
def fake_clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """The clock of every test here: none of them takes time, and none can wait for real."""
    fake = FakeClock()
    for name in ("now", "monotonic", "nanoseconds", "pause"):
        monkeypatch.setattr(clock, name, getattr(fake, name))
    return fake


@pytest.fixture(autouse=True)
def fresh_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test draws on what another one has left of a token's limits."""
    monkeypatch.setattr(state, "_shared", {})
