"""What a broker refused, or what kept it from answering: one taxonomy for all of them.

Each says in its hint what to do next. Texts of a broker are quoted only after the credentials
have been taken out of them.
"""

from datetime import datetime
from typing import ClassVar

from twinbook.brokers import clock
from twinbook.failure import Failure


class BrokerError(Failure):
    """Something went wrong with a broker.

    ``broker`` is its name, ``code`` its own word or number for it ("" if it gave none).
    """

    next_step: ClassVar[str] = ""
    is_transient: ClassVar[bool] = False
    order_may_exist: ClassVar[bool] = False

    def __init__(self, message: str, hint: str = "", *, broker: str = "", code: str = "") -> None:
        super().__init__(message, hint or self.next_step)
        self.broker = broker
        self.code = code

    def __str__(self) -> str:
        said = super().__str__()
        return f"{self.broker}: {said}" if self.broker else said


class AuthFailed(BrokerError):
    """The broker doesn't know these credentials, or doesn't allow them this."""

    next_step = (
        "check the token or the keys, their environment, their rights and the account;"
        " nothing was done"
    )


class WrongEnvironment(AuthFailed):
    """Credentials for one environment, an address of the other. Nothing was sent."""

    next_step = "store credentials that were issued for that environment, or change the address"


class RateLimited(BrokerError):
    """Too many requests. This one did nothing; ``retry_after`` is in seconds, if known."""

    next_step = "wait, then try again; nothing was done"
    is_transient = True

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        broker: str = "",
        code: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, hint, broker=broker, code=code)
        self.retry_after = retry_after


class Rejected(BrokerError):
    """The request as it stands is refused, here or at the broker; no order works because of it."""

    next_step = "change the request; the same one will be refused again"


class InsufficientFunds(Rejected):
    """Money, margin or holdings don't suffice."""

    next_step = "add funds or make the order smaller"


class UnknownOrder(Rejected):
    """The broker has no such order in this account."""

    next_step = "check the order's id and the account"


class Unavailable(BrokerError):
    """The broker can't be reached, or can't answer now. An order wasn't placed by this."""

    next_step = "try again later"
    is_transient = True


class TimedOut(Unavailable):
    """No full answer came in time to something that is safe to ask again."""

    next_step = "try again; if it stays so, look at the broker's status page"


class NotSupported(BrokerError):
    """This broker, or its client here, doesn't do that. Nothing was sent."""

    next_step = "the broker's capabilities say what it does"


class Ambiguous(BrokerError):
    """Whether it took effect is not known: the order may have landed.

    ``look_up_after`` is the earliest moment at which finding nothing by the client id means
    anything; None: it never proves absence at this broker.
    """

    next_step = "look the order up by its client id; don't send it again before that"
    order_may_exist = True

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        broker: str = "",
        code: str = "",
        look_up_after: datetime | None = None,
    ) -> None:
        super().__init__(message, hint, broker=broker, code=code)
        self.look_up_after = look_up_after


class DuplicateClientId(Ambiguous):
    """An order with this client id is there already: most likely the one that was sent before.

    ``is_certain`` false: the broker uses the same code for other faults too, so that it was
    refused for what the message says if it isn't found.
    """

    next_step = "fetch the order by its client id and compare its terms; it most likely landed"

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        broker: str = "",
        code: str = "",
        is_certain: bool = True,
    ) -> None:
        super().__init__(message, hint, broker=broker, code=code, look_up_after=clock.now())
        self.is_certain = is_certain
