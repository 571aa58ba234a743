"""Who is told of a breach beside the screen: an address on the web, or a program."""

import json
import subprocess
from collections.abc import Sequence
from typing import Any, Protocol

import httpx

from twinbook.failure import Failure

_PATIENCE = 10.0


class Messenger(Protocol):
    """Takes an event to somebody. Raises Failure."""

    def __call__(self, event: dict[str, Any]) -> None: ...


class Webhook:
    """Posts each event as JSON."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __call__(self, event: dict[str, Any]) -> None:
        try:
            # Connecting is tried again; what was sent is not, or it might arrive twice.
            with httpx.Client(
                transport=httpx.HTTPTransport(retries=2), timeout=_PATIENCE
            ) as client:
                client.post(self._url, json=event).raise_for_status()
        except httpx.HTTPStatusError as error:
            # The address may hold a secret, so it isn't said.
            raise Failure(f"the webhook answered {error.response.status_code}") from error
        except httpx.HTTPError as error:
            raise Failure(f"the webhook can't be reached: {type(error).__name__}") from error


class Command:
    """Starts a program for each event, with the event as JSON on its standard input."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = [*words]

    def __call__(self, event: dict[str, Any]) -> None:
        try:
            done = subprocess.run(
                self._words,
                input=json.dumps(event) + "\n",
                text=True,
                stdout=subprocess.DEVNULL,
                timeout=_PATIENCE,
                check=False,
            )
        except OSError as error:
            raise Failure(f"{self._words[0]} can't be started: {error.strerror}") from error
        except subprocess.TimeoutExpired as error:
            raise Failure(f"{self._words[0]} took more than {_PATIENCE:g} s") from error
        if done.returncode:
            raise Failure(f"{self._words[0]} ended with {done.returncode}")
