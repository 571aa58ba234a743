"""Installs and upgrades a database: shape by migrations, code by loading it anew."""

from twinbook.migrate.run import Outcome, Status, install, migrate, status
from twinbook.migrate.source import Kind, Segment, Source, expand

__all__ = [
    "Kind",
    "Outcome",
    "Segment",
    "Source",
    "Status",
    "expand",
    "install",
    "migrate",
    "status",
]
