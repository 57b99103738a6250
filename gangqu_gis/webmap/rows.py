"""The rows of the reconciliation page: every check, what blocks first, with its places."""

from __future__ import annotations

from typing import Any

from gangqu_gis.checks import Check, Verdict
from gangqu_gis.webmap import entries
from gangqu_gis.webmap.view import View

#: From what needs a person's attention to what needs none.
ORDER = (
    Verdict.DIFFER,
    Verdict.INCONSISTENT,
    Verdict.REVIEW,
    Verdict.MISSING,
    Verdict.INDICATIVE,
    Verdict.ACCEPTED,
    Verdict.UNSTATED,
    Verdict.REMAINDER,
    Verdict.AGREE,
    Verdict.CONSISTENT,
)

#: More checks than this, and the table leaves out what has nothing to compare.
MANY = 5000

Entry = dict[str, Any]


def row_section(view: View) -> list[Entry]:
    """Return every check as a row of the table, and how many rows are left out, by verdict.

    Of a very large plan, those that only say that nothing is stated are left to the map: the
    page says how many, and each is told on the card of its feature.
    """
    checks = view.assessment.checks
    if not checks:
        return []
    told = [c for c in checks if c.verdict is not Verdict.UNSTATED]
    shown = told if len(checks) > MANY else checks
    ordered = sorted(shown, key=lambda check: ORDER.index(check.verdict))
    return [
        {
            "rows": [_row(check, view) for check in ordered],
            "total": len(checks),
            "left_out": len(checks) - len(shown),
            "left_out_verdict": Verdict.UNSTATED.value,
        }
    ]


def _row(check: Check, view: View) -> Entry:
    entry = entries.check_entry(check, view.lang)
    why = entry["cause"] or entry["note"]
    reading = view.say(check.reading) if check.reading else ""
    return {**entry, "refs": places(check, view), "why": reading or why}


def places(check: Check, view: View) -> list[str]:
    """Return the polygons a check measures, else those that its figures are about."""
    if check.features:
        return list(check.features)
    figures = view.assessment.plan.register.figures
    subjects = (figures[id_].subject.feature for id_ in check.figures if id_ in figures)
    known = view.assessment.plan.by_id
    return list(dict.fromkeys(ref for ref in subjects if ref is not None and ref in known))
