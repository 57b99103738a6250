"""The rows of the reconciliation page: every check, what blocks first, with its places."""

from __future__ import annotations

from collections import Counter
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

#: More checks than this, and the table leaves out some: first those without a stated figure,
#: then those that need a person's attention least.
MANY = 5000

Entry = dict[str, Any]


def row_section(view: View) -> list[Entry]:
    """Return every check as a row of the table; of a very large plan how many are left out."""
    checks = view.assessment.checks
    if not checks:
        return []
    ordered = sorted(checks, key=_attention if len(checks) > MANY else _rank)
    shown, left = ordered[:MANY], ordered[MANY:]
    counts = Counter(check.verdict for check in left)
    return [
        {
            "rows": [_row(check, view) for check in sorted(shown, key=_rank)],
            "total": len(checks),
            "left_out": [{"verdict": v.value, "count": counts[v]} for v in ORDER if counts[v]],
        }
    ]


def _rank(check: Check) -> int:
    return ORDER.index(check.verdict)


def _attention(check: Check) -> tuple[bool, int]:
    return check.verdict is Verdict.UNSTATED, _rank(check)


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
