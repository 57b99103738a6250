"""Cells and tables of an evaluation, and how its values are written."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from gangqu_gis.intervals import Interval
from gangqu_gis.messages import message
from gangqu_gis.progress.model import State
from gangqu_gis.units import Unit, half_up, shortest


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its words, and the number behind them where there is one."""

    words: str
    number: Fraction | None = None
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table: a stable name, a title, headings, rows, and lines that stand under it."""

    name: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    right: tuple[int, ...] = ()


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
