"""Limits, on a clock that only the test moves."""

import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.py.brokers.script import FakeClock

from twinbook.brokers.limits import DecayingCounter, Limit, WindowLimit
from twinbook.brokers.state import ProcessState


def _spend(limit: Limit, requests: int) -> None:
    for _ in range(requests):
        assert limit.reserve(1) == 0


def test_a_window_keeps_headroom_below_what_is_documented() -> None:
    limit = WindowLimit(60)
    _spend(limit, 54)
    assert limit.reserve(1) == 60


def test_a_window_slides(fake_clock: FakeClock) -> None:
    limit = WindowLimit(10, headroom=1)
    _spend(limit, 4)
    fake_clock.passed = 30
    _spend(limit, 6)
    assert limit.reserve(1) == 30
    fake_clock.passed = 60
    _spend(limit, 4)
    assert limit.reserve(1) == 30
    assert limit.reserve(5) == 30


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(gaps=st.lists(st.floats(0, 20), max_size=60), offset=st.floats(0, 60))
def test_no_window_anywhere_holds_more_than_is_allowed(
    fake_clock: FakeClock, gaps: list[float], offset: float
) -> None:
    fake_clock.passed = 0.0
    limit = WindowLimit(10)
    sent: list[float] = []
    for gap in gaps:
        fake_clock.passed += gap
        while wait := limit.reserve(1):
            fake_clock.passed += wait
        sent.append(fake_clock.passed)
    for start in (*sent, *(offset + 60 * n for n in range(20))):
        assert len([at for at in sent if start <= at < start + 60]) <= 10


def test_a_request_dearer_than_the_whole_budget_passes_when_nothing_else_was_sent() -> None:
    limit = WindowLimit(2)
    assert limit.reserve(5) == 0
    assert limit.reserve(1) == 60
    counter = DecayingCounter(5, 1)
    assert counter.reserve(8) == 0
    assert counter.reserve(8) == pytest.approx(8)


def test_headers_lower_a_window_until_it_is_renewed(fake_clock: FakeClock) -> None:
    limit = WindowLimit(60)
    _spend(limit, 1)
    # Another program with the same token has used most of it; 6 are kept back.
    limit.observe(left=8, resets_in=20, allowed=60)
    _spend(limit, 2)
    assert limit.reserve(1) == 20
    fake_clock.passed = 20
    _spend(limit, 51)
    assert limit.reserve(1) == 40


def test_an_overtaken_answer_raises_nothing() -> None:
    limit = WindowLimit(60)
    limit.observe(left=7, resets_in=20, allowed=60)
    limit.observe(left=30, resets_in=20, allowed=60)
    _spend(limit, 1)
    assert limit.reserve(1) == 20


def test_a_smaller_limit_than_documented_is_kept_to_and_a_larger_one_is_not_used() -> None:
    limit = WindowLimit(60)
    limit.observe(left=100, resets_in=20, allowed=100)
    _spend(limit, 54)
    assert limit.reserve(1) > 0
    limit = WindowLimit(60)
    limit.observe(left=20, resets_in=20, allowed=20)
    _spend(limit, 18)
    assert limit.reserve(1) > 0


def test_a_skewed_clock_stops_nothing_for_longer_than_a_window() -> None:
    limit = WindowLimit(60)
    limit.observe(left=0, resets_in=9_000, allowed=60)
    assert limit.reserve(1) == 60
    limit = WindowLimit(60)
    limit.observe(left=0, resets_in=-9_000, allowed=60)
    assert limit.reserve(1) == 0


def test_a_refusal_stops_a_window_for_as_long_as_it_says(fake_clock: FakeClock) -> None:
    limit = WindowLimit(60)
    limit.exhaust(None)
    assert limit.reserve(1) == 60
    limit.exhaust(300)
    assert limit.reserve(1) == 300
    limit.observe(left=50, resets_in=1, allowed=60)
    assert limit.reserve(1) == 300
    fake_clock.passed = 300
    assert limit.reserve(1) == 0


def test_threads_share_a_limit() -> None:
    limit = WindowLimit(100, headroom=1)
    granted: list[int] = []

    def spend() -> None:
        granted.append(sum(limit.reserve(1) == 0 for _ in range(50)))

    threads = [threading.Thread(target=spend) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(granted) == 100


def test_a_counter_falls_with_time(fake_clock: FakeClock) -> None:
    counter = DecayingCounter(15, 0.33)
    _spend(counter, 13)
    assert counter.reserve(1) == pytest.approx(0.5 / 0.33)
    fake_clock.passed = 0.5 / 0.33 + 0.001
    assert counter.reserve(1) == 0
    fake_clock.passed = 1000
    _spend(counter, 13)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=st.lists(st.tuples(st.floats(0, 20), st.sampled_from([1, 2, 4, 5, 6, 8]))))
def test_the_brokers_own_counter_is_never_exceeded(
    fake_clock: FakeClock, steps: list[tuple[float, int]]
) -> None:
    fake_clock.passed = 0.0
    counter = DecayingCounter(20, 0.5)
    theirs, at = 0.0, 0.0
    for gap, cost in steps:
        fake_clock.passed += gap
        while wait := counter.reserve(cost):
            fake_clock.passed += wait
        theirs = max(0.0, theirs - (fake_clock.passed - at) * 0.5) + cost
        at = fake_clock.passed
        assert theirs <= 18 + 1e-6


def test_a_refusal_fills_a_counter() -> None:
    counter = DecayingCounter(15, 0.33)
    counter.exhaust(None)
    assert counter.reserve(1) == pytest.approx(2.5 / 0.33)
    counter.exhaust(60)
    assert counter.reserve(1) == pytest.approx(60 + 1 / 0.33)


def test_another_process_goes_on_where_one_ended(fake_clock: FakeClock) -> None:
    window = WindowLimit(10, headroom=1)
    counter = DecayingCounter(10, 1, headroom=1)
    _spend(window, 4)
    fake_clock.passed = 20
    _spend(window, 5)
    _spend(counter, 8)
    used = {"window": window.remember(), "counter": counter.remember()}
    fake_clock.passed = 23
    state = ProcessState(used=used)
    next_window = state.limit("window", lambda: WindowLimit(10, headroom=1))
    next_counter = state.limit("counter", lambda: DecayingCounter(10, 1, headroom=1))
    assert next_window.reserve(1) == 0
    assert next_window.reserve(1) == pytest.approx(37)
    assert next_counter.reserve(5) == 0
    assert next_counter.reserve(2) == pytest.approx(2)
    assert set(state.remember()) == {"window", "counter"}
    fake_clock.passed = 90
    assert next_window.remember() == []
