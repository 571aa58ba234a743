"""A client of Kraken's stand-in that signs as it wants."""

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import urlencode

import httpx

from twinbook.brokers.standin import KrakenStandIn


class Kraken:
    """Signs and sends private calls, with a nonce that grows by one."""

    def __init__(self, broker: KrakenStandIn, http: httpx.Client) -> None:
        self.broker = broker
        self.http = http
        self.nonce = 1_000

    def send(self, name: str, **form: str) -> httpx.Response:
        """One private call, as it comes back."""
        self.nonce += 1
        return self.send_signed(name, {"nonce": str(self.nonce), **form})

    def send_signed(self, name: str, form: dict[str, str], **headers: str) -> httpx.Response:
        """One private call with a nonce of the caller's."""
        login = self.broker.logins[0]
        path = f"/0/private/{name}"
        body = urlencode(form).encode()
        digest = hashlib.sha256(form.get("nonce", "").encode() + body).digest()
        key = base64.b64decode(login.secret)
        sign = base64.b64encode(hmac.new(key, path.encode() + digest, hashlib.sha512).digest())
        return self.http.post(
            path,
            content=body,
            headers={
                "API-Key": login.key,
                "API-Sign": sign.decode(),
                "Content-Type": "application/x-www-form-urlencoded",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )

    def ask(self, name: str, **form: str) -> Any:
        """One private call's result, where it must have one."""
        answer = self.send(name, **form)
        assert answer.status_code == 200
        assert answer.json()["error"] == []
        return answer.json()["result"]

    def error(self, name: str, **form: str) -> str:
        """The one error of a call that must fail."""
        answer = self.send(name, **form)
        assert answer.status_code == 200
        (only,) = answer.json()["error"]
        return str(only)
