"""The evaluation as a JSON document (progress.schema.json)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from gangqu_gis.intervals import Interval
from gangqu_gis.progress import Progress, TargetProgress
from gangqu_gis.progress.model import Activity, Comparison, ProjectProgress, Standing
from gangqu_gis.report.document import finding_record, workspace_record
from gangqu_gis.report.progress_model import ProgressReport
from gangqu_gis.supply import Supply
from gangqu_gis.units import Unit

#: Changes only when a field changes its meaning or goes away.
SCHEMA = "gangqu-gis/progress/1"

Record = dict[str, Any]


def progress_document(report: ProgressReport, *, lang: str) -> Record:
    """Return the evaluation; values are unrounded, in the unit of each target's figure."""
    progress, supply = report.progress, report.supply
    return {
        "schema": SCHEMA,
        "workspace": workspace_record(report.plan.workspace, lang),
        "notice": report.notice.render(lang),
        "as_of": progress.as_of.isoformat(),
        "year": progress.year,
        "period": list(progress.period),
        "targets": [_target(row, lang) for row in progress.targets],
        "activity": [_activity(year) for year in progress.activity],
        "projects": [_project(row, progress, lang) for row in progress.projects],
        "without_project": [id_ for id_, _ in progress.without_project],
        "supply": None if supply is None else _supply(supply, lang),
        "findings": [finding_record(found, lang) for found in report.findings],
    }


def _target(row: TargetProgress, lang: str) -> Record:
    target, own = row.target, row.unit
    return {
        "id": target.id,
        "number": target.number,
        "label": target.label.render(lang),
        "form": target.form,
        "figure": target.figure.id,
        "stated": target.figure.stated,
        "unit": own.id,
        "place": str(target.figure.place),
        "baseline": None if target.baseline is None else target.baseline.stated,
        **_standing(row.whole, own),
        "expected": _ends(row.whole.expected, own),
        "even_pace": row.even_pace,
        "counted_at": target.at or None,
        "why": target.why.render(lang) or None,
        "assumed": target.assumed,
        "missing": [text.render(lang) for text in row.missing],
        "years": [
            {
                "year": int(standing.period),
                "figure": None if standing.planned is None else standing.planned.id,
                "stated": None if standing.planned is None else standing.planned.stated,
                **_standing(standing, own),
            }
            for standing in row.years
        ],
    }


def _standing(standing: Standing, own: Unit) -> Record:
    return {
        "planned": _ends(standing.planned_interval, own),
        "reported": _number(standing.reported, own),
        "share": None if standing.share is None else float(standing.share),
        "state": standing.state.value,
        "remaining": _ends(standing.remaining, own),
        "records": list(standing.records),
    }


def _activity(year: Activity) -> Record:
    def numbers(values: Any) -> Record:
        return {
            stage: None if value is None else float(value) for stage, value in values.items()
        }

    return {
        "year": year.year,
        "land_m2": None if year.land_m2 is None else float(year.land_m2),
        "floor_m2": numbers(year.floor_m2),
        "dwellings": numbers(year.dwellings),
        "sold_m2": _plain(year.sold_m2.total),
        "sold_dwellings": _plain(year.sold_dwellings.total),
        "months_missing": list(year.sold_m2.missing),
    }


def _project(row: ProjectProgress, progress: Progress, lang: str) -> Record:
    land = next((part for part in progress.land if part.project.id == row.project.id), None)
    return {
        "id": row.project.id,
        "name": row.project.label.render(lang),
        "housing": row.project.housing,
        "site": row.project.site or None,
        "stage": row.stage or None,
        "dates": {field: written for field, _, written in row.dates},
        "land_class": None if land is None else land.land_class,
        "land_held": None if land is None or land.held is None else land.held.value,
        "land_why": None if land is None or land.why is None else land.why.render(lang),
        "comparisons": [_comparison(found) for found in row.comparisons],
    }


def _comparison(found: Comparison) -> Record:
    value = found.reported
    return {
        "field": found.field,
        "figures": [figure.id for figure in found.figures],
        "stated": [figure.stated for figure in found.figures],
        "reported": float(value) if isinstance(value, Fraction) else value,
        "state": found.state.value,
    }


def _supply(supply: Supply, lang: str) -> Record:
    return {
        "year": supply.year,
        "years_left": supply.years_left,
        "running_year": supply.running,
        "rule": None if supply.rule is None else supply.rule.text.render(lang),
        "factor": None if supply.factor is None else float(supply.factor),
        "months_of_stock": [
            {
                "measure": stock.measure,
                "until": stock.until,
                "unsold": _plain(stock.unsold),
                "sold_12_months": _plain(stock.sold),
                "months": _plain(stock.months),
                "missing": list(stock.missing),
                "why": None if stock.why is None else stock.why.render(lang),
            }
            for stock in supply.stock
        ],
        "rolling": [
            {"year": year.year, "planned": {id_: f.id for id_, f in year.planned.items()}}
            for year in supply.rolling
        ],
        "targets": [
            {
                "id": row.target.id,
                "unit": row.target.figure.unit.id,
                "remaining": _ends(row.remaining, row.target.figure.unit),
                "mean": _ends(row.mean, row.target.figure.unit),
                "planned": None if row.planned is None else row.planned.id,
                "proposal": _ends(row.proposal, row.target.figure.unit),
            }
            for row in supply.rows
        ],
    }


def _ends(interval: Interval | None, own: Unit) -> list[float | None] | None:
    if interval is None:
        return None
    return [_number(interval.low, own), _number(interval.high, own)]


def _number(value: Fraction | None, own: Unit) -> float | None:
    return None if value is None else float(value / own.factor)


def _plain(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
