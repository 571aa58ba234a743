"""The attack list, by a login of the paper book that may run any statement as alice.

After each: nothing of bob's was told or changed, no fact was altered, no book was crossed. In the
trusted identity whoever can set the setting is its user, so only where it is signed does an attack
name bob in it; test_forged_setting says what that comes to.
"""

import pytest
from tests.py.security import attacks
from tests.py.security.attacks import Attack
from tests.py.security.cell import SECRET, Cell

_LISTS = {
    "reading past": attacks.READ_PAST,
    "as another": attacks.AS_ANOTHER,
    "making objects": attacks.MAKE_OBJECTS,
    "changing": attacks.CHANGE,
    "the server's own": attacks.SERVER,
}


def _breaches(cell: Cell, attack: Attack, names: dict[str, str]) -> list[str]:
    """What an attack got, in words; nothing where all held."""
    truth, facts = cell.truth(), cell.facts()
    statements = [statement.format(**names) for statement in attack]
    db = cell.connect()
    outcome = cell.tries(*statements, db=db)
    db.close()
    # What alice wrote herself may come back to her.
    marks = [mark for mark in cell.marks if mark not in "".join(statements)]
    breaches = [f"told: {outcome.said}"] if outcome.tells(*marks) else []
    now = cell.truth()
    breaches += [f"changed: {name}" for name in truth | now if truth.get(name) != now.get(name)]
    breaches += [f"altered: {fact}" for fact in facts - cell.facts()]
    return breaches


@pytest.mark.parametrize("kind", _LISTS)
def test_the_attack_list(cell: Cell, kind: str, subtests: pytest.Subtests) -> None:
    names = cell.bobs_names()
    for attack in _LISTS[kind]:
        with subtests.test("; ".join(attack)[:80]):
            assert _breaches(cell, attack, names) == []


@pytest.mark.parametrize("kind", ["forging", *_LISTS])
def test_the_attack_list_where_the_identity_is_signed(
    cell: Cell, kind: str, subtests: pytest.Subtests
) -> None:
    names = cell.bobs_names()
    cell.sign()
    assert cell.count("table paper_trading.orders") > 0, "alice's token opens her own rows"
    for attack in _LISTS.get(kind, attacks.FORGE):
        with subtests.test("; ".join(attack)[:80]):
            assert _breaches(cell, attack, names) == []


def test_every_relation(cell: Cell) -> None:
    before, facts = cell.truth(), cell.facts()
    tried = 0
    db = cell.connect()
    for attack in attacks.on_each_relation(cell.installer):
        outcome = cell.tries(*attack, db=db)
        assert not outcome.tells(*cell.marks), (attack, outcome.said)
        tried += 1
    assert tried > 500
    assert cell.truth() == before
    assert facts <= cell.facts()


def test_every_function(cell: Cell) -> None:
    names = cell.bobs_names()
    words = [*names.values(), "bob", SECRET]
    before, facts = cell.truth(), cell.facts()
    tried = allowed = 0
    db = cell.connect()
    for attack in attacks.on_each_function(cell.installer, words):
        outcome = cell.tries("begin", *attack, "rollback", db=db)
        db.rollback()
        marks = [mark for mark in cell.marks if mark not in attack[0]]
        assert not outcome.tells(*marks), (attack, outcome.said)
        tried += 1
        allowed += outcome.code != "42501"
    assert tried > 500
    assert allowed > 20, "some are for applications"
    assert cell.truth() == before
    assert facts <= cell.facts()


@pytest.mark.parametrize(
    ("protection", "attack", "breach"),
    [
        ("alter table paper_trading.orders disable row level security", "READ_PAST", "told"),
        ("grant twinbook_engine to LOGIN", "READ_PAST", "told"),
        ("alter role LOGIN bypassrls", "READ_PAST", "told"),
        ("grant pg_monitor to LOGIN", "SERVER", "told"),
        (
            "grant execute on function shared_data.record_quote to twinbook_paper",
            "CHANGE",
            "changed",
        ),
        ("grant twinbook_owner to LOGIN", "CHANGE", "changed"),
        ("", "FORGE", "told"),  # where the identity is trusted
    ],
)
def test_the_list_sees_what_is_open(cell: Cell, protection: str, attack: str, breach: str) -> None:
    names = cell.bobs_names()
    cell.remove(protection)
    found: list[str] = []
    for statements in getattr(attacks, attack):
        found += _breaches(cell, statements, names)
    assert any(text.startswith(breach) for text in found), found
