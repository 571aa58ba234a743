"""Price files: bars read from CSV, and the quotes that a bar becomes.

A file is read as a whole before anything is made of it, so that a bad line loads nothing.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from twinbook.failure import Failure
from twinbook.rows import Bar, Quote

_TIMES = ("date", "datetime", "timestamp", "time")
_PRICES = ("open", "high", "low", "close")
# Kraken's OHLCVT downloads have no header.
# https://support.kraken.com/articles/360047124832-downloadable-historical-ohlcvt-open-high-low-close-volume-trades-data
_KRAKEN = ("time", *_PRICES, "volume", "trades")

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
_MILLISECONDS_FROM = 10**11  # as seconds it would be the year 5138
_LONGEST = 28  # digits that Decimal computes with
_YEARS = range(1600, 2200)  # others are epochs in some other unit

# Before the close, for bars that are known by their day alone.
_DAY_OFFSETS = (timedelta(hours=6), timedelta(hours=4), timedelta(hours=2), timedelta(seconds=1))


class PriceFileError(Failure):
    """A file that can't be read as prices; ``line`` is where, 0 for the file as a whole."""

    def __init__(self, file: Path, line: int, why: str) -> None:
        place = f"{file}, line {line}" if line else str(file)
        super().__init__(f"{place}: {why}", "nothing was loaded")
        self.file = file
        self.line = line
        self.why = why


@dataclass(frozen=True)
class Close:
    """When an instrument's trading day ends; midnight is that at the day's end."""

    at: time
    timezone: str

    def of(self, day: date) -> datetime:
        """The close of a day, in UTC."""
        if self.at == time(0):
            day += timedelta(days=1)
        return datetime.combine(day, self.at, ZoneInfo(self.timezone)).astimezone(UTC)


@dataclass(frozen=True)
class PriceBar:
    """A line of a file: a day's bar, or with a time one that starts then."""

    starts: date
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal

    @property
    def path(self) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """The prices in the order in which they are taken to have come, nearer extreme first."""
        low_first = self.open - self.low <= self.high - self.open
        first, second = (self.low, self.high) if low_first else (self.high, self.low)
        return self.open, first, second, self.close

    @property
    def volumes(self) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """The volume in four, no finer than it was given; what is left over goes to the close."""
        quarter = (self.volume / 4).quantize(
            Decimal((0, (1,), _exponent(self.volume))), "ROUND_DOWN"
        )
        return quarter, quarter, quarter, self.volume - 3 * quarter


class PriceFile:
    """The bars of one file, in time order. Raises PriceFileError."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.bars: list[PriceBar] = []
        for line, bar in _read(self.path):
            _check_order(self.path, line, self.bars[-1:], bar)
            self.bars.append(bar)
        if not self.bars:
            raise PriceFileError(self.path, 0, "it holds no prices")
        starts = [bar.starts for bar in self.bars]
        self._lasts = min((after - before for before, after in pairwise(starts)), default=None)

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day."""
        first, last = self.bars[0].starts, self.bars[-1].starts
        return _day(first), _day(last)

    def history(self, symbol: str, close: Close) -> list[Bar]:
        """The bars as price history, each at the moment when it was complete."""
        return [
            Bar(
                symbol=symbol,
                open=bar.open,
                high=bar.high,
                low=bar.low,
                close=bar.close,
                volume=bar.volume,
                closed_at=self._ends(bar, close),
            )
            for bar in self.bars
        ]

    def quotes(self, symbol: str, close: Close) -> Iterator[Quote]:
        """The bars as quotes, four each: open, the nearer extreme, the other one, close."""
        for bar in self.bars:
            for price, volume, at in zip(
                bar.path, bar.volumes, self._moments(bar, close), strict=True
            ):
                yield Quote(symbol=symbol, last=price, volume=volume, quoted_at=at)

    def _moments(self, bar: PriceBar, close: Close) -> list[datetime]:
        ends = self._ends(bar, close)
        if not isinstance(bar.starts, datetime):
            return [ends - offset for offset in _DAY_OFFSETS]
        lasts = ends - bar.starts
        return [
            bar.starts,
            bar.starts + lasts / 3,
            bar.starts + lasts * 2 / 3,
            ends - timedelta(milliseconds=1),
        ]

    def _ends(self, bar: PriceBar, close: Close) -> datetime:
        if not isinstance(bar.starts, datetime):
            return close.of(bar.starts)
        if self._lasts is None:
            raise PriceFileError(self.path, 0, "one bar with a time doesn't say how long it lasts")
        return bar.starts + self._lasts


