"""What each record adds to each target: which project, in which year, how much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from gangqu_gis.counted_once import Land
from gangqu_gis.dates import Moment, is_moment, read_moment
from gangqu_gis.layers import Feature
from gangqu_gis.messages import Text, message
from gangqu_gis.plan import Plan
from gangqu_gis.progress.model import Contribution
from gangqu_gis.projects import Project, exact
from gangqu_gis.targets import INDICATOR, PROJECT, Target


@dataclass(frozen=True, slots=True)
class Records:
    """Everything reported, as it counts: projects, their land, the renovations held back."""

    plan: Plan
    projects: Sequence[Project]
    land: Sequence[Land]
    twins: Mapping[str, Project]
    on: date


@dataclass(frozen=True, slots=True)
class Counted:
    """What counts towards a target, and what could not be counted."""

    contributions: tuple[Contribution, ...]
    missing: tuple[Text, ...]


def counted(target: Target, records: Records) -> Counted:
    """Return the contributions to ``target`` by the day of ``records``."""
    if target.indicator:
        return _indicators(target, records)
    chosen: list[Contribution] = []
    missing: list[Text] = []
    for project in _concerned(target, records.projects):
        moment = project.moment(target.at)
        if moment is None or not _is_due(moment, records, project, missing):
            continue
        held = _held_back(target, project, records)
        if held is not None:
            missing.append(held)
            continue
        value = _value(target, project)
        chosen.append(Contribution(project.id, project.label, moment.year, value))
        if value is None:
            missing.append(message("progress.no_number", name=project.label, date=moment.written))
    missing += [*_skipped_stages(target, records), *_without_date(target, records)]
    return Counted(tuple(chosen), tuple(missing))


def _concerned(target: Target, projects: Iterable[Project]) -> Iterator[Project]:
    """Yield the projects of the kinds of housing that ``target`` counts."""
    housing = target.housing | {kind for count in target.counts for kind in count.housing}
    for project in projects:
        if target.form == "land" or project.housing in housing:
            yield project


def _is_due(
    moment: Moment, records: Records, project: Project, missing: list[Text]
) -> bool:
    """Whether a date counts: in the plan period, and surely not after the day."""
    first, last = records.plan.workspace.plan_period
    if not first <= moment.year <= last:
        missing.append(
            message("progress.outside", name=project.label, date=moment.written)
        )
        return False
    if moment.is_over_by(records.on):
        return True
    if moment.first <= records.on:
        missing.append(message("progress.unsure", name=project.label, date=moment.written))
    return False


def _held_back(target: Target, project: Project, records: Records) -> Text | None:
    """Return why a project is not counted here, though its date is due."""
    if target.form == "land":
        own = next((land for land in records.land if land.project.id == project.id), None)
        if own is not None and own.held is not None:
            return own.why
        if own is None or own.land_class not in target.classes:
            return Text("", "")
        return None
    if project.id in records.twins:
        first = records.twins[project.id]
        return message("progress.twin", name=project.label, first=first.label)
    return None


def _value(target: Target, project: Project) -> Fraction | None:
    """Return what a project adds; ``None`` where its number is missing."""
    if target.form == "sites":
        return Fraction(1)
    if target.form == "land":
        return project.number("land_m2")
    total = Fraction(0)
    for count in target.counts:
        if project.housing not in count.housing:
            continue
        number = project.number(count.field)
        if number is None and not count.part:
            return None
        total += count.sign * (number or Fraction(0))
    return total


def _skipped_stages(target: Target, records: Records) -> Iterator[Text]:
    """Say of projects that have passed a later stage than the one that counts, without its date."""
    if target.at != "date_start":
        return
    for project in _concerned(target, records.projects):
        later = [project.moment(field) for field in ("date_presale", "date_completed")]
        if project.moment(target.at) is None and any(m is not None for m in later):
            yield message("progress.no_start", name=project.label)


def _without_date(target: Target, records: Records) -> Iterator[Text]:
    """Name the projects that have not reported the date that counts."""
    rows = [p for p in _concerned(target, records.projects) if p.moment(target.at) is None]
    if target.form == "land":
        rows = [p for p in rows if p.number("land_m2") is not None or "land_m2" in p.stated]
    if rows:
        fields = records.plan.schema.kinds[PROJECT].fields
        label = next(field.label for field in fields if field.name == target.at)
        names = Text("、".join(p.label.zh for p in rows), ", ".join(p.label.en for p in rows))
        yield message("progress.no_date", label=label, names=names)


def _indicators(target: Target, records: Records) -> Counted:
    found: dict[int, Contribution] = {}
    first, last = records.plan.workspace.plan_period
    for feature in records.plan.features:
        year = _year(feature, target, records.on)
        if year is None or not first <= year <= last:
            continue
        value = exact(feature.properties.get("value"))
        label = message("progress.indicator_of", label=target.label, year=year)
        scaled = None if value is None else value * target.figure.unit.factor
        found.setdefault(year, Contribution(feature.id, label, year, scaled))
    over = [year for year in range(first, last + 1) if date(year, 12, 31) <= records.on]
    absent = [str(year) for year in over if year not in found]
    missing = [message("progress.no_year", years="、".join(absent))] if absent else []
    return Counted(tuple(found[year] for year in sorted(found)), tuple(missing))


def _year(feature: Feature, target: Target, on: date) -> int | None:
    """Return the year of a yearly report on ``target`` that is over by ``on``."""
    year = feature.properties.get("year")
    if feature.kind != INDICATOR or feature.properties.get("target") != target.indicator:
        return None
    if not is_moment(year, precision="year"):
        return None
    moment = read_moment(str(year))
    return moment.year if moment.is_over_by(on) else None
