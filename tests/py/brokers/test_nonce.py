"""Nonces rise, whatever the clock does, and survive in a store."""

import threading
from typing import Any

import pytest
from tests.py.brokers.script import START, FakeClock, Script, form_of, keys, payload

from twinbook.brokers import Nonces, ProcessState
from twinbook.brokers.kraken import Kraken

NOW = int(START.timestamp()) * 10**9


class Row:
    """A store such as a row of the database: kept before it is given out."""

    def __init__(self, nonce: int) -> None:
        self.nonce = nonce

    def advance(self, at_least: int) -> int:
        self.nonce = max(self.nonce + 1, at_least)
        return self.nonce


def _next(nonces: Nonces) -> int:
    with nonces.turn() as nonce:
        return nonce


def test_they_are_the_clocks_nanoseconds_or_one_more(fake_clock: FakeClock) -> None:
    nonces = Nonces()
    assert [_next(nonces), _next(nonces)] == [NOW, NOW + 1]
    fake_clock.passed = 5
    assert _next(nonces) == NOW + 5 * 10**9
    fake_clock.passed = -60
    assert _next(nonces) == NOW + 5 * 10**9 + 1


def test_a_restart_goes_on_from_the_store_although_the_clock_was_set_back(
    fake_clock: FakeClock,
) -> None:
    row = Row(NOW + 10**15)
    assert _next(Nonces(row)) == NOW + 10**15 + 1
    fake_clock.passed = -3600
    assert _next(Nonces(row)) == NOW + 10**15 + 2
    assert row.nonce == NOW + 10**15 + 2


def test_a_turn_that_fails_uses_its_number_up() -> None:
    nonces = Nonces()
    with pytest.raises(RuntimeError), nonces.turn():
        raise RuntimeError
    assert _next(nonces) == NOW + 1


def test_threads_take_turns() -> None:
    nonces = Nonces()
    order: list[int] = []

    def take() -> None:
        for _ in range(50):
            with nonces.turn() as nonce:
                order.append(nonce)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert order == sorted(set(order))
    assert len(order) == 400


def test_a_turn_lasts_until_the_answer() -> None:
    nonces = Nonces()
    held: list[bool] = []

    def answer(_request: Any) -> Any:
        held.append(nonces._lock.locked())
        return payload("kraken/balance_ex.json")

    kraken = Kraken(
        keys(), "http://localhost", state=ProcessState(nonces), transport=Script(answer)
    )
    kraken.positions()
    assert held == [True]
    assert not nonces._lock.locked()


def test_a_client_takes_its_numbers_from_the_store_that_it_is_given() -> None:
    row = Row(7 * 10**18)
    script = Script(payload("kraken/balance_ex.json"))
    state = ProcessState(Nonces(row))
    Kraken(keys(), "http://localhost", state=state, transport=script).positions()
    assert form_of(script.last)["nonce"] == str(7 * 10**18 + 1)
