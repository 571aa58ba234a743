"""What every command knows, and how a failure is said: one line, what to do next."""

from dataclasses import dataclass
from typing import Any

import click
import psycopg

from twinbook.books import Mode
from twinbook.database import Database, connect
from twinbook.errors import TwinbookError, from_database
from twinbook.failure import Failure
from twinbook.server import Server


@dataclass(frozen=True)
class Context:
    """The global options."""

    database: str | None
    user: str | None
    mode: Mode
    as_json: bool
    login_url: str | None = None

    @property
    def url(self) -> str:
        """The given database, else the project's own server's; raises Failure when it's down."""
        url = self.database or Server().url
        if url is None:
            raise Failure(
                "no database", "run `twinbook up` first, or give --database or DATABASE_URL"
            )
        return url

    def connect(self) -> Database:
        """That database, and the login service of a signed one: the given, else by the same URL."""
        return connect(self.url, login_url=self.login_url or self.url)


pass_context = click.make_pass_decorator(Context)


class ErrorsInOneLine(click.Group):
    """A group whose commands' errors reach a person as one line on standard error."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; a Failure or a database's error becomes exit code 1."""
        try:
            return super().invoke(ctx)
        except (Failure, TwinbookError) as failure:
            raise click.ClickException(one_line(str(failure))) from failure
        except psycopg.Error as error:
            raise click.ClickException(explain(error)) from error
        except OSError as error:
            raise click.ClickException(one_line(str(error))) from error


def explain(error: psycopg.Error) -> str:
    """A database's error in one line: code, message, detail, and what to do next."""
    if error.sqlstate is None:
        return one_line(f"can't connect: {error}; check --database, or run `twinbook up`")
    return one_line(str(from_database(error)))


def one_line(text: str) -> str:
    """The text with its line breaks turned into spaces."""
    return " ".join(text.split())
