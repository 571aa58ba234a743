"""Price files: what is read, what is refused and where, and the quotes that a bar becomes."""

from contextlib import suppress
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbook.demo import FILES
from twinbook.prices import Close, PriceBar, PriceFile, PriceFileError
from twinbook.replay import moment_of

_NEW_YORK = Close(time(16), "America/New_York")
_ROUND_THE_CLOCK = Close(time(0), "UTC")
_HEADER = "Date,Open,High,Low,Close,Volume\n"


def _file(folder: Path, text: str | bytes) -> PriceFile:
    path = folder / "prices.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return PriceFile(path)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        (f"{_HEADER}2012-01-03,2,4,1,3,100\n", date(2012, 1, 3)),
        (f"{_HEADER}20120103,2,4,1,3,100\n", date(2012, 1, 3)),
        (f"\ufeff{_HEADER}2012-01-03,2,4,1,3,100\r\n\r\n", date(2012, 1, 3)),
        ('"VOLUME",low,HIGH," open",Close,time\n100,1,4,2,3,2012-01-03', date(2012, 1, 3)),
        (
            "Date,Open,High,Low,Close,Adj Close,Volume\n2012-01-03,2,4,1,3,9,100\n",
            date(2012, 1, 3),
        ),
        ("Datetime,Open,High,Low,Close,Volume\n2012-01-03 14:30:00,2,4,1,3,100\n", "14:30"),
        ("Datetime,Open,High,Low,Close,Volume\n2012-01-03T14:30Z,2,4,1,3,100\n", "14:30"),
        ("Datetime,Open,High,Low,Close,Volume\n2012-01-03T09:30:00-05:00,2,4,1,3,100\n", "14:30"),
        ("timestamp,Open,High,Low,Close,Volume\n1325601000,2,4,1,3,100\n", "14:30"),
        ("timestamp,Open,High,Low,Close,Volume\n1325601000000,2,4,1,3,100\n", "14:30"),
        ("timestamp,Open,High,Low,Close,Volume\n1325601000.0,2,4,1,3,1e2\n", "14:30"),
        ("1325601000,2,4,1,3,100,57\n", "14:30"),
    ],
)
def test_the_usual_layouts_are_read(tmp_path: Path, text: str, starts: date | str) -> None:
    expected = _utc(f"2012-01-03 {starts}") if isinstance(starts, str) else starts
    assert _file(tmp_path, text).bars == [
        PriceBar(expected, Decimal(2), Decimal(4), Decimal(1), Decimal(3), Decimal(100))
    ]


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("", 0, "no prices"),
        (_HEADER, 0, "no prices"),
        ("\n\n", 0, "no prices"),
        ("Open,High,Low,Close,Volume\n1,1,1,1,1", 1, "one column of time"),
        ("Date,Time,Open,High,Low,Close,Volume\n", 1, "one column of time"),
        ("Date,Open,High,Low,Close\n", 1, "no column Volume"),
        ("Date,Open,High,Low,Close,Volume,low\n", 1, "more than one column Low"),
        (f"{_HEADER}2012-01-03,2,4,1,3\n", 2, "5 fields where there should be 6"),
        (f"{_HEADER}2012-01-03,2,4,1,3,1,1\n", 2, "7 fields"),
        (f"{_HEADER}2012-01-03,2,4,1,3,1\n\n2012-01-04,2,4,1,x,1\n", 4, "close is not a number"),
        (f"{_HEADER}2012-01-03,NaN,4,1,3,1\n", 2, "open is not a number"),
        (f"{_HEADER}2012-01-03,2,Infinity,1,3,1\n", 2, "high is not a number"),
        (f"{_HEADER}2012-01-03,2,4,1,3,\n", 2, "volume is not a number"),
        (f"{_HEADER}2012-01-03,2,4,1,3,1_000\n", 2, "volume is not a number"),
        (f"{_HEADER}2012-01-03,2,4,1,3,{'9' * 40}\n", 2, "volume is not a number"),
        (f"{_HEADER}2012-01-03,2,4,1,3,-1\n", 2, "volume -1 is below zero"),
        (f"{_HEADER}2012-01-03,2,1,4,3,1\n", 2, "high 1 is below low 4"),
        (f"{_HEADER}2012-01-03,5,4,1,3,1\n", 2, "open 5 is outside"),
        (f"{_HEADER}2012-01-03,2,4,1,9,1\n", 2, "close 9 is outside"),
        (f"{_HEADER}2012-01-03,0,4,0,3,1\n", 2, "above zero"),
        (f"{_HEADER}03.01.2012,2,4,1,3,1\n", 2, "not a date"),
        (f"{_HEADER}2012-02-30,2,4,1,3,1\n", 2, "not a date"),
        (f"{_HEADER}0001-01-01,2,4,1,3,1\n", 2, "no year"),
        (f"{_HEADER}1325601000000000,2,4,1,3,1\n", 2, "not a date"),
        (f"{_HEADER}1e99,2,4,1,3,1\n", 2, "not a date"),
        (f"{_HEADER}2012-01-03,2,4,1,3,1\n2012-01-03,2,4,1,3,1\n", 3, "twice"),
        (f"{_HEADER}2012-01-04,2,4,1,3,1\n2012-01-03,2,4,1,3,1\n", 3, "comes after"),
        (f"{_HEADER}2012-01-03,2,4,1,3,1\n2012-01-04T01:00,2,4,1,3,1\n", 3, "time of day"),
        ("1325601000,2,4,1,3,100,57\n1325601000,2,4,1,3,100,57\n", 2, "twice"),
        (f'{_HEADER}2012-01-03,"2,4,1,3,1\n', 2, "unexpected end"),
        (b"\xff\xfe\x00", 0, "UTF-8"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, text: str | bytes, line: int, why: str) -> None:
    with pytest.raises(PriceFileError, match=why) as raised:
        _file(tmp_path, text)
    assert raised.value.line == line
    assert str(tmp_path / "prices.csv") in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(PriceFileError, match=str(path)):
            PriceFile(path)


