"""Watches a database: its integrity checks again and again, and its alerts as they come."""

from twinbook.monitor.checks import SEVERITIES, Check, Severity, breaches, halt, run
from twinbook.monitor.messengers import Command, Webhook
from twinbook.monitor.metrics import Metrics
from twinbook.monitor.watch import Watch

__all__ = [
    "SEVERITIES",
    "Check",
    "Command",
    "Metrics",
    "Severity",
    "Watch",
    "Webhook",
    "breaches",
    "halt",
    "run",
]
