"""Whether one project can be what it is reported to be: floor area, dwellings, dates, ratios.

What cannot be checked is not faulted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import combinations

from gangqu_gis.compliance.finding import record_finding
from gangqu_gis.findings import Finding, Severity
from gangqu_gis.messages import Text, message
from gangqu_gis.plan import Plan
from gangqu_gis.projects import STAGES, Project
from gangqu_gis.targets import Targets
from gangqu_gis.units import half_up, shortest

#: How far a date may lie from the plan period, years: beyond that it is a slip of the pen.
_PLAUSIBLE_YEARS = 10


def _floor_within_ratio(plan: Plan, targets: Targets, project: Project) -> Iterator[Finding]:
    """Floor area ≤ plot ratio × land: residential floor area alone, so an upper bound."""
    floor, land = project.number("floor_m2"), project.number("land_m2")
    if floor is None or land is None or project.housing not in targets.built:
        return
    own = project.number("plot_ratio")
    highs = [f.base_interval.high for f in project.stated.get("plot_ratio", ())]
    ratios = [ratio for ratio in (own, *highs) if ratio is not None]
    if ratios and floor > min(ratios) * land:
        most = min(ratios) * land
        text = message(
            "compliance.floor_exceeds",
            id=project.id,
            floor=half_up(floor, 2),
            ratio=shortest(min(ratios)),
            land=half_up(land, 2),
            most=half_up(most, 2),
        )
        yield record_finding(
            "project.floor", project.feature, text, "floor", measured=floor, limit=most
        )


def _mix(plan: Plan, targets: Targets, project: Project) -> Iterator[Finding]:
    """The numbers of dwellings of each size add up, and their area fits into the floor area."""
    pairs = [part.split("×") for part in project.text("mix").split("、") if "×" in part]
    if not pairs:
        return
    count = sum((Fraction(number) for _, number in pairs), Fraction(0))
    dwellings, floor = project.number("dwellings"), project.number("floor_m2")
    if dwellings is not None and count != dwellings:
        text = message("compliance.mix_count", id=project.id, count=count, dwellings=dwellings)
        yield record_finding(
            "project.mix", project.feature, text, "mix", measured=count, limit=dwellings
        )
    least = sum((_least(size) * Fraction(number) for size, number in pairs), Fraction(0))
    if floor is not None and least > floor:
        text = message(
            "compliance.mix_area", id=project.id, area=half_up(least, 2), floor=half_up(floor, 2)
        )
        yield record_finding(
            "project.mix", project.feature, text, "mix", measured=least, limit=floor
        )


def _least(size: str) -> Fraction:
    """Return the least area that rounds to ``size`` as written."""
    return Fraction(size) - Fraction(1, 2 * 10 ** len(size.partition(".")[2]))


def _parts(plan: Plan, targets: Targets, project: Project) -> Iterator[Finding]:
    for part, whole in (("affordable_floor_m2", "floor_m2"), ("affordable_dwellings", "dwellings")):
        own, all_ = project.number(part), project.number(whole)
        if own is not None and all_ is not None and own > all_:
            label = _label(plan, project, part)
            text = message("compliance.part", id=project.id, label=label, part=own, whole=all_)
            yield record_finding(
                "project.part", project.feature, text, "part", measured=own, limit=all_
            )


def _order(plan: Plan, targets: Targets, project: Project) -> Iterator[Finding]:
    for chain in targets.chains:
        for early, late in combinations(chain, 2):
            before, after = project.moment(early), project.moment(late)
            if before is not None and after is not None and before.surely_after(after):
                text = message(
                    "compliance.order",
                    id=project.id,
                    early=_label(plan, project, early),
                    before=before.written,
                    late=_label(plan, project, late),
                    after=after.written,
                )
                yield record_finding("project.order", project.feature, text, "order")


def _years(plan: Plan, targets: Targets, project: Project) -> Iterator[Finding]:
    """Dates far from the plan period are slips; those outside it, or of another year, are told."""
    first, last = plan.workspace.plan_period
    planned = project.moment("plan_year")
    for stage in STAGES:
        moment = project.moment(stage)
        if moment is None:
            continue
        params = {"id": project.id, "label": _label(plan, project, stage), "date": moment.written}
        if not first - _PLAUSIBLE_YEARS <= moment.year <= last + _PLAUSIBLE_YEARS:
            text = message("compliance.year_slip", **params, first=first, last=last)
            yield record_finding("project.year", project.feature, text, "year")
        elif not first <= moment.year <= last:
            text = message("compliance.year_outside", **params, first=first, last=last)
            yield record_finding(
                "project.year", project.feature, text, "year", severity=Severity.WARNING
            )
    supplied = project.moment("date_land") or project.moment("date_renovated")
    if planned is not None and supplied is not None and planned.year != supplied.year:
        text = message(
            "compliance.year_other", id=project.id, planned=planned.year, date=supplied.written
        )
        yield record_finding(
            "project.year", project.feature, text, "year", severity=Severity.WARNING
        )


def _stated(plan: Plan, targets: Targets, project: Project) -> Iterator[Finding]:
    """A ratio that the plan bounds for this site must keep the bound."""
    for field in ("plot_ratio", "green_rate"):
        value = project.number(field)
        for figure in project.stated.get(field, ()) if value is not None else ():
            assert value is not None
            own = value if field == "plot_ratio" else value / 100
            if figure.base_interval.distance(own) != 0:
                label = _label(plan, project, field)
                text = message(
                    "compliance.stated",
                    id=project.id,
                    label=label,
                    value=shortest(value),
                    stated=figure.stated,
                    place=str(figure.place),
                )
                yield record_finding("project.stated", project.feature, text, "stated")


def _site_fits(plan: Plan, targets: Targets, project: Project) -> Iterator[Finding]:
    """A renovation stands on a renovation site of its type."""
    type_ = targets.renovated.get(project.housing)
    site = plan.by_id.get(project.site)
    if type_ is None or site is None:
        return
    own = site.properties.get("renovation_type")
    if own != type_:
        text = message(
            "compliance.renovation_type",
            id=project.id,
            housing=project.housing,
            site=project.site,
            type=str(own or "-"),
        )
        yield record_finding("project.site", project.feature, text, "site")


def _label(plan: Plan, project: Project, field: str) -> Text:
    kind = plan.schema.kinds[project.feature.kind]
    return next(own.label for own in kind.fields if own.name == field)


#: Every check of one project by itself.
PROJECT_CHECKS: tuple[Callable[[Plan, Targets, Project], Iterator[Finding]], ...] = (
    _floor_within_ratio,
    _mix,
    _parts,
    _order,
    _years,
    _stated,
    _site_fits,
)
