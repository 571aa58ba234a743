"""The signed identity: with real logins, time, two connections; and without each of its parts."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest
from psycopg import conninfo
from tests.checks import dump
from tests.support import pgtap
from tests.support.databases import libpq_environment, scratch_database

import twinbook
from twinbook import doctor, errors, logins
from twinbook.database import Database
from twinbook.identity import KeptTokens, installed
from twinbook.migrate import install, migrate, status
from twinbook.rows import Quote
from twinbook.server import find_binaries

_NOON = datetime(2012, 1, 3, 17, tzinfo=UTC)


@contextmanager
def _login(url: str, kind: str, group: str) -> Iterator[str]:
    """A login of a group's, gone afterwards; yields its address."""
    name = f"{kind}_{conninfo.conninfo_to_dict(url)['dbname']}"[:60]
    logins.add(url, name, group)
    try:
        yield conninfo.make_conninfo(url, user=name)
    finally:
        with psycopg.connect(url, autocommit=True) as installer:
            installer.execute(f"drop owned by {name}".encode())
            installer.execute(f"drop role {name}".encode())


@pytest.fixture
def signed(db_url: str) -> str:
    """The installer's address of a database whose identity is signed, with alice and bob."""
    migrate(db_url, identity="signed")
    with twinbook.connect(db_url) as db:
        with db.administration() as administration:
            administration.register_user("alice")
            administration.register_user("bob")
        with db.market_data() as market:
            market.add_instrument("AAPL", "equity", "USD")
            market.record_quote("AAPL", last=100)
    return db_url


@pytest.fixture
def addresses(signed: str) -> Iterator[tuple[str, str]]:
    """A paper application's login, and the login service's."""
    with _login(signed, "app", "paper") as app, _login(signed, "service", "login") as service:
        yield app, service


@pytest.fixture
def app(addresses: tuple[str, str]) -> Iterator[Database]:
    """An application beside a login service; alice and bob each have a portfolio."""
    with twinbook.connect(addresses[0], login_url=addresses[1]) as db:
        for person in ("alice", "bob"):
            with db.session(person) as book:
                book.open_portfolio("main")
        yield db


def _minted(service: str, user: str, opens: str = "paper", **terms: str) -> str:
    with twinbook.connect(service) as db, db.logins() as desk:
        return desk.mint_token(user, opens, **terms)


def _people(db: psycopg.Connection) -> list[str]:
    found = db.execute("select distinct username from paper_trading.portfolios order by 1")
    return [name for (name,) in found]


def test_a_life(app: Database, signed: str) -> None:
    with app.session("alice") as book:
        order = book.place_order("AAPL", "buy", 10)
        assert (order.username, order.status) == ("alice", "FILLED")
    with app.session("alice") as book:
        [position] = book.execute("select symbol, quantity from open_positions")
        assert position == {"symbol": "AAPL", "quantity": Decimal(10)}
        assert book.verify_portfolios()[0].rebuilt_equals_stored
        book.open_feed("own")
        book.replay_quotes("own", [Quote(symbol="AAPL", last=Decimal(1), quoted_at=_NOON)])
    with app.session("bob") as book:
        assert book.execute("select * from orders") == []
        assert book.execute("select name from feeds where username <> 'market'") == []
    with twinbook.connect(signed) as db, db.administration() as administration:
        assert administration.verify_book("paper")[0].chain_intact


