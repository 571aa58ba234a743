"""``python -m twinbook.brokers.standin tradier``: a broker to try live trading on, moneyless."""

import json
import threading
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from twinbook.brokers.standin import STAND_INS, Login, StandIn
from twinbook.brokers.standin.control import PREFIX


class _Amount(click.ParamType[Decimal]):
    name = "amount"

    def convert(
        self, value: str | Decimal, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        try:
            amount = Decimal(value)
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or amount < 0:
            self.fail(f"{value} is no amount of money", param, ctx)
        return amount


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("broker", type=click.Choice(list(STAND_INS)))
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="On 127.0.0.1; 0 is a free one."
)
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file that it goes on from, and keeps; without one it forgets everything.",
)
@click.option(
    "--token",
    help="The token that it takes; alpaca: KEY:SECRET; kraken: KEY:SECRET, the latter in base64.",
)
@click.option("--cash", type=_Amount(), default="100000", show_default=True)
@click.option(
    "--limits",
    type=click.FloatRange(0),
    default=1,
    show_default=True,
    help="Times the broker's rate limits; 0 lifts them.",
)
@click.option(
    "--settle",
    type=click.FloatRange(0),
    default=0,
    show_default=True,
    help="Seconds before an order begins to work.",
)
@click.option(
    "--trouble",
    type=click.FloatRange(0, 1),
    default=0,
    show_default=True,
    help="How likely things go wrong by chance.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of that chance.")
def main(
    broker: str,
    port: int,
    state: Path | None,
    token: str | None,
    cash: Decimal,
    limits: float,
    settle: float,
    trouble: float,
    seed: int,
) -> None:
    """Run a stand-in of BROKER until Ctrl-C.

    It prints its address and credentials for it. Quotes stand still until you move them, and
    orders fill at them. Commands go to /standin/ as JSON; a GET there lists them all:

    \b
      curl -s http://127.0.0.1:PORT/standin/
      curl -s http://127.0.0.1:PORT/standin/quotes --json \\
        '{"symbol": "AAPL", "bid": "179.90", "ask": "179.95"}'
      curl -s http://127.0.0.1:PORT/standin/faults --json \\
        '{"fault": "drop", "commit": true, "on": "place"}'
      curl -s http://127.0.0.1:PORT/standin/snapshot
    """
    kind = STAND_INS[broker]
    try:
        standin = kind(
            port=port,
            file=state,
            logins=() if token is None else (_login(kind.default_logins[0], token),),
            cash=cash,
            limit_factor=limits,
            settle_seconds=settle,
        )
        standin.start()
    except OSError as error:
        raise click.ClickException(f"port {port}: {error.strerror}") from None
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    if trouble:
        standin.fail_at_random(trouble, seed=seed)
    _introduce(standin)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        click.echo()
    finally:
        standin.stop()


def _login(usual: Login, token: str) -> Login:
    key, _, secret = token.partition(":")
    if bool(secret) != bool(usual.secret) or not key:
        raise click.BadParameter("give KEY:SECRET" if usual.secret else "give one word")
    return replace(usual, key=key, secret=secret)


def _introduce(standin: StandIn) -> None:
    login = standin.logins[0]
    secrets = (
        {"key_id": login.key, "secret": login.secret} if login.secret else {"token": login.key}
    )
    credentials = {"environment": "sandbox", "account": login.accounts[0]} | secrets
    click.echo(f"address      {standin.origin}")
    click.echo(f"credentials  {json.dumps(credentials)}")
    click.echo(f"control      {standin.origin}{PREFIX}/")
    click.echo("Store these credentials for the broker, and give the address in place of its own.")


if __name__ == "__main__":
    main(prog_name="python -m twinbook.brokers.standin")
