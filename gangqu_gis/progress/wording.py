"""How the values of an evaluation are written: in the unit of a figure, exact or to 8 digits."""

from __future__ import annotations

from fractions import Fraction

from gangqu_gis.intervals import Interval
from gangqu_gis.messages import message
from gangqu_gis.units import Unit, half_up, shortest


def amount(value: Fraction | None, of: Unit) -> str:
    """Return a value in base units as words in unit ``of``, without the unit: exact or 8 digits."""
    return "" if value is None else shortest(value / of.factor, digits=8)


def percent(share: Fraction | None) -> str:
    """Return a share with one decimal."""
    return "" if share is None else f"{half_up(share * 100, 1)} %"


def span(interval: Interval | None, of: Unit, lang: str) -> str:
    """Return an interval in words: one number where its ends are one."""
    if interval is None:
        return ""
    low, high = amount(interval.low, of), amount(interval.high, of)
    if low == high or not low or not high:
        return low or high
    return message("progress.range", low=low, high=high).render(lang)
