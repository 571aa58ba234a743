"""A cell on a database of its own, whose installer can take protections away."""

from collections.abc import Iterator

import psycopg
import pytest
from tests.py.security.cell import Cell, locked_up


@pytest.fixture
def cell(db_url: str) -> Iterator[Cell]:
    """Alice as any statement's author, beside bob. Taking protections away needs a superuser."""
    with psycopg.connect(db_url) as db:
        [is_superuser] = db.execute("select current_setting('is_superuser') = 'on'").fetchone() or [
            0
        ]
    if not is_superuser:
        pytest.skip("the installer is no superuser, so he can't take protections away")
    with locked_up(db_url) as cell:
        yield cell
