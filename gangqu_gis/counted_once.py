"""What is counted once: land that two projects may share, and estates that are renovated.

Nothing is added twice on a guess; what is held back says why and what would settle it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from gangqu_gis.messages import Text, message
from gangqu_gis.parcel_limits import limits_of
from gangqu_gis.plan import Plan
from gangqu_gis.projects import Project
from gangqu_gis.reconcile import Measured
from gangqu_gis.targets import Targets


class Held(StrEnum):
    """Why a project's land is not added."""

    NO_CLASS = "no_class"
    COUNTED_WITH = "counted_with"
    SAME_CONTRACT = "same_contract"
    SAME_PARCEL = "same_parcel"
    MAY_BE_SAME = "may_be_same"


@dataclass(frozen=True, slots=True)
class Land:
    """The land of one project: its class, and why it is not counted where it is not."""

    project: Project
    land_class: str | None
    held: Held | None = None
    other: Project | None = None
    why: Text | None = None


def count_land(
    plan: Plan,
    targets: Targets,
    projects: Sequence[Project],
    measured: Mapping[str, Measured],
) -> list[Land]:
    """Return the land of every project that supplies some, in the order in which it was supplied.

    Of two projects that may hold the same land the earlier is counted.
    """
    supplying = [
        (moment.first, at, project)
        for at, project in enumerate(projects)
        if (moment := project.moment("date_land")) is not None
    ]
    supplying.sort(key=lambda row: row[:2])
    book = _Book(plan, targets, {p.id: p for p in projects}, measured)
    return [book.enter(project) for _, _, project in supplying]


class _Book:
    """The land counted so far."""

    def __init__(
        self,
        plan: Plan,
        targets: Targets,
        projects: Mapping[str, Project],
        measured: Mapping[str, Measured],
    ) -> None:
        self.plan, self.targets, self.projects = plan, targets, projects
        self.measured = measured
        self.counted: list[Project] = []

    def enter(self, project: Project) -> Land:
        """Return what becomes of the land of ``project``."""
        land_class = self._class_of(project)
        held, other = self._held(project, land_class)
        if held is None:
            self.counted.append(project)
            return Land(project, land_class)
        name = Text("?", "?") if other is None else other.label
        if held is Held.NO_CLASS:
            why = message("counted.no_class", name=project.label)
        else:
            why = message(f"counted.{held.value}", name=project.label, other=name)
        return Land(project, land_class, held, other, why)

    def _held(
        self, project: Project, land_class: str | None
    ) -> tuple[Held | None, Project | None]:
        included = project.text("counted_with")
        if included:
            return Held.COUNTED_WITH, self.projects.get(included)
        if land_class is None:
            return Held.NO_CLASS, None
        for other in self.counted:
            if project.text("contract") and project.text("contract") == other.text("contract"):
                return Held.SAME_CONTRACT, other
        for other in self.counted:
            if project.site and project.site == other.site and self._too_much(project):
                return Held.SAME_PARCEL, other
            if self._may_be_same(project, other):
                return Held.MAY_BE_SAME, other
        return None, None

    def _class_of(self, project: Project) -> str | None:
        feature = self.plan.by_id.get(project.site)
        own = None if feature is None else self.targets.class_of_kind(feature.kind)
        return own.id if own is not None else project.text("land_class") or None

    def _too_much(self, project: Project) -> bool:
        """Whether the projects on a parcel would together take more land than it has.

        Without a limit two projects that report the very same area are taken for one.
        """
        there = [p for p in self.counted if p.site == project.site]
        known = limits_of(self.plan, self.targets, self.measured, project.site)
        areas = [p.number("land_m2") or Fraction(0) for p in (*there, project)]
        if known:
            return sum(areas) > min(limit.m2 for limit in known)
        return areas[-1] in areas[:-1]

    def _may_be_same(self, project: Project, other: Project) -> bool:
        """Whether two projects stand on features of different kinds that share land.

        Two different land contracts are two pieces of land, whatever a drawing shows.
        """
        if project.site == other.site:
            return False
        contracts = (project.text("contract"), other.text("contract"))
        if all(contracts) and contracts[0] != contracts[1]:
            return False
        one, two = self.measured.get(project.site), self.measured.get(other.site)
        if one is None or two is None or one.in_plane is None or two.in_plane is None:
            return False
        if one.feature.kind == two.feature.kind:
            return False
        import shapely

        return bool(shapely.area(shapely.intersection(one.in_plane, two.in_plane)) > 0)


def renovation_twins(targets: Targets, projects: Sequence[Project]) -> dict[str, Project]:
    """Return the renovations of an estate that another project renovates too, by project id.

    The one that is completed first is counted (of equals the first in the table); the others are
    returned with it.
    """
    by_site: dict[str, list[Project]] = {}
    for project in projects:
        if project.housing in targets.renovated and project.site:
            by_site.setdefault(project.site, []).append(project)
    twins: dict[str, Project] = {}
    for rows in by_site.values():
        order = sorted(rows, key=_completion)
        twins |= {project.id: order[0] for project in order[1:]}
    return twins


def _completion(project: Project) -> tuple[bool, date]:
    moment = project.moment("date_renovated")
    return (moment is None, date.max if moment is None else moment.first)
