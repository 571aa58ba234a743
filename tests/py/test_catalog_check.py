"""The catalog check sees each fault that it is there for."""

import re
from pathlib import Path

import psycopg
import pytest
from tests.checks import catalog

_KEYED = "username text, part integer, constraint planted_key primary key (username, part)"

# rule: what breaks it, and what the check then names
FAULTS = {
    "a tenant table forces row level security": (
        f"create table paper_trading.planted ({_KEYED})",
        "paper_trading.planted",
    ),
    "a tenant table's keys begin with username": (
        "create table paper_trading.planted (part integer, username text, unique (part, username))",
        "paper_trading.planted_part_username_key",
    ),
    "a foreign key into a user's data begins with username": (
        f"create table shared_data.planted ({_KEYED}, unique (part));"
        "create table shared_data.child"
        " (username text, part integer references shared_data.planted (part))",
        "child_part_fkey on shared_data.child",
    ),
    "a foreign key into a user's data has an index": (
        f"create table shared_data.planted ({_KEYED});"
        "create table shared_data.child (username text, part integer, other integer,"
        " foreign key (username, part) references shared_data.planted);"
        "create index on shared_data.child (username, other, part)",
        "child_username_part_fkey on shared_data.child",
    ),
    "a view is security_invoker": (
        "create view paper_trading.planted as select 1 as one",
        "paper_trading.planted",
    ),
    "a definer function pins its search_path, pg_temp last": (
        "create function paper_trading.planted() returns void language sql security definer"
        " set search_path = pg_temp, paper_trading as ''",
        "paper_trading.planted()",
    ),
    "a trigger function is no definer": (
        "create function paper_trading.planted() returns trigger language plpgsql security definer"
        " set search_path = paper_trading, pg_temp as 'begin end'",
        "paper_trading.planted()",
    ),
    "no function is open to PUBLIC": (
        "create function paper_trading.planted() returns void language sql as '';"
        "grant execute on function paper_trading.planted to public",
        "paper_trading.planted()",
    ),
    "applications write no table": (
        f"create table paper_trading.planted ({_KEYED});"
        "grant update (part) on paper_trading.planted to twinbook_paper",
        "UPDATE on paper_trading.planted.part to twinbook_paper",
    ),
    "nobody inherits owner or engine": (
        "reset role; create role twinbook_planted inherit in role twinbook_engine",
        "twinbook_planted inherits twinbook_engine",
    ),
    "a constraint is named": (
        "create table paper_trading.planted (part integer check (part > 0))",
        "planted_part_check on paper_trading.planted",
    ),
    "an object has a comment": (
        "create function paper_trading.planted() returns void language sql as '';"
        "grant execute on function paper_trading.planted to twinbook_paper",
        "function paper_trading.planted()",
    ),
    "a partition is reached through its parent only": (
        f"create table shared_data.planted ({_KEYED}) partition by list (username);"
        "create table shared_data.leaf partition of shared_data.planted default;"
        "grant select on shared_data.leaf to twinbook_auditor",
        "shared_data.leaf to twinbook_auditor",
    ),
    "a partition has its parent's guards": (
        f"create table shared_data.planted ({_KEYED}) partition by list (username);"
        "create table shared_data.leaf partition of shared_data.planted default;"
        "create trigger planted_stay before truncate on shared_data.planted"
        " execute function shared_data.refuse_change('kept')",
        "shared_data.leaf lacks planted_stay",
    ),
    "a policy names its roles": (
        f"create table paper_trading.planted ({_KEYED});"
        "create policy everybody on paper_trading.planted using (true)",
        "everybody on paper_trading.planted",
    ),
    "ours belongs to owner or engine": (
        f"reset role; create table paper_trading.planted ({_KEYED})",
        "paper_trading.planted",
    ),
}


@pytest.mark.parametrize("rule", FAULTS)
def test_a_planted_fault_is_seen(rule: str, db_url: str) -> None:
    plant, named = FAULTS[rule]
    with psycopg.connect(db_url) as db:
        db.execute("set local role twinbook_owner")
        db.execute(plant.encode())
        db.execute("reset role")
        assert (rule, named) in catalog.violations(db)
        db.rollback()


def test_a_writing_grant_on_a_table_is_seen(db_url: str) -> None:
    with psycopg.connect(db_url) as db:
        db.execute(f"create table paper_trading.planted ({_KEYED})".encode())
        for privilege in ("INSERT", "UPDATE", "DELETE", "TRUNCATE"):
            db.execute(f"grant {privilege} on paper_trading.planted to public".encode())
            named = f"{privilege} on paper_trading.planted to -"
            assert ("applications write no table", named) in catalog.violations(db)
        db.rollback()


@pytest.mark.parametrize("constraint", ["references", "unique", "primary key"])
def test_an_index_that_serves_a_key_is_accepted(constraint: str, db_url: str) -> None:
    index = {
        "references": "create index on shared_data.child (part, username, other)",
        "unique": "create unique index on shared_data.child (username)",
        "primary key": "alter table shared_data.child add primary key (username, part)",
    }[constraint]
    with psycopg.connect(db_url) as db:
        db.execute(
            f"create table shared_data.planted ({_KEYED});"
            "create table shared_data.child (username text, part integer, other integer,"
            f" foreign key (username, part) references shared_data.planted); {index}".encode()
        )
        rules = {rule for rule, thing in catalog.violations(db) if "child" in thing}
        assert "a foreign key into a user's data has an index" not in rules
        db.rollback()


def test_every_rule_has_its_fault() -> None:
    text = Path(catalog.__file__).with_suffix(".sql").read_text()
    rules = {
        rule.replace("''", "'") for rule in re.findall(r"^select '((?:[^']|'')+)'", text, re.M)
    }
    assert rules == set(FAULTS)
