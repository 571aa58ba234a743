"""The door through which a migrate goes where event triggers refuse forbidden changes."""

import psycopg

_REASON = "twinbook migrate"
_LONGEST = "6 hours"  # the window is closed as soon as the code is loaded


def open_window(db: psycopg.Connection) -> None:
    """Opens a maintenance window, audited like any other; nothing where there is no code yet."""
    # Not by its name, for which one must be let into its schema.
    found = db.execute(
        "select from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace"
        " where (n.nspname, p.proname) = ('oversight', 'open_maintenance')"
    )
    if found.fetchone() is None:
        return
    db.execute("set local role twinbook_admin")
    db.execute("select from oversight.open_maintenance(%s, %s)", [_REASON, _LONGEST])
    db.execute("reset role")


def close_windows(db: psycopg.Connection) -> None:
    """Closes it again, and those of a migrate that didn't come to its end."""
    db.execute("set local role twinbook_admin")
    db.execute(
        "select from oversight.maintenance as m, oversight.close_maintenance(m.window_id)"
        " where m.reason = %s and m.closed_at is null",
        [_REASON],
    )
    db.execute("reset role")
