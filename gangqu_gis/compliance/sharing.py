"""Whether projects fit their parcels, and whether land or an estate is reported twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gangqu_gis.compliance.finding import record_finding
from gangqu_gis.counted_once import Held, count_land, renovation_twins
from gangqu_gis.findings import Finding, Severity
from gangqu_gis.messages import Text, message
from gangqu_gis.parcel_limits import limits_of
from gangqu_gis.plan import Plan
from gangqu_gis.projects import Project
from gangqu_gis.reconcile import Measured
from gangqu_gis.targets import Targets
from gangqu_gis.units import half_up


def land_within_parcel(
    plan: Plan, targets: Targets, project: Project, measured: Mapping[str, Measured]
) -> Iterator[Finding]:
    land = project.number("land_m2")
    for limit in limits_of(plan, targets, measured, project.site) if land is not None else ():
        assert land is not None
        if land > limit.m2:
            text = message(
                "compliance.land_exceeds",
                id=project.id,
                land=half_up(land, 2),
                site=project.site,
                limit=limit.text,
                over=half_up(land - limit.m2, 2),
            )
            yield record_finding(
                "project.land", project.feature, text, "land", measured=land, limit=limit.m2
            )


def land_twice(
    plan: Plan, targets: Targets, projects: Sequence[Project], measured: Mapping[str, Measured]
) -> Iterator[Finding]:
    for land in count_land(plan, targets, projects, measured):
        if land.held in (Held.SAME_CONTRACT, Held.SAME_PARCEL, Held.MAY_BE_SAME):
            assert land.why is not None and land.other is not None
            may_be = land.held is Held.MAY_BE_SAME
            severity = Severity.WARNING if may_be else Severity.ERROR
            text = Text(
                f"{land.project.id}：{land.why.zh}", f"{land.project.id}: {land.why.en}"
            )
            yield record_finding(
                "project.land_twice",
                land.project.feature,
                text,
                "land_twice",
                severity=severity,
                also=(land.other.id,),
            )


def renovation_twice(targets: Targets, projects: Sequence[Project]) -> Iterator[Finding]:
    twins = renovation_twins(targets, projects)
    for project in projects:
        if project.id in twins:
            first = twins[project.id]
            text = message(
                "compliance.renovation_twice", id=project.id, site=project.site, first=first.id
            )
            yield record_finding(
                "project.renovation_twice",
                project.feature,
                text,
                "renovation_twice",
                also=(first.id,),
            )
