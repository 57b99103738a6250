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


def rows(view: View) -> list[Entry]:
    """Return every check as a row of the table.

    Of a very large plan, those that only say that nothing is stated are left to the map.
    """
    checks = view.assessment.checks
    if len(checks) > MANY:
        checks = tuple(c for c in checks if c.verdict is not Verdict.UNSTATED)
    ordered = sorted(checks, key=lambda check: ORDER.index(check.verdict))
    return [_row(check, view) for check in ordered]


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
