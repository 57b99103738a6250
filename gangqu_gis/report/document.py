"""The JSON documents: one stable schema for check, reconcile and measure.

A document is ``{"schema", "workspace", "summary", "checks", "findings"}``.  Numbers are unrounded;
what does not apply is null; ``stated`` is the printed text.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from gangqu_gis import __version__
from gangqu_gis.assessment import Assessment
from gangqu_gis.checks import Check, Verdict
from gangqu_gis.crs import label
from gangqu_gis.figures import Register
from gangqu_gis.findings import Finding
from gangqu_gis.gate import GateResult
from gangqu_gis.intervals import Interval
from gangqu_gis.messages import plain
from gangqu_gis.report.model import Report
from gangqu_gis.workspace import Workspace

if TYPE_CHECKING:
    from pyproj import CRS

#: Changes only when a field changes its meaning or goes away.
SCHEMA = "gangqu-gis/report/1"

Record = dict[str, Any]


def assessment_document(assessment: Assessment, *, lang: str, with_checks: bool = True) -> Record:
    """Return the document of an assessment; ``check`` leaves the checks out."""
    plan = assessment.plan
    return {
        "schema": SCHEMA,
        "workspace": workspace_record(plan.workspace, lang),
        "summary": {
            "figures": len(plan.register.figures),
            "rules": len(plan.rules),
            "features": len(plan.drawn),
            "checks": len(assessment.checks) if with_checks else 0,
            "findings": len(assessment.findings),
            "verdicts": {v.value: n for v, n in assessment.verdicts.items()} if with_checks else {},
        },
        "checks": [check_record(c, lang) for c in assessment.checks] if with_checks else [],
        "findings": [finding_record(f, lang) for f in assessment.findings],
    }


def gate_document(assessment: Assessment, result: GateResult, *, lang: str) -> Record:
    """Return the document of a gate: the checks in scope, and what blocks."""
    inside = assessment_document(assessment, lang=lang)
    report = Report(assessment, result)
    inside["summary"] |= {
        "scope": list(result.scope),
        "clear": result.clear,
        "confirmed": [check.rule for check in result.confirmed],
        "unconfirmed": list(result.unconfirmed),
        "blockers": [
            {
                "subject": blocker.subject,
                "message": blocker.text.render(lang),
                "remedy": blocker.remedy.render(lang),
                "rule": blocker.check.rule if blocker.check else None,
                "finding": blocker.finding.rule if blocker.finding else None,
            }
            for blocker in result.blockers
        ],
        "context": [check.rule for check in result.context],
        "checks": len(report.checks),
        "findings": len(report.findings),
        "verdicts": {v.value: n for v, n in report.verdicts.items()},
        "history_head": assessment.plan.history.head,
    }
    inside["checks"] = [check_record(check, lang) for check in report.checks]
    inside["findings"] = [finding_record(finding, lang) for finding in report.findings]
    return inside


def register_document(register: Register, *, lang: str) -> list[Record]:
    """Return every figure of the register with its place."""
    return [
        {
            "id": figure.id,
            "printed": figure.printed,
            "unit": figure.unit_printed,
            "qualifier": figure.qualifier or None,
            "subject": figure.subject.label.render(lang),
            "quantity": figure.quantity.label.render(lang),
            "period": figure.period or None,
            "place": str(figure.place),
            "interval": _ends(figure.interval),
            "where": f"{figure.file}:{figure.line}",
        }
        for figure in register.figures.values()
    ]


def file_check_document(
    source: str,
    layer: str,
    found: Iterable[Finding],
    *,
    crs: CRS | None,
    plane: CRS | None,
    count: int,
    lang: str,
) -> Record:
    """Return the document of a file whose topology was checked on its own, its ``count`` features.

    ``plane`` is the plane it was checked in, where that has a name.
    """
    findings = [finding_record(finding, lang) for finding in found]
    return {
        "schema": SCHEMA,
        "workspace": None,
        "summary": {
            "file": source,
            "layer": layer,
            "crs": crs_name(crs),
            "planar_crs": crs_name(plane),
            "features": count,
            "findings": len(findings),
        },
        "checks": [],
        "findings": findings,
    }


def to_json(document: Record | list[Record]) -> str:
    """Return a document as JSON text, ready to print."""
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)


def workspace_record(workspace: Workspace, lang: str) -> Record:
    """Return what a document says of the workspace."""
    return {
        "title": workspace.title.render(lang),
        "authority": workspace.authority.render(lang),
        "plan_version": workspace.plan_version,
        "data_date": workspace.data_date,
        "planar_crs": workspace.planar_crs,
        "tool_version": __version__,
    }


def check_record(check: Check, lang: str) -> Record:
    """Return one check as the documented record."""
    limit = check.tolerance
    return {
        "rule": check.rule,
        "kind": check.kind,
        "title": check.title.render(lang),
        "subject": check.subject,
        "quantity": check.quantity.render(lang),
        "stated": check.stated,
        "stated_text": check.stated_text,
        "unit": check.unit,
        "figures": list(check.figures),
        "features": list(check.features),
        "interval": _ends(check.interval),
        "computed": _float(check.computed),
        "computed_interval": _ends(check.computed_interval),
        "difference": _float(check.difference),
        "ellipsoidal_m2": check.ellipsoidal_m2,
        "planar_m2": check.planar_m2,
        "difference_m2": check.difference_m2,
        "tolerance_m2": limit.value_m2 if limit else None,
        "tolerance_basis": limit.basis if limit else None,
        "tolerance_formula": limit.formula.render(lang) if limit else None,
        "formula": check.formula.render(lang) or None,
        "verdict": check.verdict.value,
        "cause": check.cause.text.render(lang) if check.cause else None,
        "cause_code": check.cause.code if check.cause else None,
        "basis": check.basis,
        "place": check.place or None,
        "because": check.because.render(lang) or None,
        "note": check.note.render(lang) if check.note else None,
        "reading": check.reading.render(lang) if check.reading else None,
    }


def finding_record(finding: Finding, lang: str) -> Record:
    """Return one finding as the documented record."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "subject": finding.subject,
        "layer": finding.layer,
        "where": finding.place or None,
        "message": finding.text.render(lang),
        "measured": finding.measured,
        "limit": finding.limit,
        "unit": finding.unit,
        "remedy": finding.remedy.render(lang),
    }


def check_record_fields() -> list[str]:
    """Return the names of a check record's fields, in order."""
    nothing = plain("")
    blank = Check("", "", nothing, Verdict.MISSING, "", nothing, (), "", nothing, nothing)
    return list(check_record(blank, "zh"))


def crs_name(crs: CRS | None) -> str | None:
    """Return what a document calls a CRS."""
    return None if crs is None else label(crs)


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _ends(interval: Interval | None) -> list[float | None] | None:
    return None if interval is None else [_float(interval.low), _float(interval.high)]


def present(value: float) -> float | None:
    """Return a number, ``None`` for NaN."""
    return None if math.isnan(value) else float(value)
