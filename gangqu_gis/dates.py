"""Dates as they are known: to the day, the month or only the year (ISO 8601, reduced precision).

A plan says "in 2023" and a land register says 2023-05-17; neither is made into the other.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

PRECISIONS = ("year", "month", "day")

_WRITTEN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", flags=re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """A date as written; all that is known is that it lies from ``first`` to ``last``."""

    first: date
    last: date
    written: str

    @property
    def precision(self) -> str:
        """``year``, ``month`` or ``day``."""
        return PRECISIONS[self.written.count("-")]

    @property
    def year(self) -> int:
        """The calendar year, which every precision tells."""
        return self.first.year

    def surely_after(self, other: Moment) -> bool:
        """Whether it is later than ``other``, whatever days the two really were."""
        return self.first > other.last

    def is_over_by(self, day: date) -> bool:
        """Whether it has surely passed at the end of ``day``."""
        return self.last <= day


def read_moment(text: str) -> Moment:
    """Return the date written as ``2023``, ``2023-05`` or ``2023-05-17``.

    Raises
    ------
    ValueError
        It is written in another way, or there is no such day.
    """
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise ValueError(f"no date: {text}")
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    if month is None:
        return Moment(date(year, 1, 1), date(year, 12, 31), text)
    if day is None:
        return Moment(date(year, month, 1), date(year, month, monthrange(year, month)[1]), text)
    return Moment(date(year, month, day), date(year, month, day), text)


def is_moment(text: object, *, precision: str | None = None) -> bool:
    """Whether ``text`` is a date, of exactly ``precision`` where one is named."""
    if not isinstance(text, str):
        return False
    try:
        moment = read_moment(text)
    except ValueError:
        return False
    return precision is None or moment.precision == precision


def month_before(month: str, count: int) -> str:
    """Return the month ``count`` months before ``month`` (both like ``2023-05``)."""
    months = int(month[:4]) * 12 + int(month[5:]) - 1 - count
    return f"{months // 12:04}-{months % 12 + 1:02}"
