"""Users, for administrators."""

from collections.abc import Sequence
from typing import Any

import click

from twinbook.cli.acting import administering, print_rows
from twinbook.cli.context import Context
from twinbook.cli.verb import verb_command
from twinbook.rows import LiveSwitch
from twinbook.verbs import Administration

_COLUMNS = "username email role status version created_at"


def _show(context: Context, found: Any) -> None:
    rows = found if isinstance(found, Sequence) else [found]
    print_rows(context, rows, _COLUMNS, is_of_book=False)


@click.group()
def user() -> None:
    """Register users, and change or close them: for administrators."""


user.add_command(
    verb_command(
        "add",
        Administration.register_user,
        administering,
        _show,
        "twinbook user add alice --email alice@example.com",
        role="USER, ADMIN or SUPERADMIN.",
        status="ACTIVE, or PENDING_VERIFICATION.",
        password_hash="argon2 or bcrypt, made elsewhere; never a password.",  # noqa: S106
    )
)
user.add_command(verb_command("list", Administration.list_users, administering, _show))
user.add_command(
    verb_command(
        "edit",
        Administration.edit_user,
        administering,
        _show,
        "twinbook user edit alice 1 --status SUSPENDED    (1 is the version that `list` shows)",
        role="USER, ADMIN or SUPERADMIN.",
        status="ACTIVE, SUSPENDED or CLOSED, which is for ever.",
        password_hash="argon2 or bcrypt, made elsewhere; never a password.",  # noqa: S106
    )
)
user.add_command(
    verb_command(
        "allow-live",
        Administration.allow_live_trading,
        administering,
        lambda context, mode: print_rows(
            context, [mode], "username active_mode is_live_allowed", is_of_book=False
        ),
        "twinbook user allow-live alice true\n"
        "twinbook user allow-live alice false    (she may reduce, and no more)",
    )
)


@click.group()
def live() -> None:
    """Halt live trading for everybody, or let it go on: for administrators."""


def _show_switch(context: Context, switch: LiveSwitch) -> None:
    print_rows(context, [switch], "halted_at halted_because halted_by", is_of_book=False)


live.add_command(
    verb_command(
        "halt",
        Administration.halt_live_trading,
        administering,
        _show_switch,
        "twinbook live halt 'prices look wrong'",
    )
)
live.add_command(
    verb_command(
        "resume",
        Administration.lift_halt,
        administering,
        _show_switch,
        "twinbook live resume 'the feed is right again'",
    )
)

COMMANDS = [user, live]
