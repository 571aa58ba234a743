"""Kraken's signature: HMAC-SHA512 over the path and SHA-256 of nonce and body.

https://docs.kraken.com/api/docs/guides/spot-rest-auth
"""

import base64
import hashlib
import hmac


def check_secret(secret: str) -> None:
    """Raises ValueError for a secret that Kraken wouldn't give out."""
    try:
        base64.b64decode(secret, validate=True)
    except ValueError:
        raise ValueError("a secret of Kraken's is base64") from None


def signature(secret: str, path: str, nonce: str, body: bytes) -> str:
    """The header API-Sign; ``path`` begins with /0/private/, ``body`` is what is sent, verbatim."""
    digest = hashlib.sha256(nonce.encode() + body).digest()
    key = base64.b64decode(secret)
    return base64.b64encode(hmac.digest(key, path.encode() + digest, "sha512")).decode()


def is_signed(secret: str, path: str, nonce: str, body: bytes, given: str) -> bool:
    """Whether that is the signature."""
    right = signature(secret, path, nonce, body)
    return hmac.compare_digest(right.encode(), given.encode())
