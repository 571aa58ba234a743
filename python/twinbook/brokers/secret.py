"""A value that never shows itself."""

import hmac
from typing import NoReturn, Self
from urllib.parse import quote

_MASK = "Secret(***)"


class Secret:
    """Holds a token or a key. Only ``reveal`` gives it out; text, format and pickle don't."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the header or the signature that needs it."""
        return self._value

    def __repr__(self) -> str:
        return _MASK

    __str__ = __repr__

    def __format__(self, _specification: str) -> str:
        return _MASK

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: object) -> Self:
        return self

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("a secret can't be pickled; store it with Vault.seal")


def redact(text: str, secrets: tuple[Secret, ...]) -> str:
    """A text without the secrets that it may quote."""
    for secret in filter(None, secrets):
        value = secret.reveal()
        # As it is, as JSON may escape it, and as it stands in an address or a form.
        for written in (value, value.replace("/", "\\/"), quote(value, safe="")):
            text = text.replace(written, "***")
    return text
