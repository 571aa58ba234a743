"""Credentials are kept encrypted, and never show."""

import copy
import json
import pickle

import pytest
from cryptography.fernet import Fernet
from tests.py.brokers.script import SECRET, TOKEN, keys, token

from twinbook.brokers import Credentials, Environment, Secret, Vault
from twinbook.brokers.credentials import CredentialsError, EncryptionKeyError
from twinbook.brokers.secret import redact

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.mark.parametrize("held", [token(), keys(Environment.PRODUCTION)])
def test_sealing_and_unsealing(held: Credentials) -> None:
    sealed = Vault(NEW).seal(held)
    assert TOKEN not in sealed
    assert Vault(NEW).unseal(sealed) == held


def test_a_key_is_changed_without_losing_anything() -> None:
    before = Vault(OLD).seal(token())
    both = Vault(f"{NEW}, {OLD}")
    assert both.unseal(before) == token()
    after = both.rotate(before)
    assert Vault(NEW).unseal(after) == token()
    with pytest.raises(EncryptionKeyError):
        Vault(OLD).unseal(after)
    # What is sealed anew is sealed with the first key.
    assert Vault(NEW).unseal(both.seal(token())) == token()


@pytest.mark.parametrize("sealed", ["", "nonsense", "ünsinn"])
def test_what_no_key_opens_says_what_to_do(sealed: str) -> None:
    stored = sealed or Vault(OLD).seal(token())
    for act in (Vault(NEW).unseal, Vault(NEW).rotate):
        with pytest.raises(EncryptionKeyError) as wrong:
            act(stored)
        assert "TWINBOOK_ENCRYPTION_KEY" in wrong.value.message
        assert "enter them again" in wrong.value.hint


@pytest.mark.parametrize("given", ["", " , ", "short", f"{NEW},short", "ü" * 44], ids=range(5))
def test_a_missing_or_malformed_key_says_how_to_make_one(given: str) -> None:
    with pytest.raises(EncryptionKeyError) as wrong:
        Vault(given)
    assert "Fernet.generate_key" in wrong.value.hint
    assert not given.strip(" ,") or given not in str(wrong.value)
    assert NEW not in str(wrong.value)


def test_the_key_comes_from_the_environment() -> None:
    vault = Vault.from_environment({"TWINBOOK_ENCRYPTION_KEY": NEW})
    assert vault.unseal(Vault(NEW).seal(token())) == token()
    with pytest.raises(EncryptionKeyError) as missing:
        Vault.from_environment({})
    assert "is not set" in missing.value.message


def test_credentials_are_read_from_json() -> None:
    text = json.dumps({"token": TOKEN, "environment": "sandbox", "account": "VA00000001"})
    assert Credentials.from_json(text) == token()


@pytest.mark.parametrize(
    "fields",
    [
        {"token": TOKEN},
        {"token": TOKEN, "environment": "play"},
        {"token": 5, "environment": "sandbox"},
        {"environment": "sandbox"},
        {"key_id": TOKEN, "environment": "sandbox"},
        {"secret": TOKEN, "environment": "sandbox"},
        {"token": TOKEN, "key_id": "k", "environment": "sandbox"},
        {"token": TOKEN, "key_id": "k", "secret": "s", "environment": "sandbox"},
        {"token": TOKEN + "\n", "environment": "sandbox"},
        {"token": TOKEN, "environment": "sandbox", TOKEN: "x"},
        [TOKEN],
    ],
)
def test_incomplete_credentials_are_refused_without_quoting_them(fields: object) -> None:
    for text in (json.dumps(fields), json.dumps(fields)[:-1]):
        with pytest.raises(CredentialsError) as refused:
            Credentials.from_json(text)
        assert TOKEN not in f"{refused.value}{refused.value.__cause__}{refused.value.__context__}"
        assert refused.value.hint


def test_a_secret_never_shows() -> None:
    secret = Secret(TOKEN)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret:>20}", f"{[secret]}"]
    shown += [repr(keys()), str(token())]
    assert not [text for text in shown if TOKEN in text or SECRET in text]
    for act in (json.dumps, pickle.dumps):
        with pytest.raises(TypeError):
            act(secret)
    with pytest.raises(TypeError):
        pickle.dumps(token())
    assert copy.deepcopy(secret) is secret
    assert not hasattr(secret, "__dict__")


def test_secrets_are_compared_by_value() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1
    assert not Secret("")


def test_redacting_takes_the_longest_first() -> None:
    held = Credentials(
        environment=Environment.SANDBOX, key_id=Secret("abc"), secret=Secret("abcdef")
    )
    assert redact("of abcdef and abc", held.secrets) == "of *** and ***"


def test_redacting_knows_how_a_secret_may_be_written() -> None:
    secrets = (Secret("a/b+c="),)
    assert redact(r"a/b+c= a\/b+c= a%2Fb%2Bc%3D", secrets) == "*** *** ***"
