"""One run of the integrity checks, and what follows from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from twinbook.database import Database

Severity = Literal["INFO", "WARNING", "HIGH", "CRITICAL"]
SEVERITIES: tuple[Severity, ...] = ("INFO", "WARNING", "HIGH", "CRITICAL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A row of oversight.isolation_report: a check, for one book or for the database.

    ``found`` is how much is wrong, None where the check could not look.
    """

    check_name: str
    book: str | None
    severity: Severity
    passed: bool
    found: int | None
    detail: str | None

    @property
    def title(self) -> str:
        """The check's name, with its book where it has one."""
        return f"{self.check_name} ({self.book})" if self.book else self.check_name

    def is_breach(self, at_least: Severity) -> bool:
        """Whether it failed, and is that bad."""
        return not self.passed and SEVERITIES.index(self.severity) >= SEVERITIES.index(at_least)


def run(db: Database, user: str = "", quick: bool = False) -> list[Check]:
    """Runs the checks as an administrator or auditor; ``quick``: but those that read a whole book.

    Raises TwinbookError.
    """
    query = "select * from oversight.isolation_report(quick => %s)"
    with db.administration(user) as administration:
        return administration.fetch(Check, query, [quick])


def breaches(checks: Iterable[Check], at_least: Severity) -> list[Check]:
    """Those that failed and are at least that bad, the worst first."""
    found = [check for check in checks if check.is_breach(at_least)]
    return sorted(found, key=lambda check: -SEVERITIES.index(check.severity))


def halt(db: Database, critical: Iterable[Check], user: str = "") -> None:
    """Halts live trading because of these checks; a halt that stands already stays as it is.

    The reason is for every user to read, so it names the checks and nobody's data. Raises
    TwinbookError.
    """
    because = "integrity checks failed: " + ", ".join(check.title for check in critical)
    with db.administration(user) as administration:
        # Who holds the switch must not hold up the monitor as well.
        administration.execute("set local lock_timeout = '5s'")
        administration.halt_live_trading(because)
