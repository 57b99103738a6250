"""Projects beside what the plan states for them, and what happened in each year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from gangqu_gis.counted_once import Land
from gangqu_gis.market import months_of, sold_in
from gangqu_gis.messages import Text, message
from gangqu_gis.plan import Plan
from gangqu_gis.progress.model import Activity, Comparison, ProjectProgress, State
from gangqu_gis.projects import STAGES, Project
from gangqu_gis.targets import Targets
from gangqu_gis.units import unit

#: The stages whose floor area and dwellings are told by the year (六（四）: 开工、上市、成交).
ACTIVITY_STAGES = ("date_start", "date_presale", "date_completed")


def project_row(plan: Plan, project: Project, on: date) -> ProjectProgress:
    """Return one project as it stands on the day ``on``."""
    stage = project.stage(on)
    labels = {field.name: field for field in plan.schema.kinds[project.feature.kind].fields}
    reached = message(f"progress.short_{stage}") if stage else message("state.no_report")
    dates = [
        (field, message(f"progress.short_{field}"), moment.written)
        for field in STAGES
        if field in labels and (moment := project.moment(field)) is not None
    ]
    compared = tuple(
        _comparison(project, field, labels[field].label, labels[field].unit, on)
        for field in project.stated
    )
    return ProjectProgress(project, stage, reached, tuple(dates), compared)


def _comparison(
    project: Project, field: str, label: Text, unit_: str | None, on: date
) -> Comparison:
    figures = project.stated[field]
    if field.startswith("date_"):
        return _milestone(project, field, label, on)
    own = None if unit_ is None else unit(unit_)
    value = project.number(field)
    if value is None:
        return Comparison(field, label, own, figures, None, State.NO_REPORT)
    base = value * own.factor if own is not None else value
    distances = [figure.base_interval.distance(base) for figure in figures]
    state = State.ON_PLAN
    if all(distance != 0 for distance in distances):
        state = State.ABOVE if distances[0] > 0 else State.BELOW
    return Comparison(field, label, own, figures, value, state)


def _milestone(project: Project, field: str, label: Text, on: date) -> Comparison:
    """Compare the date of a milestone with the year that the plan gives it."""
    figures, moment = project.stated[field], project.moment(field)
    due = max(int(figure.value) for figure in figures)
    if moment is None:
        late = date(due, 12, 31) < on
        state = State.NO_REPORT if late or on.year >= due else State.NOT_DUE
        return Comparison(field, label, None, figures, None, state)
    if moment.year > due:
        state = State.BEHIND
    else:
        state = State.REACHED if moment.year == due else State.AHEAD
    return Comparison(field, label, None, figures, moment.written, state)


def activity_of(
    plan: Plan,
    targets: Targets,
    projects: Sequence[Project],
    land: Sequence[Land],
    *,
    year: int,
    on: date,
) -> Activity:
    """Return what happened in ``year`` by the day ``on``: land, starts, pre-sales, sales."""
    built = [p for p in projects if p.housing in targets.built]
    counted = [row.project for row in land if row.held is None]
    months = months_of(plan)
    return Activity(
        year=year,
        land_m2=_total(counted, "date_land", "land_m2", year, on),
        floor_m2={s: _total(built, s, "floor_m2", year, on) for s in ACTIVITY_STAGES},
        dwellings={s: _total(built, s, "dwellings", year, on) for s in ACTIVITY_STAGES},
        sold_m2=sold_in(months, year, "sold_m2", on=on),
        sold_dwellings=sold_in(months, year, "sold_dwellings", on=on),
    )


def _total(
    projects: Sequence[Project], stage: str, field: str, year: int, on: date
) -> Fraction | None:
    values = [
        value
        for project in projects
        if (moment := project.moment(stage)) is not None
        and moment.year == year
        and moment.is_over_by(on)
        and (value := project.number(field)) is not None
    ]
    return sum(values, Fraction(0)) if values else None


def without_project(
    plan: Plan, targets: Targets, projects: Sequence[Project]
) -> list[tuple[str, Text]]:
    """Return the parcels of the land supply for which no project is recorded."""
    named = {project.site for project in projects}
    return [
        (f.id, Text(f.name("zh"), f.name("en")))
        for f in plan.polygons()
        if targets.class_of_kind(f.kind) is not None and f.id not in named
    ]
