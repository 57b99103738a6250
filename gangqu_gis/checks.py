"""What a check answers: verdict, numbers, tolerance, cause.  Facts only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from gangqu_gis.intervals import Interval
from gangqu_gis.messages import Text, message


class Verdict(StrEnum):
    """The answer of one check (design, "Reconciliation")."""

    AGREE = "agree"
    REVIEW = "review"
    DIFFER = "differ"
    INDICATIVE = "indicative"
    UNSTATED = "unstated"
    MISSING = "missing"
    CONSISTENT = "consistent"
    REMAINDER = "remainder"
    INCONSISTENT = "inconsistent"
    ACCEPTED = "accepted"

    @property
    def label(self) -> Text:
        """The verdict in words."""
        return message(f"verdict.{self.value}")


@dataclass(frozen=True, slots=True)
class Cause:
    """A tested explanation of a difference.  ``certain`` is false for a possible one."""

    code: str
    text: Text
    certain: bool = False


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A tolerance in m², with the formula it came from, filled in, and its source."""

    value_m2: float
    basis: str
    formula: Text


@dataclass(frozen=True, slots=True)
class Check:
    """One check and its answer.

    ``stated`` is as printed; ``interval``, ``computed``, ``computed_interval`` and ``difference``
    (computed less stated) are in ``unit``; what does not apply is ``None``.
    """

    rule: str
    kind: str
    title: Text
    verdict: Verdict
    subject: str
    quantity: Text
    figures: tuple[str, ...]
    place: str
    because: Text
    formula: Text
    features: tuple[str, ...] = ()
    stated: str | None = None
    stated_text: str | None = None
    unit: str | None = None
    interval: Interval | None = None
    computed: Fraction | None = None
    computed_interval: Interval | None = None
    difference: Fraction | None = None
    ellipsoidal_m2: float | None = None
    planar_m2: float | None = None
    difference_m2: float | None = None
    tolerance: Tolerance | None = None
    basis: str | None = None
    cause: Cause | None = None
    note: Text | None = None
    reading: Text | None = None
