"""The gate before an approval: does anything in the named scope block, and what would clear it?

Scope (design, "Gate"): the checks whose measured subjects all lie in the named ids.  Totals that
reach outside are context and do not block.  A scope without a single ``agree`` is never clear.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gangqu_gis.assessment import Assessment
from gangqu_gis.checks import Check, Verdict
from gangqu_gis.errors import UsageError
from gangqu_gis.findings import Finding, Severity
from gangqu_gis.messages import Text, joined, message
from gangqu_gis.units import shortest, unit

#: Verdicts that block in scope, with the message that says what would clear them.
BLOCKING = (
    Verdict.DIFFER,
    Verdict.REVIEW,
    Verdict.MISSING,
    Verdict.INDICATIVE,
    Verdict.INCONSISTENT,
)


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing that stands in the way, and what would clear it."""

    subject: str
    text: Text
    remedy: Text
    check: Check | None = None
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class GateResult:
    """The gate's answer for a scope."""

    scope: tuple[str, ...]
    blockers: tuple[Blocker, ...]
    confirmed: tuple[Check, ...]
    in_scope: tuple[Check, ...]
    context: tuple[Check, ...]
    unconfirmed: tuple[str, ...]
    remarks: tuple[Finding, ...] = ()

    @property
    def clear(self) -> bool:
        """Whether nothing blocks."""
        return not self.blockers


def run_gate(assessment: Assessment, ids: Iterable[str] = ()) -> GateResult:
    """Run the gate for the features ``ids``; for the whole plan when none is named.

    Raises
    ------
    UsageError
        An id is no polygon feature of the plan.
    """
    everything = tuple(f.id for f in assessment.plan.polygons())
    named = tuple(dict.fromkeys(ids))
    unknown = [id_ for id_ in named if id_ not in everything]
    if unknown:
        known = ", ".join(f"{f.id} {f.name()}" for f in assessment.plan.polygons())
        raise UsageError(message("gate.unknown_ids", ids=", ".join(unknown), known=known))
    scope = frozenset(named or everything)
    inside = [c for c in assessment.checks if _in_scope(c, assessment, scope, whole=not named)]
    outside = [c for c in assessment.checks if c not in inside and _touches(c, assessment, scope)]
    blockers = [_of_check(check) for check in inside if check.verdict in BLOCKING]
    blockers += [_of_finding(f) for f in assessment.findings if _blocks(f, scope, whole=not named)]
    confirmed = [check for check in inside if check.verdict is Verdict.AGREE]
    if not confirmed:
        blockers.append(_nothing_confirmed(inside, named))
    certain = {id_ for check in confirmed for id_ in check.features}
    return GateResult(
        scope=named or everything,
        blockers=tuple(blockers),
        confirmed=tuple(confirmed),
        in_scope=tuple(inside),
        context=tuple(outside),
        unconfirmed=tuple(id_ for id_ in (named or everything) if id_ not in certain),
        remarks=tuple(
            f
            for f in assessment.findings
            if f.severity is not Severity.ERROR and not scope.isdisjoint(f.subjects)
        ),
    )


def _subjects(check: Check, assessment: Assessment) -> set[str | None]:
    """Return the features a check speaks of; ``None`` among them for a subject without one."""
    if check.features:
        return set(check.features)
    figures = assessment.plan.register.figures
    return {figures[id_].subject.feature for id_ in check.figures}


def _in_scope(check: Check, assessment: Assessment, scope: frozenset[str], *, whole: bool) -> bool:
    if whole:
        return True
    subjects = _subjects(check, assessment)
    return bool(subjects) and all(id_ in scope for id_ in subjects)


def _touches(check: Check, assessment: Assessment, scope: frozenset[str]) -> bool:
    return bool(_subjects(check, assessment) & scope)


def _blocks(finding: Finding, scope: frozenset[str], *, whole: bool) -> bool:
    concerned = whole or not scope.isdisjoint(finding.subjects)
    return concerned and finding.severity is Severity.ERROR


def _of_check(check: Check) -> Blocker:
    texts = {
        "title": check.title,
        "stated": check.stated_text or "",
        "formula": check.formula,
        "tolerance": check.tolerance.formula if check.tolerance else "",
        "distance": _distance(check),
        "span": _span(check),
        "note": check.note or message("gate.no_note"),
        "rule": check.rule,
        "ids": " ".join(check.features),
    }
    text = message(f"gate.why_{check.verdict.value}", **texts)
    if check.cause is not None:
        text = joined([text, check.cause.text], zh="。", en="; ")
    return Blocker(
        check.subject, text, message(f"gate.clear_{check.verdict.value}", **texts), check
    )


def _distance(check: Check) -> str:
    """Return how far the area lies outside what the figure means, m², with its sign."""
    if check.interval is None or check.computed is None or check.unit is None:
        return ""
    outside = check.interval.distance(check.computed) * unit(check.unit).factor
    return f"{float(outside):+.2f}"


def _span(check: Check) -> str:
    """Return what the figure means, as two ends."""
    if check.interval is None:
        return ""
    ends = (check.interval.low, check.interval.high)
    return "-".join("" if end is None else shortest(end, digits=8) for end in ends)


def _of_finding(finding: Finding) -> Blocker:
    return Blocker(finding.subject, finding.text, finding.remedy, finding=finding)


def _nothing_confirmed(inside: list[Check], named: tuple[str, ...]) -> Blocker:
    unstated = [check for check in inside if check.verdict is Verdict.UNSTATED]
    subject = ", ".join(named) or "*"
    if unstated and len(unstated) == len([c for c in inside if c.features]):
        reasons = "; ".join(dict.fromkeys(check.because.zh for check in unstated))
        english = "; ".join(dict.fromkeys(check.because.en for check in unstated))
        text = message("gate.nothing_stated", reasons=Text(reasons, english))
        return Blocker(subject, text, message("gate.clear_nothing_stated"))
    return Blocker(
        subject, message("gate.nothing_confirmed"), message("gate.clear_nothing_confirmed")
    )
