"""The shipped plan with reports that a test makes up, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from cases import ROOT

from gangqu_gis.assessment import Assessment, assess
from gangqu_gis.compliance import check_records
from gangqu_gis.findings import Finding
from gangqu_gis.layers import Feature, Layer
from gangqu_gis.plan import Plan, load_plan
from gangqu_gis.progress import Progress, evaluate
from gangqu_gis.workspace import open_workspace

Row = Mapping[str, Any]


@cache
def shipped() -> Assessment:
    """The assessment of the shipped workspace."""
    return assess(load_plan(open_workspace(ROOT)))


def project(id_: str, housing: str = "商品住房", **fields: Any) -> dict[str, Any]:
    """A row of the project table."""
    return {"id": id_, "kind": "project", "name": f"项目{id_}", "housing": housing, **fields}


def month(name: str, **fields: Any) -> dict[str, Any]:
    """A row of the market table."""
    return {"id": f"market-month-{name}", "kind": "market_month", "month": name, **fields}


def indicator(target: str, year: int, value: float) -> dict[str, Any]:
    """A row of the yearly reports."""
    id_ = f"indicator-report-{target}-{year}".replace("_", "-")
    row = {"id": id_, "kind": "indicator_report", "target": target}
    return {**row, "year": str(year), "value": value}


def plan_with(
    projects: Sequence[Row] = (), market: Sequence[Row] = (), indicators: Sequence[Row] = ()
) -> Plan:
    """The shipped plan with these records and no others."""
    plan = shipped().plan
    layers = dict(plan.layers)
    for name, rows in (("projects", projects), ("market", market), ("indicators", indicators)):
        features = tuple(
            Feature(name, row, None, f"data/{name}.geojson", number + 1, number)
            for number, row in enumerate(rows, 1)
        )
        layers[name] = Layer(name, f"data/{name}.geojson", features)
    return replace(plan, layers=layers)


def assessment_with(*tables: Sequence[Row]) -> Assessment:
    """The shipped assessment with these records; its other findings are none."""
    return replace(shipped(), plan=plan_with(*tables))


def progress_with(
    *tables: Sequence[Row], as_of: str = "2025-12-31", year: int | None = None
) -> Progress:
    """The evaluation of the shipped plan with these records."""
    day = date.fromisoformat(as_of)
    return evaluate(assessment_with(*tables), as_of=day, year=year)


def faults(*tables: Sequence[Row]) -> list[Finding]:
    """What the compliance checks find."""
    assessment = assessment_with(*tables)
    return check_records(assessment.plan, assessment.measured)
