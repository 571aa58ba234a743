"""What a check raises."""

from collections.abc import Iterable

_ENOUGH = 40


class Fault(Exception):
    """A check that found something wrong, with a line for each."""

    def __init__(self, lines: Iterable[str]) -> None:
        found = [line for text in lines for line in text.splitlines()]
        self.lines = found[:_ENOUGH]
        if len(found) > _ENOUGH:
            self.lines.append(f"... and {len(found) - _ENOUGH} more")
        super().__init__("\n".join(self.lines))


def refuse(lines: Iterable[str]) -> None:
    """Raises Fault if there is any line."""
    found = list(lines)
    if found:
        raise Fault(found)
