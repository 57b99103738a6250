"""Whether what is reported can be: projects, the market table and the yearly reports.

Each fault is a finding at the line of its record; a schematic parcel limits no land.
"""

from __future__ import annotations

from collections.abc import Mapping

from gangqu_gis.compliance.projects import PROJECT_CHECKS
from gangqu_gis.compliance.sharing import land_twice, land_within_parcel, renovation_twice
from gangqu_gis.compliance.tables import indicator_faults, market_faults
from gangqu_gis.findings import Finding
from gangqu_gis.plan import Plan
from gangqu_gis.projects import projects_of
from gangqu_gis.reconcile import Measured
from gangqu_gis.targets import read_targets


def check_records(plan: Plan, measured: Mapping[str, Measured]) -> list[Finding]:
    """Return the faults of the projects, the market table and the yearly reports, in that order.

    A workspace without data/plan/progress.toml evaluates nothing and has none.
    """
    targets = read_targets(plan)
    if not targets:
        return []
    projects = projects_of(plan, targets)
    found: list[Finding] = []
    for project in projects:
        for check in PROJECT_CHECKS:
            found += check(plan, targets, project)
        found += land_within_parcel(plan, targets, project, measured)
    found += land_twice(plan, targets, projects, measured)
    found += renovation_twice(targets, projects)
    return [*found, *market_faults(plan), *indicator_faults(plan, targets)]


__all__ = ["check_records"]
