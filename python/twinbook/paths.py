"""Where the SQL and the migrations stand: in the package, or two folders up in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parents[1]


def checkout() -> Path | None:
    """The project's folder when this code runs from a checkout, else None."""
    return _CHECKOUT if (_CHECKOUT / "sql" / "install.sql").is_file() else None


def sql() -> Path:
    """The folder that holds install.sql."""
    return (checkout() or _PACKAGE) / "sql"


def migrations() -> Path:
    """The folder that holds the two lanes, shared/ and book/."""
    return (checkout() or _PACKAGE) / "migrations"
