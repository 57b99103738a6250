"""Dates to the day, the month or the year, and what can be said of their order."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gangqu_gis.dates import Moment, is_moment, month_before, read_moment

DAYS = st.dates(date(1000, 1, 1), date(9998, 12, 31))


@pytest.mark.parametrize(
    ("written", "first", "last", "precision"),
    [
        ("2023", date(2023, 1, 1), date(2023, 12, 31), "year"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "month"),
        ("2023-02", date(2023, 2, 1), date(2023, 2, 28), "month"),
        ("2023-05-17", date(2023, 5, 17), date(2023, 5, 17), "day"),
    ],
)
def test_a_date_stands_for_the_days_it_may_be(
    written: str, first: date, last: date, precision: str
) -> None:
    assert read_moment(written) == Moment(first, last, written)
    assert read_moment(written).precision == precision
    for wanted in ("year", "month", "day"):
        assert is_moment(written, precision=wanted) == (wanted == precision)


@pytest.mark.parametrize(
    "written",
    ["", "23", "2023-5", "2023-13", "2023-02-29", "2023/05/17", "20230517", "2023-05-17 ", "0000"]
    + ["２０２３", "2023-05-17T00:00", "二〇二三"],
)
def test_what_is_no_date_is_refused(written: str) -> None:
    assert not is_moment(written)
    with pytest.raises(ValueError):
        read_moment(written)


def test_a_number_is_no_date() -> None:
    assert not is_moment(2023)


@given(DAYS, DAYS)
def test_order_is_sure_only_when_no_days_could_reverse_it(a: date, b: date) -> None:
    for early in (a.isoformat(), a.isoformat()[:7], a.isoformat()[:4]):
        for late in (b.isoformat(), b.isoformat()[:7], b.isoformat()[:4]):
            one, other = read_moment(early), read_moment(late)
            possible = one.first <= other.last
            assert one.surely_after(other) == (not possible)


@given(DAYS, st.integers(0, 400))
def test_months_are_counted_as_the_calendar_does(day: date, count: int) -> None:
    at = day.replace(day=1)
    for _ in range(count):
        if at <= date(1000, 1, 31):
            return
        at = (at - timedelta(days=1)).replace(day=1)
    assert month_before(day.isoformat()[:7], count) == at.isoformat()[:7]


def test_a_month_that_is_running_is_not_over() -> None:
    assert read_moment("2023-05").is_over_by(date(2023, 5, 31))
    assert not read_moment("2023-05").is_over_by(date(2023, 5, 30))
