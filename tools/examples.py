"""Runs the examples as an application's login does, and writes what came of them beside them.

    python tools/examples.py

Each runs on a migrated database of its own, after examples/setup.sql; the SQL through psql. What
is kept differs from what comes again in ids and system times only: business times are of 2012.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import conninfo, sql

_ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(_ROOT), str(_ROOT / "python")]

from tests.support.databases import scratch_database, scratch_server  # noqa: E402

from twinbook import logins  # noqa: E402
from twinbook.cli.server import find_psql  # noqa: E402
from twinbook.migrate import migrate  # noqa: E402

EXAMPLES = _ROOT / "examples"
_SETUP = EXAMPLES / "setup.sql"
_PASSWORD = "only-for-examples"  # noqa: S105

# A system time is of a year after those that the examples trade in.
_CHANGING = [
    (re.compile(r"(PAPER|LIVE)_[0-9a-f]{32}"), r"\1_id"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "id"),
    (re.compile(r"20[2-9]\d-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?\+00(:00)?"), "now"),
]
