"""Every code of the database's is one exception, and the other way round."""

import psycopg
import pytest

from twinbook import errors


def test_each_code_has_its_class_and_its_meaning(db_url: str) -> None:
    with psycopg.connect(db_url) as db:
        known = db.execute("select code, meaning from shared_data.error_codes").fetchall()
    ours = [(code, (kind.__doc__ or "").rstrip(".")) for code, kind in errors.CODES.items()]
    assert [(code, meaning.lower()) for code, meaning in ours] == [
        (code, meaning.lower()) for code, meaning in known
    ]


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("TB404", errors.NotVisible),
        ("TB999", errors.TwinbookError),
        ("42501", errors.NoPrivilege),
        ("22P02", errors.BadArgument),
        ("23505", errors.BadArgument),
        ("40P01", errors.TryAgain),
        ("55P03", errors.TryAgain),
        ("57P01", errors.Disconnected),
        ("XX000", errors.TwinbookError),
    ],
)
def test_a_state_raised_in_the_database_is_mapped(
    db_url: str, state: str, kind: type[errors.TwinbookError]
) -> None:
    raising = f"do $$ begin raise exception using errcode = '{state}', message = 'no',"
    raising += " detail = 'since', hint = 'so'; end $$"
    with psycopg.connect(db_url) as db, pytest.raises(psycopg.Error) as raised:
        db.execute(raising.encode())
    error = errors.from_database(raised.value)
    assert type(error) is kind
    assert (error.code, error.message, error.detail) == (state, "no", "since")
    assert error.hint == "so" or not state.startswith("TB")
    assert str(error).startswith(f"{state}: no; since")


def test_what_never_reached_the_server_is_mapped_too() -> None:
    assert isinstance(errors.from_database(psycopg.OperationalError("gone")), errors.Disconnected)
    assert isinstance(errors.from_database(psycopg.DataError("NUL")), errors.BadArgument)
