"""Figures: the numbers that a plan states, as printed, and the intervals they stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from keyword import iskeyword

from gangqu_gis.intervals import Interval
from gangqu_gis.messages import Text
from gangqu_gis.units import Unit

ABOUT = ("约", "左右", "近")
AT_LEAST = ("≥", "以上", "余")
AT_MOST = ("≤", "以下")
QUALIFIERS = (*ABOUT, *AT_LEAST, *AT_MOST)
_PREFIXED = ("约", "近", "≥", "≤")

_NUMBER = r"-?\d+(?:\.\d+)?"
_PRINTED = re.compile(rf"({_NUMBER})(?:-({_NUMBER}))?")
_ID = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Term:
    """A subject or a quantity of the vocabulary."""

    id: str
    label: Text
    feature: str | None = None
    dimension: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the plan prints something: chapter, section, then paragraph, box, table or cell."""

    chapter: str
    section: str
    at: str
    cell: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.chapter, self.section, self.at, self.cell) if part)


@dataclass(frozen=True, slots=True)
class Former:
    """What a figure printed before a decision amended it."""

    printed: str
    until: str
    decision: str
    by: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the plan.

    ``printed`` is the number exactly as printed; ``value`` and ``interval`` are in ``unit``.
    The value of a range is the middle of it.
    """

    id: str
    printed: str
    unit: Unit
    unit_printed: str
    qualifier: str
    subject: Term
    quantity: Term
    period: str
    place: Place
    value: Fraction
    interval: Interval
    note: str
    file: str
    line: int
    former: tuple[Former, ...] = ()

    @property
    def stated(self) -> str:
        """The figure as the plan reads: qualifier, number and unit."""
        unit_text = "" if self.unit.id == "one" else self.unit_printed
        if self.qualifier in _PREFIXED:
            return f"{self.qualifier}{self.printed}{unit_text}"
        return f"{self.printed}{unit_text}{self.qualifier}"

    @property
    def decimals(self) -> int:
        """The number of decimals printed."""
        return decimals(self.printed)

    @property
    def base_value(self) -> Fraction:
        """The value in the base unit of its dimension."""
        return self.value * self.unit.factor

    @property
    def base_interval(self) -> Interval:
        """The interval in the base unit of its dimension."""
        return self.interval.scaled(self.unit.factor)

    @property
    def printed_interval(self) -> Interval:
        """The interval of the printed digits alone (base unit), whatever the qualifier."""
        low, high = printed_bounds(self.printed, exact=is_exact(self.printed, self.unit))
        return Interval(low, high).scaled(self.unit.factor)


@dataclass(frozen=True, slots=True)
class Enumeration:
    """A list that the plan itself gives, to be counted."""

    id: str
    label: Text
    items: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Register:
    """Every figure and enumeration of a plan, by id, in the order of the plan."""

    figures: Mapping[str, Figure]
    enumerations: Mapping[str, Enumeration]

    def of_feature(self, feature: str) -> list[Figure]:
        """Return the figures whose subject is the feature with id ``feature``."""
        return [f for f in self.figures.values() if f.subject.feature == feature]


def decimals(printed: str) -> int:
    """Return how many decimals ``printed`` shows (of a range: the larger number)."""
    return max(len(part.partition(".")[2]) for part in printed.split("-"))


def printed_bounds(printed: str, *, exact: bool) -> tuple[Fraction, Fraction]:
    """Return the least and the greatest value that prints as ``printed``.

    Half of the last printed digit on either side; a range keeps its ends, and so does an
    ``exact`` number, which is a count.
    """
    match = _PRINTED.fullmatch(printed)
    assert match is not None
    first, second = match.groups()
    if second is not None:
        return Fraction(first), Fraction(second)
    half = Fraction(0) if exact else Fraction(1, 2 * 10 ** decimals(printed))
    return Fraction(first) - half, Fraction(first) + half


def interval_of(
    printed: str, unit_: Unit, qualifier: str, approximate_percent: Decimal
) -> Interval:
    """Return what a printed number may mean, in its own unit.

    Half of the last printed digit; with 约, 左右 or 近 that or ``approximate_percent``, whichever
    is wider; counts are exact unless qualified or printed in 万; bounds and ranges keep their
    ends (design, "A figure is an interval").
    """
    first, last = printed_bounds(printed, exact=True)
    if qualifier in AT_LEAST:
        return Interval(first, None)
    if qualifier in AT_MOST:
        return Interval(None, last)
    low, high = printed_bounds(printed, exact=is_exact(printed, unit_))
    if qualifier in ABOUT:
        share = Fraction(approximate_percent) / 100
        return Interval(min(low, first - abs(first) * share), max(high, last + abs(last) * share))
    return Interval(low, high)


def is_exact(printed: str, unit_: Unit) -> bool:
    """Whether a printed number is a count: whole things, not in 万, and no mean (1.8 套)."""
    return unit_.counts_whole_things and decimals(printed) == 0


def is_id(text: str) -> bool:
    """Whether ``text`` can name a figure in an expression."""
    return _ID.fullmatch(text) is not None and not iskeyword(text)


def is_printed_number(text: str) -> bool:
    """Whether ``text`` is a number as a plan prints it: digits with decimals, or a range."""
    return _PRINTED.fullmatch(text) is not None and not is_backward_range(text)


def is_backward_range(text: str) -> bool:
    """Whether ``text`` is a range whose first end is the larger one."""
    match = _PRINTED.fullmatch(text)
    return match is not None and bool(match[2]) and Fraction(match[1]) > Fraction(match[2])
