"""``twinbook demo``: the story on the screen."""

import shutil
import tempfile
import time
from decimal import Decimal
from pathlib import Path

import click

from twinbook.cli.output import note, progress, show
from twinbook.demo import FEED, TRADERS, Claim, Demo
from twinbook.server import Server

_STORY = "day who tells side quantity symbol status average_price"
_TRADES = "username symbol entry_price exit_price stop_loss take_profit net_pnl exit_reason"
_MOVES = "seq from_status to_status cause actor"
_FILLS = "username executed_at side quantity symbol price fee realized_pnl"
_POSITIONS = "username symbol quantity average_price mark market_value unrealized_pnl"
_BALANCES = "username currency amount held"
_METRICS = "username trades win_rate_percent profit_factor expectancy max_drawdown_percent sharpe"
_WORTH = "username equity cash positions_value realized_pnl unrealized_pnl fees"
_TITLES = {
    "username": "who", "tells": "what", "average_price": "average", "executed_at": "when",
    "realized_pnl": "realized", "unrealized_pnl": "unrealized", "market_value": "value",
    "positions_value": "positions", "net_pnl": "net", "entry_price": "entry", "exit_price": "exit",
    "win_rate_percent": "win rate %", "max_drawdown_percent": "drawdown %",
}  # fmt: skip


@click.command()
@click.option("--keep", is_flag=True, help="Leave its server up, and say how to look around.")
def demo(keep: bool) -> None:
    """Replay 2012 for two traders, then try what neither of them may do.

    On a server of its own, gone afterwards. Exit code 1 where a claim doesn't hold.
    """
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="twinbook-demo-"))
    folder.chmod(0o711)  # root's server runs as somebody else, who must get through
    server = Server(folder / "data")
    try:
        note("Setting up a Postgres of its own ...")
        play = Demo(server.start())
        try:
            _tell(play)
            claims = _prove(play)
        finally:
            play.close()
        failed = [claim for claim in claims if not claim.holds]
        click.echo(
            f"\n{len(claims) - len(failed)} of {len(claims)} claims hold, "
            f"in {time.monotonic() - began:.0f} s."
        )
        if keep:
            _say_how_to_look_around(server)
        if failed:
            raise click.exceptions.Exit(1)
    finally:
        if not keep:
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)


def _tell(play: Demo) -> None:
    days = len(play.days)
    with progress("2012", days) as advance:
        for _ in play.play():
            advance(1)
    click.echo(f"Replayed {days} trading days of AAPL, GOOG and MSFT for {' and '.join(TRADERS)}.")
    _table("What they did, and how it went", _STORY, play.story())
    _table("Trades", _TRADES, play.of_everybody("select * from trade_history order by placed_at"))
    _table("The bracket that took its profit, move by move", _MOVES, play.moves("swing"))
    _table("Fills", _FILLS, play.of_everybody("select * from executions order by seq"))
    _table("Positions", _POSITIONS, play.of_everybody("select * from open_positions"))
    _table("Balances", _BALANCES, play.of_everybody("select * from balances"))
    _table("Profit and loss", _WORTH, play.of_everybody("select * from portfolio_summary"))
    _table("How it went", _METRICS, play.of_everybody("select * from performance_metrics"))


def _prove(play: Demo) -> list[Claim]:
    click.echo("What nobody can do:\n")
    claims = []
    for claim in play.claims():
        claims.append(claim)
        mark = click.style("yes", fg="green") if claim.holds else click.style("NO ", fg="red")
        click.echo(f"  {mark}  {claim.says}\n       {claim.shown}")
    return claims


def _table(title: str, columns: str, rows: list[dict[str, object]]) -> None:
    names = columns.split()
    click.echo(f"\n{title}")
    titles = [_TITLES.get(name, name) for name in names]
    show(titles, [[_to_cents(name, row[name]) for name in names] for row in rows], as_json=False)


def _to_cents(name: str, value: object) -> object:
    return round(value, 2) if isinstance(value, Decimal) and name != "quantity" else value


def _say_how_to_look_around(server: Server) -> None:
    url = f"--database '{server.url}'"
    click.echo(f"""
Its server stays up:
  twinbook {url} --user alice order list
  twinbook {url} --user alice psql
The prices are on each one's feed {FEED}. To end it: twinbook down --data {server.data}""")


COMMANDS = [demo]
