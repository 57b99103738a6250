"""The evaluation of the plan: targets and years, planned against reported, as of a day.

Formulas, their places in the plan and the assumptions stand in docs/progress.md.
"""

from __future__ import annotations

from datetime import date

from gangqu_gis.assessment import Assessment
from gangqu_gis.counted_once import count_land, renovation_twins
from gangqu_gis.dates import is_moment, read_moment
from gangqu_gis.plan import Plan
from gangqu_gis.progress.contributions import Records, counted
from gangqu_gis.progress.model import Progress, State, TargetProgress
from gangqu_gis.progress.rows import activity_of, project_row, without_project
from gangqu_gis.progress.standing import of_period, of_year
from gangqu_gis.projects import projects_of
from gangqu_gis.targets import Target, Targets, read_targets


def evaluate(
    assessment: Assessment, *, as_of: date | None = None, year: int | None = None
) -> Progress:
    """Return the evaluation as of ``as_of`` (the data date where none is given).

    ``year`` asks for one year of the plan: it is evaluated at its end, or at ``as_of`` where that
    is earlier, and the rows of the other years are left out.
    """
    plan = assessment.plan
    on = as_of or _data_day(plan)
    if year is not None:
        on = min(on, date(year, 12, 31))
    targets = read_targets(plan)
    projects = projects_of(plan, targets)
    land = count_land(plan, targets, projects, assessment.measured)
    records = Records(plan, projects, land, renovation_twins(targets, projects), on)
    first, last = plan.workspace.plan_period
    years = [year] if year is not None else list(range(first, last + 1))
    return Progress(
        as_of=on,
        year=year,
        period=(first, last),
        targets=tuple(_target(t, records, years) for t in targets.targets),
        activity=tuple(
            activity_of(plan, targets, projects, land, year=y, on=on) for y in years
        ),
        projects=tuple(project_row(plan, project, on) for project in projects),
        land=tuple(land),
        without_project=tuple(without_project(plan, targets, projects)),
    )


def _data_day(plan: Plan) -> date:
    """Return the last day that the data date may mean; the plan's last day where it is no date."""
    written = plan.workspace.data_date
    if is_moment(written):
        return read_moment(written).last
    return date(plan.workspace.plan_period[1], 12, 31)


def _target(target: Target, records: Records, years: list[int]) -> TargetProgress:
    found = counted(target, records)
    period = records.plan.workspace.plan_period
    every = range(period[0], period[1] + 1)
    return TargetProgress(
        target=target,
        whole=of_period(target, found.contributions, period, records.on),
        years=tuple(of_year(target, year, found.contributions, records.on) for year in years),
        even_pace=target.accumulates and not all(year in target.yearly for year in every),
        missing=tuple(text for text in found.missing if text),
    )


__all__ = ["Progress", "State", "Targets", "TargetProgress", "evaluate"]