@given(st.binary(max_size=300), st.sampled_from([b"", _HEADER.encode()]))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, head: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(head + raw)
    with suppress(PriceFileError):
        assert list(PriceFile(path).quotes("X", _NEW_YORK))


def test_a_day_becomes_four_quotes_before_its_close(tmp_path: Path) -> None:
    file = _file(tmp_path, f"{_HEADER}2012-01-03,2,4,1,3,103\n2012-07-03,3.9,4,1,3,0.07\n")
    winter, summer = file.quotes("AAPL", _NEW_YORK), list(file.quotes("AAPL", _NEW_YORK))[4:]
    assert [(q.last, q.volume, q.quoted_at) for q in list(winter)[:4]] == [
        (Decimal(2), Decimal(25), _utc("2012-01-03 15:00")),
        (Decimal(1), Decimal(25), _utc("2012-01-03 17:00")),  # as near as the high: low first
        (Decimal(4), Decimal(25), _utc("2012-01-03 19:00")),
        (Decimal(3), Decimal(28), _utc("2012-01-03 20:59:59")),
    ]
    assert [(q.last, q.volume, q.quoted_at) for q in summer] == [
        (Decimal("3.9"), Decimal("0.01"), _utc("2012-07-03 14:00")),
        (Decimal(4), Decimal("0.01"), _utc("2012-07-03 16:00")),
        (Decimal(1), Decimal("0.01"), _utc("2012-07-03 18:00")),
        (Decimal(3), Decimal("0.04"), _utc("2012-07-03 19:59:59")),
    ]
    assert all((q.bid, q.ask) == (None, None) for q in summer)


def test_what_never_closes_ends_its_day_at_midnight(tmp_path: Path) -> None:
    file = _file(tmp_path, f"{_HEADER}2012-01-03,2,4,1,3,1\n")
    assert [q.quoted_at for q in file.quotes("BTC", _ROUND_THE_CLOCK)] == [
        _utc("2012-01-03 18:00"),
        _utc("2012-01-03 20:00"),
        _utc("2012-01-03 22:00"),
        _utc("2012-01-03 23:59:59"),
    ]
    assert file.history("BTC", _ROUND_THE_CLOCK)[0].closed_at == _utc("2012-01-04 00:00")


def test_a_bar_with_a_time_spreads_over_the_smallest_interval(tmp_path: Path) -> None:
    lines = "\n".join(f"{1325601000 + start},2,4,1,3,4,1" for start in (0, 600, 660))
    file = _file(tmp_path, lines)
    assert [q.quoted_at for q in file.quotes("BTC", _ROUND_THE_CLOCK)][:4] == [
        _utc("2012-01-03 14:30:00"),
        _utc("2012-01-03 14:30:20"),
        _utc("2012-01-03 14:30:40"),
        _utc("2012-01-03 14:30:59.999"),
    ]
    assert file.history("BTC", _ROUND_THE_CLOCK)[0].closed_at == _utc("2012-01-03 14:31")


def test_one_bar_with_a_time_says_nothing_of_its_length(tmp_path: Path) -> None:
    file = _file(tmp_path, "1325601000,2,4,1,3,100,57\n")
    with pytest.raises(PriceFileError, match="how long"):
        list(file.quotes("BTC", _ROUND_THE_CLOCK))


_price = st.decimals(min_value="0.0001", max_value=10**6, places=4)


@given(prices=st.lists(_price, min_size=4, max_size=4), volume=st.decimals(0, 10**9, places=3))
def test_quotes_keep_what_the_bar_says(prices: list[Decimal], volume: Decimal) -> None:
    low, first, last, high = sorted(prices)
    bar = PriceBar(date(2012, 1, 3), first, high, low, last, volume)
    assert (min(bar.path), max(bar.path), bar.path[0], bar.path[3]) == (low, high, first, last)
    assert abs(bar.path[1] - bar.open) <= abs(bar.path[2] - bar.open)
    assert sum(bar.volumes) == volume
    assert min(bar.volumes) >= 0
    assert max(bar.volumes) - min(bar.volumes) <= Decimal("0.003")


@pytest.mark.parametrize("symbol", ["AAPL", "GOOG", "MSFT"])
def test_the_shipped_prices_are_a_year_in_order(symbol: str) -> None:
    file = PriceFile(FILES / f"{symbol}_2012_daily.csv")
    assert len(file.bars) == 250
    assert file.days == (date(2012, 1, 3), date(2012, 12, 31))
    times = [moment_of(quote) for quote in file.quotes(symbol, _NEW_YORK)]
    assert len(times) == 1000
    assert all(earlier < later for earlier, later in pairwise(times))
