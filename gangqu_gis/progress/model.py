"""What an evaluation of the plan says: facts only, exact, in the base unit of each dimension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from gangqu_gis.counted_once import Land
from gangqu_gis.figures import Figure
from gangqu_gis.intervals import Interval
from gangqu_gis.market import Yearly
from gangqu_gis.messages import Text, message
from gangqu_gis.projects import Project
from gangqu_gis.targets import Target
from gangqu_gis.units import Unit


class State(StrEnum):
    """How a report stands to the plan on the day of the evaluation."""

    NO_REPORT = "no_report"
    NOT_DUE = "not_due"
    RUNNING = "running"
    BEHIND = "behind"
    ON_PLAN = "on_plan"
    AHEAD = "ahead"
    REACHED = "reached"
    BELOW = "below"
    ABOVE = "above"

    @property
    def label(self) -> Text:
        """The state in words."""
        return message(f"state.{self.value}")


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one record adds to a target in one year; ``value`` ``None``: the number is missing.

    The value is in the base unit of the target's dimension.
    """

    record: str
    label: Text
    year: int
    value: Fraction | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A target over a period (one year, or all of them): planned, reported, and how it stands.

    ``planned`` is the plan's figure, ``None`` where it gives none; ``reported`` ``None`` is no
    report.  ``expected`` is what should be there by now: from what was due at the end of the last
    whole year to what is due at the end of the running one.  All in base units.
    """

    period: str
    planned: Figure | None
    planned_interval: Interval | None
    reported: Fraction | None
    share: Fraction | None
    expected: Interval | None
    state: State
    remaining: Interval | None
    contributions: tuple[Contribution, ...]

    @property
    def records(self) -> tuple[str, ...]:
        """The records that it is made of."""
        return tuple(c.record for c in self.contributions)


@dataclass(frozen=True, slots=True)
class TargetProgress:
    """One target: its whole period, its years, and what is missing for a better answer.

    ``even_pace``: the plan splits it into no years, so that equal yearly parts are assumed.
    """

    target: Target
    whole: Standing
    years: tuple[Standing, ...]
    even_pace: bool
    missing: tuple[Text, ...]

    @property
    def unit(self) -> Unit:
        """The unit of the target's figure, in which values are shown."""
        return self.target.figure.unit


@dataclass(frozen=True, slots=True)
class Activity:
    """What happened in one year at each stage: land, floor area and dwellings; and what was sold.

    Keys are the date fields; areas in m²; ``None`` is no report.
    """

    year: int
    land_m2: Fraction | None
    floor_m2: Mapping[str, Fraction | None]
    dwellings: Mapping[str, Fraction | None]
    sold_m2: Yearly
    sold_dwellings: Yearly


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field of a project beside what the plan states for it."""

    field: str
    label: Text
    unit: Unit | None
    figures: tuple[Figure, ...]
    reported: Fraction | str | None
    state: State


@dataclass(frozen=True, slots=True)
class ProjectProgress:
    """One project: its latest stage, its dates, and its numbers beside the plan's."""

    project: Project
    stage: str
    stage_label: Text
    dates: tuple[tuple[str, Text, str], ...]
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """The whole evaluation as of a day; ``year`` where one year was asked for."""

    as_of: date
    year: int | None
    period: tuple[int, int]
    targets: tuple[TargetProgress, ...]
    activity: tuple[Activity, ...]
    projects: tuple[ProjectProgress, ...]
    land: tuple[Land, ...]
    without_project: tuple[tuple[str, Text], ...]

    @property
    def whole_years(self) -> int:
        """How many years of the plan period are over."""
        return years_over(self.period, self.as_of)

    @property
    def is_over(self) -> bool:
        """Whether the plan period is over."""
        return self.whole_years == self.period[1] - self.period[0] + 1

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all has been reported."""
        return all(t.whole.reported is None for t in self.targets) and not any(
            p.stage for p in self.projects
        )

    def of(self, target: str) -> TargetProgress:
        """Return the progress of a target by its id."""
        return next(row for row in self.targets if row.target.id == target)


def years_over(period: tuple[int, int], on: date) -> int:
    """Return how many years of ``period`` are over at the end of ``on``."""
    return sum(date(year, 12, 31) <= on for year in range(period[0], period[1] + 1))
