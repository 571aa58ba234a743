"""What tests of the command line read of its answers."""

import json
from typing import Any

from click.testing import Result


def rows(result: Result) -> list[dict[str, Any]]:
    """The rows of a command that was asked for --json and went well."""
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found