def test_any_statement_of_the_application_is_alices_alone(
    app: Database, addresses: tuple[str, str]
) -> None:
    """Injected SQL in her session has her token, and no way to another."""
    with app.session("alice") as book:
        book.place_order("AAPL", "buy", 1)
        hers = book.execute("select current_setting('app.current_user') as token")[0]["token"]
    with psycopg.connect(addresses[0], autocommit=True) as db:
        for said in ("alice", "bob", hers.replace("alice", "bob"), hers[:-1], ""):
            db.execute("select set_config('app.current_user', %s, false)", [said])
            assert _people(db) == []
        for role in ("login", "owner", "engine", "admin", "live"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                db.execute(f"set role twinbook_{role}".encode())
        for attempt in (
            "select identity.mint_token('bob', 'paper')",
            "select * from identity.signing_keys",
            "copy identity.signing_keys to stdout",
            "select identity.use_identity('trusted')",
            "create or replace function identity.current_username(book text) returns text"
            " language sql return 'bob'",
            "alter function paper_trading.cancel_all reset twinbook.verified_user",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                db.execute(attempt.encode())
        db.execute("select set_config('twinbook.verified_user', 'bob', false)")
        db.execute("select set_config('app.current_user', %s, false)", [hers])
        assert _people(db) == ["alice"]
        filled = db.execute("select username from place_order('AAPL', 'buy', 1)").fetchall()
        assert filled == [("alice",)]


def test_a_token_is_its_logins(app: Database, signed: str, addresses: tuple[str, str]) -> None:
    with app.session("alice") as book:
        hers = book.execute("select current_setting('app.current_user') as token")[0]["token"]
    with _login(signed, "other", "paper") as other:
        for address, seen in ((addresses[0], ["alice"]), (other, [])):
            with psycopg.connect(address, autocommit=True) as db:
                db.execute("select set_config('app.current_user', %s, false)", [hers])
                assert _people(db) == seen


def test_a_token_dies_in_the_middle_of_a_transaction(
    app: Database, addresses: tuple[str, str]
) -> None:
    token = _minted(addresses[1], "alice", lifetime="2 seconds")
    with psycopg.connect(addresses[0]) as db:
        db.execute("select set_config('app.current_user', %s, true)", [token])
        assert _people(db) == ["alice"]
        time.sleep(2.1)
        assert _people(db) == []
        with pytest.raises(psycopg.Error) as refused:
            db.execute("select place_order('AAPL', 'buy', 1)")
        assert refused.value.sqlstate == "TB401"


def test_a_pooled_connection_is_nobodys_in_between(addresses: tuple[str, str]) -> None:
    with twinbook.connect(addresses[0], login_url=addresses[1], max_size=1) as db:
        for person in ("alice", "bob", "alice"):
            with db.session(person) as book:
                assert book.execute("select username from identity.users") == [{"username": person}]
        with db.session("") as book:
            assert book.execute("select username from identity.users") == []
            assert not book.execute(
                "select current_setting('twinbook.verified_user', true) as left_over"
            )[0]["left_over"]


def test_a_prepared_statement_asks_again(app: Database, addresses: tuple[str, str]) -> None:
    tokens = [(name, _minted(addresses[1], name)) for name in ("alice", "bob")] + [("", "bob")]
    with psycopg.connect(addresses[0], autocommit=True, prepare_threshold=0) as db:
        for plan in ("auto", "force_generic_plan", "force_custom_plan"):
            db.execute(f"set plan_cache_mode = {plan}".encode())
            for _ in range(7):
                for person, token in tokens:
                    with db.transaction():
                        db.execute("select set_config('app.current_user', %s, true)", [token])
                        assert _people(db) == ([person] if person else [])


def test_what_others_of_the_login_can_see_holds_no_token(
    app: Database, addresses: tuple[str, str]
) -> None:
    with app.session("alice") as book, psycopg.connect(addresses[0]) as spy:
        book.execute("select 1")
        seen = spy.execute(
            "select query from pg_stat_activity where usename = session_user"
        ).fetchall()
        assert len(seen) > 1
        assert not any("tb1:" in query for (query,) in seen)
        assert "tb1:" not in repr(vars(book))


def test_without_a_token_source_it_says_what_to_do(addresses: tuple[str, str]) -> None:
    with (
        twinbook.connect(addresses[0]) as db,
        pytest.raises(errors.NoUser, match="TWINBOOK_LOGIN_URL"),
        db.session("alice"),
    ):
        pytest.fail("it was opened")


def test_the_environment_names_the_login_service(
    addresses: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINBOOK_LOGIN_URL", addresses[1])
    with twinbook.connect(addresses[0]) as db, db.session("alice") as book:
        assert book.execute("select username from identity.users") == [{"username": "alice"}]


def test_the_login_service_knows_nobody_else(app: Database) -> None:
    with pytest.raises(errors.NoUser), app.session("eve"):
        pytest.fail("it was opened")


def test_tokens_may_come_from_elsewhere(addresses: tuple[str, str]) -> None:
    asked = []

    def source(user: str, opens: str) -> str:
        asked.append((user, opens))
        return _minted(addresses[1], user, opens)

    with twinbook.connect(addresses[0], token=source) as db, db.session("alice") as book:
        assert book.execute("select username from identity.users") == [{"username": "alice"}]
    assert asked == [("alice", "paper")]


def test_a_token_is_kept_for_half_its_life() -> None:
    asked: list[str] = []
    tokens = KeptTokens(
        lambda user, opens: asked.append(user) or f"{user} {opens} {len(asked)}",  # type: ignore[func-returns-value]
        timedelta(seconds=0.4),
    )
    assert [tokens("alice", "paper") for _ in range(3)] == ["alice paper 1"] * 3
    assert (tokens("alice", "live"), tokens("bob", "paper")) == ("alice live 2", "bob paper 3")
    tokens.forget("bob")
    assert (tokens("bob", "paper"), tokens("alice", "paper")) == ("bob paper 4", "alice paper 1")
    time.sleep(0.21)
    assert tokens("alice", "paper") == "alice paper 5"


def test_keys_turn_under_an_application(app: Database, signed: str) -> None:
    with twinbook.connect(signed) as db:
        with db.administration() as administration:
            assert [key.key_id for key in administration.rotate_keys()] == ["2", "1"]
        with app.session("alice") as book:
            book.place_order("AAPL", "buy", 1)
        with db.administration() as administration:
            administration.rotate_keys(grace="0")
    time.sleep(1.1)
    with pytest.raises(errors.NoUser), app.session("alice") as book:
        book.place_order("AAPL", "buy", 1)
    with app.session("alice") as book:
        assert book.place_order("AAPL", "buy", 1).username == "alice"


def test_the_choice_stays(db_url: str) -> None:
    with psycopg.connect(db_url, autocommit=True) as db:
        assert (installed(db), status(db_url).identity) == ("trusted", "trusted")
        assert migrate(db_url, identity="signed").reloaded
        assert (installed(db), status(db_url).identity) == ("signed", "signed")
        assert not migrate(db_url, identity="signed").reloaded
        assert not migrate(db_url).reloaded
        assert migrate(db_url, reload=True).reloaded
        assert installed(db) == "signed"
        assert migrate(db_url, identity="trusted").reloaded
        assert installed(db) == "trusted"
        db.execute("create schema other")
    assert status(db_url).is_current


def test_psql_installs_it_too(server_url: str) -> None:
    with scratch_database(server_url) as url:
        install(conninfo.make_conninfo(url, options="-c twinbook.identity=signed"))
        with psycopg.connect(url) as db:
            assert installed(db) == "signed"


def test_a_backup_keeps_it(signed: str) -> None:
    def psql(url: str, text: str) -> None:
        program = [find_binaries().program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1"]
        environment = libpq_environment(url) | {"PGOPTIONS": "-c client_min_messages=warning"}
        subprocess.run(program, env=environment, input=text, text=True, check=True)

    with dump.restored(signed, "twinbook_backup", psql) as url:
        assert not any(
            found.state == "FAIL" for found in doctor.examine(url) if "verb" in found.check
        )
        with twinbook.connect(url, login_url=url) as db:
            assert db.identity == "signed"
            with db.session("alice") as book:
                assert book.open_portfolio("main").username == "alice"


def test_the_doctor_knows(signed: str) -> None:
    def found(url: str) -> dict[str, str]:
        return {f.check: f.found for f in doctor.examine(url) if f.state == "FAIL"}

    assert "signed" in {f.check: f.found for f in doctor.examine(signed)}["identity"]
    assert not [check for check in found(signed) if "verb" in check or "mints" in check]
    with _login(signed, "greedy", "paper") as greedy, psycopg.connect(signed) as db:
        name = conninfo.conninfo_to_dict(greedy)["user"]
        db.execute(f"grant twinbook_login to {name}".encode())
        db.execute("alter function paper_trading.cancel_all reset twinbook.verified_user")
        db.commit()
        assert found(signed)["who mints tokens does nothing else"] == name
        assert "cancel_all" in found(signed)["a verb begins by forgetting whom it verified"]


# Each part of the protection, gone: by the file that has to notice. A function is edited, its text
# as it stands replaced by another; or a statement is run.
_ATTACKS, _MINT, _KEYS = (
    "security/signed_identity",
    "identity/token/mint_token",
    "identity/signing_key/rotate_keys",
)
_PROVEN = "identity.proven_username"
_HMAC = (
    "sha256(part[7]::bytea) <> sha256("
    "identity.signature_of(pads.inner_pad, pads.outer_pad, left(token, -65))::bytea)"
)
_SIGNED = (
    "create or replace function identity.signed_username(book text) returns text"
    " language sql stable parallel safe return case when {} then"
    " current_setting('twinbook.verified_user', true) else identity.proven_username(book) end"
)
_SET = "current_setting('twinbook.verified_user', true) <> ''"
_WITHOUT = {
    "the signature": (_ATTACKS, _PROVEN, _HMAC, "false"),
    "the expiry": (
        _ATTACKS,
        _PROVEN,
        "case when to_timestamp(part[4]::bigint) > statement_timestamp() then part[6] end",
        "part[6]",
    ),
    "the book": (_ATTACKS, _PROVEN, "or part[3] <> proven_username.book", ""),
    "the login": (_ATTACKS, _PROVEN, "or part[5] not in ('', session_user)", ""),
    "the version": (_ATTACKS, _PROVEN, "or part[1] <> 'tb1'", ""),
    "the number of fields": (_ATTACKS, _PROVEN, "cardinality(part) is distinct from 7", "false"),
    "retirement": (
        _KEYS,
        _PROVEN,
        "and (k.retires_at is null or k.retires_at > statement_timestamp())",
        "",
    ),
    "the seal": (
        _ATTACKS,
        "identity.use_identity",
        "set twinbook.verified_user = ''''",
        "reset twinbook.verified_user",
    ),
    "the owner alone": (
        _ATTACKS,
        "",
        _SIGNED.format(f"{_SET} and book is distinct from 'administration'"),
        "",
    ),
    "the administrator's own": (
        _ATTACKS,
        "",
        _SIGNED.format(f"current_user = 'twinbook_owner' and {_SET}"),
        "",
    ),
    "the keys' grant": (
        _ATTACKS,
        "",
        "grant select on identity.signing_keys to twinbook_paper",
        "",
    ),
    "the keys' policy": (
        _ATTACKS,
        "",
        "create policy all_read on identity.signing_keys to twinbook_owner using (true)",
        "",
    ),
    "the mint's grant": (
        _ATTACKS,
        "",
        "grant execute on function identity.mint_token to twinbook_paper",
        "",
    ),
    "the mint's list": (
        _MINT,
        "identity.mint_token",
        "person.status not in ('ACTIVE', 'SUSPENDED')",
        "false",
    ),
    "the mint's strangers": (_MINT, "identity.mint_token", "person.status is null or", ""),
    "the mint's administrators": (
        _MINT,
        "identity.mint_token",
        "(person.role = 'USER' or person.status <> 'ACTIVE')",
        "false",
    ),
    "the mint's day": (
        _MINT,
        "identity.mint_token",
        "or mint_token.lifetime > interval '1 day'",
        "",
    ),
    "the mint's books": (
        _MINT,
        "identity.mint_token",
        "or mint_token.book not in ('paper', 'live', 'administration')",
        "",
    ),
    "the claim that isn't nobody": (
        _ATTACKS,
        "identity.require_administrator",
        "identity.is_nobody_set()",
        "me is null",
    ),
    "administration's own tokens": (
        _ATTACKS,
        "identity.require_administrator",
        "identity.current_username('administration')",
        "identity.current_username(null)",
    ),
    "who turns keys": (
        _KEYS,
        "identity.rotate_keys",
        "perform identity.require_administrator();",
        "",
    ),
    "emptying old keys": (
        _KEYS,
        "identity.rotate_keys",
        "set inner_pad = null, outer_pad = null",
        "set retires_at = k.retires_at",
    ),
}


@pytest.fixture(scope="module")
def scratch(server_url: str) -> Iterator[psycopg.Connection]:
    """One database for all of what follows: each rolls back."""
    with ExitStack() as stack:
        url = stack.enter_context(scratch_database(server_url))
        migrate(url)
        pgtap.prepare(url)
        db = psycopg.connect(url, autocommit=True, prepare_threshold=None)
        yield stack.enter_context(db)


@pytest.mark.parametrize("part", [None, *_WITHOUT])
def test_each_part_is_missed(scratch: psycopg.Connection, part: str | None) -> None:
    name, function, old, new = _WITHOUT[part] if part else (_ATTACKS, "", "select", "")
    [case] = [case for case in pgtap.cases() if case.id == name]
    scratch.execute(f"set search_path = {case.search_path}".encode())
    scratch.execute("deallocate all")
    scratch.execute("begin")
    try:
        statement = old
        if function:
            (text,) = scratch.execute(
                "select pg_get_functiondef(%s::regproc)", [function]
            ).fetchone() or ("",)
            assert old in text
            statement = text.replace(old, new)
        scratch.execute(statement.encode())
        outcome = pgtap.run_on(scratch, case.text)
    finally:
        scratch.execute("rollback")
    assert outcome.passed == (part is None), outcome