def _read(path: Path) -> Iterator[tuple[int, PriceBar]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _lines(path, file)
    except OSError as error:
        raise PriceFileError(path, 0, error.strerror or "it can't be read") from error


def _lines(path: Path, file: Iterable[str]) -> Iterator[tuple[int, PriceBar]]:
    reader = csv.reader(file, strict=True)
    places: Mapping[str, int] = {}
    width = 0
    try:
        for fields in reader:
            values = [field.strip() for field in fields]
            if not any(values):
                continue
            if not places:
                width = len(values)
                places, is_header = _layout(values)
                if is_header:
                    continue
            if len(values) != width:
                raise ValueError(f"{len(values)} fields where there should be {width}")
            yield reader.line_num, _bar({name: values[place] for name, place in places.items()})
    except UnicodeDecodeError as error:
        raise PriceFileError(path, 0, "it is no text in UTF-8") from error
    except (ValueError, csv.Error) as error:
        raise PriceFileError(path, reader.line_num, str(error)) from error


def _layout(values: list[str]) -> tuple[Mapping[str, int], bool]:
    """Where each column stands, and whether these values are the header that says so."""
    if len(values) == len(_KRAKEN) and all(_NUMBER.fullmatch(value) for value in values):
        return {name: place for place, name in enumerate(_KRAKEN)}, False
    names = [value.lower() for value in values]
    times = [name for name in _TIMES if name in names]
    if len(times) != 1:
        raise ValueError(
            "the header needs one column of time, named Date, Datetime, Timestamp or Time"
        )
    for name in (*times, *_PRICES, "volume"):
        if names.count(name) != 1:
            problem = "no" if name not in names else "more than one"
            raise ValueError(f"the header has {problem} column {name.capitalize()}")
    columns = {name: names.index(name) for name in (*_PRICES, "volume")}
    return {"time": names.index(times[0]), **columns}, True


def _bar(values: Mapping[str, str]) -> PriceBar:
    starts = _moment(values["time"])
    numbers = {name: _number(name, values[name]) for name in (*_PRICES, "volume")}
    bar = PriceBar(starts, **numbers)
    if bar.low <= 0:
        raise ValueError(f"a price is above zero, and low is {bar.low}")
    if bar.high < bar.low:
        raise ValueError(f"high {bar.high} is below low {bar.low}")
    for name, price in (("open", bar.open), ("close", bar.close)):
        if not bar.low <= price <= bar.high:
            raise ValueError(f"{name} {price} is outside low {bar.low} and high {bar.high}")
    if bar.volume < 0:
        raise ValueError(f"volume {bar.volume} is below zero")
    return bar


def _number(name: str, text: str) -> Decimal:
    if not _NUMBER.fullmatch(text) or len(text) > _LONGEST:
        raise ValueError(f"{name} is not a number: {text[:50]!r}")
    return Decimal(text)


def _moment(text: str) -> date:
    """A day, or a moment in UTC: ISO 8601, or an epoch in seconds or milliseconds."""
    is_epoch = _NUMBER.fullmatch(text) and not re.fullmatch(r"\d{8}", text, re.ASCII)
    try:
        if is_epoch:
            moment: date = _from_epoch(Decimal(text))
        elif len(text) <= len("2012-01-03"):
            moment = date.fromisoformat(text)
        else:
            at = datetime.fromisoformat(text)
            moment = at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, ArithmeticError, OSError) as error:
        raise ValueError(f"not a date, a time or an epoch: {text[:50]!r}") from error
    if moment.year not in _YEARS:
        raise ValueError(f"no year that prices are of: {text[:50]!r}")
    return moment


def _from_epoch(number: Decimal) -> datetime:
    seconds = number / 1000 if abs(number) >= _MILLISECONDS_FROM else number
    whole, part = divmod(seconds, 1)
    return datetime.fromtimestamp(int(whole), UTC) + timedelta(microseconds=int(part * 10**6))


def _check_order(path: Path, line: int, before: list[PriceBar], bar: PriceBar) -> None:
    for earlier in before:
        if isinstance(earlier.starts, datetime) != isinstance(bar.starts, datetime):
            raise PriceFileError(path, line, "some lines have a time of day, others don't")
        if bar.starts == earlier.starts:
            raise PriceFileError(path, line, f"{bar.starts} is there twice")
        if bar.starts < earlier.starts:
            raise PriceFileError(path, line, f"{bar.starts} comes after {earlier.starts}")


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
