"""Which brokers there are: entry points of the group twinbook.brokers, ours and others'.

Adding a broker is a module with a BrokerProvider and one line in its package's metadata:
``[project.entry-points."twinbook.brokers"]`` and ``name = "module:Class"``.
"""

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points

from twinbook.brokers.credentials import Credentials
from twinbook.brokers.provider import BrokerProvider
from twinbook.brokers.state import AccountState
from twinbook.failure import Failure

GROUP = "twinbook.brokers"


class UnknownBroker(Failure):
    """No such broker is installed, or what is installed under its name can't be used."""


def broker_names() -> list[str]:
    """The names of all brokers that are installed."""
    return sorted({point.name for point in entry_points(group=GROUP)})


def find_broker(name: str) -> type[BrokerProvider]:
    """The class that talks to a broker. Raises UnknownBroker."""
    points = {point.value: point for point in entry_points(group=GROUP, name=name)}
    if not points:
        raise UnknownBroker(
            f"there is no broker {name!r}",
            f"known are {', '.join(broker_names()) or 'none; install Twinbook again'}",
        )
    if len(points) > 1:
        # One of them would be handed the other's credentials.
        raise UnknownBroker(
            f"more than one package provides the broker {name!r}",
            f"uninstall one of {', '.join(sorted(points))}",
        )
    return _load(next(iter(points.values())))


def open_broker(
    name: str,
    credentials: Credentials,
    address: str | None = None,
    *,
    state: AccountState | None = None,
    chosen: Mapping[str, str] | None = None,
) -> BrokerProvider:
    """A broker's client for one account; nothing is sent yet.

    Parameters as for BrokerProvider. Raises UnknownBroker, BrokerError, CredentialsError.
    """
    return find_broker(name)(credentials, address, state=state, chosen=chosen)


def _load(point: EntryPoint) -> type[BrokerProvider]:
    try:
        found = point.load()
    except (ImportError, AttributeError) as error:
        raise UnknownBroker(
            f"the broker {point.name!r} can't be loaded from {point.value}: {error}",
            "install the package that provides it again",
        ) from error
    if not (isinstance(found, type) and issubclass(found, BrokerProvider)):
        raise UnknownBroker(
            f"{point.value} is no BrokerProvider", "correct the entry point of its package"
        )
    return found
