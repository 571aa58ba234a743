"""Broker credentials: what they are, and how they are kept encrypted.

The database holds Fernet tokens only; the keys stand in TWINBOOK_ENCRYPTION_KEY, separated by
commas. The first one encrypts, all of them decrypt, so that a key is changed by putting the new
one first, sealing everything again with ``Vault.rotate``, and dropping the old one.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from twinbook.brokers.secret import Secret
from twinbook.failure import Failure

VARIABLE = "TWINBOOK_ENCRYPTION_KEY"

_HOW_TO_MAKE_ONE = (
    'make one with: python -c "from cryptography.fernet import Fernet; '
    'print(Fernet.generate_key().decode())"'
)
# A header takes nothing else; a pasted line break would end up in an error message of httpx's.
_PRINTABLE = re.compile(r"[!-~]+")
_FIELDS = frozenset({"token", "key_id", "secret", "environment", "account"})


class Environment(StrEnum):
    """Where a broker's credentials are valid: for play, or for money."""

    SANDBOX = "sandbox"
    PRODUCTION = "production"


class CredentialsError(Failure):
    """Credentials that are incomplete or malformed; the message quotes none of them."""


class EncryptionKeyError(Failure):
    """The encryption key is missing, malformed, or not the one that it was encrypted with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A token, or a key id and a secret, for one account in one environment.

    ``account`` may be "" where the credentials have just one. Raises CredentialsError.
    """

    environment: Environment
    account: str = ""
    token: Secret | None = None
    key_id: Secret | None = None
    secret: Secret | None = None

    def __post_init__(self) -> None:
        held = (bool(self.token), bool(self.key_id), bool(self.secret))
        if held not in ((True, False, False), (False, True, True)):
            raise CredentialsError(
                "credentials are incomplete", "give a token, or a key id and a secret"
            )
        for name in ("token", "key_id", "secret"):
            part: Secret | None = getattr(self, name)
            if part is not None and not _PRINTABLE.fullmatch(part.reveal()):
                raise CredentialsError(
                    f"the {name} has spaces, line breaks or characters that no broker uses",
                    "copy it again",
                )

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """All that must never show, longest first so that each is redacted whole."""
        held = [part for part in (self.token, self.key_id, self.secret) if part]
        return tuple(sorted(held, key=lambda part: -len(part.reveal())))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads ``{"token" | "key_id" and "secret", "environment", "account"}``."""
        try:
            fields = json.loads(text)
            if not isinstance(fields, dict) or not all(
                isinstance(value, str) for value in fields.values()
            ):
                raise ValueError
            environment = Environment(fields.pop("environment"))
        except (ValueError, KeyError):
            pass
        else:
            return cls._from_fields(environment, fields)
        # Outside the handler: the parser's error holds the text, and would hang on to this one.
        raise CredentialsError(
            "these aren't credentials",
            'give a JSON object of strings with "environment" sandbox or production',
        )

    @classmethod
    def _from_fields(cls, environment: Environment, fields: dict[str, str]) -> Self:
        unknown = len(fields.keys() - _FIELDS)
        if unknown:
            raise CredentialsError(
                f"credentials have {unknown} unknown fields",
                "known are token, key_id, secret, environment, account",
            )
        account = fields.pop("account", "")
        hidden = {name: Secret(value) for name, value in fields.items() if value}
        return cls(environment=environment, account=account, **hidden)

    def _to_json(self) -> str:
        hidden = {"token": self.token, "key_id": self.key_id, "secret": self.secret}
        shown = {name: part.reveal() for name, part in hidden.items() if part}
        return json.dumps({"environment": self.environment, "account": self.account} | shown)


class Vault:
    """Encrypts and decrypts credentials with the installation's keys."""

    def __init__(self, keys: str) -> None:
        """``keys`` as in TWINBOOK_ENCRYPTION_KEY. Raises EncryptionKeyError."""
        texts = [text.strip() for text in keys.split(",") if text.strip()]
        if not texts:
            raise EncryptionKeyError(f"{VARIABLE} is not set", _HOW_TO_MAKE_ONE)
        made = [_fernet(text) for text in texts]
        wrong = [number for number, fernet in enumerate(made, 1) if fernet is None]
        if wrong:
            raise EncryptionKeyError(
                f"key {wrong[0]} of {len(texts)} in {VARIABLE} is malformed",
                f"a key is 32 bytes in URL-safe base64, 44 characters; {_HOW_TO_MAKE_ONE}",
            )
        self._keys = MultiFernet([fernet for fernet in made if fernet])

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """The vault of TWINBOOK_ENCRYPTION_KEY. Raises EncryptionKeyError."""
        return cls(environment.get(VARIABLE, ""))

    def seal(self, credentials: Credentials) -> str:
        """The credentials as a Fernet token, encrypted with the first key."""
        return self._keys.encrypt(credentials._to_json().encode()).decode()

    def unseal(self, sealed: str) -> Credentials:
        """The credentials again. Raises EncryptionKeyError, CredentialsError."""
        try:
            text = self._keys.decrypt(sealed.encode())
        except InvalidToken:
            raise _wrong_key() from None
        return Credentials.from_json(text.decode())

    def rotate(self, sealed: str) -> str:
        """The same credentials, encrypted with the first key. Raises EncryptionKeyError."""
        try:
            return self._keys.rotate(sealed.encode()).decode()
        except InvalidToken:
            raise _wrong_key() from None


def _fernet(key: str) -> Fernet | None:
    try:
        return Fernet(key)
    except ValueError:  # its message may quote the key
        return None


def _wrong_key() -> EncryptionKeyError:
    return EncryptionKeyError(
        f"no key in {VARIABLE} opens the stored credentials",
        "add the key that they were stored with after the present one, or enter them again",
    )
