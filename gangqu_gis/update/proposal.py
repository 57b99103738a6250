"""A change set that has been prepared and checked, and not yet made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gangqu_gis.assessment import Assessment, assess_change
from gangqu_gis.changes import apply
from gangqu_gis.checks import Check, Verdict
from gangqu_gis.findings import Finding, Severity
from gangqu_gis.formats.vector import Note
from gangqu_gis.history import UPDATE, Change, Entry, History
from gangqu_gis.layers import Feature, Layer, feature_of
from gangqu_gis.plan import Plan
from gangqu_gis.records import Record, id_of
from gangqu_gis.update.draft import Outcome
from gangqu_gis.update.provenance import Provenance

#: Verdicts that confirm something.
_PASSING = (Verdict.AGREE, Verdict.CONSISTENT, Verdict.ACCEPTED)
#: Verdicts that say that something is wrong.
_FAILING = (Verdict.DIFFER, Verdict.REVIEW, Verdict.INCONSISTENT, Verdict.MISSING)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One change set on one layer, with the plan before and after it.

    ``layer_hash`` is that of the layer's file when the proposal was made; ``present`` is the
    layer that the changes are made to (of a foreign edit: as the history left it).  ``notes`` are
    those of reading the source files, ``noticed`` what was seen in preparing, by file.
    """

    plan: Plan
    layer: str
    changes: tuple[Change, ...]
    layer_hash: str
    before: Assessment
    after: Assessment
    action: str = UPDATE
    outcomes: tuple[Outcome, ...] = ()
    notes: tuple[tuple[str, Note], ...] = ()
    noticed: tuple[tuple[str, Note], ...] = ()
    unread: tuple[str, ...] = ()
    sources: tuple[Mapping[str, Any], ...] = ()
    provenance: Provenance | None = None
    undoes: int | None = None

    @property
    def present(self) -> tuple[Feature, ...]:
        """The features that the changes are made to."""
        return self.before.plan.layers[self.layer].features

    @property
    def features(self) -> tuple[Feature, ...]:
        """The layer as it would be."""
        return self.after.plan.layers[self.layer].features

    @property
    def new_findings(self) -> list[Finding]:
        """Findings that the change would bring, or make worse."""
        return _without(self.after.findings, self.before.findings)

    @property
    def resolved_findings(self) -> list[Finding]:
        """Findings that the change would settle."""
        return _without(self.before.findings, self.after.findings)

    @property
    def blocked(self) -> bool:
        """Whether a new finding is an error."""
        return any(finding.severity is Severity.ERROR for finding in self.new_findings)

    def moved_verdicts(self) -> list[tuple[Check, Check]]:
        """Return the checks whose verdict would change, as (before, after)."""
        before = {check.rule: check for check in self.before.checks}
        return [
            (before[check.rule], check)
            for check in self.after.checks
            if check.rule in before and before[check.rule].verdict is not check.verdict
        ]

    def newly_passing(self) -> list[tuple[Check, Check]]:
        """Return the checks that would come to confirm something."""
        return [pair for pair in self.moved_verdicts() if pair[1].verdict in _PASSING]

    def newly_failing(self) -> list[tuple[Check, Check]]:
        """Return the checks that would come to say that something is wrong."""
        return [pair for pair in self.moved_verdicts() if pair[1].verdict in _FAILING]


def with_assessments(
    plan: Plan,
    layer: str,
    changes: Sequence[Change],
    *,
    present: Plan | None = None,
    provenance: Provenance | None = None,
    action: str = UPDATE,
    undoes: int | None = None,
) -> Proposal:
    """Return the proposal of ``changes``, with what they would do to every check.

    ``present`` is the plan that the changes are made to, where that is not ``plan``.
    """
    base = present or plan
    after = plan_after(base, layer, changes, provenance=provenance, action=action, undoes=undoes)
    states = assess_change(base, after, {change.id for change in changes})
    return Proposal(
        plan=plan,
        layer=layer,
        changes=tuple(changes),
        layer_hash=plan.layers[layer].sha256,
        before=states[0],
        after=states[1],
        action=action,
        provenance=provenance,
        undoes=undoes,
    )


def plan_after(
    plan: Plan,
    layer: str,
    changes: Sequence[Change],
    *,
    provenance: Provenance | None,
    action: str,
    undoes: int | None,
) -> Plan:
    """Return the plan as it would be: the layer changed, the change set in the history."""
    own = plan.layers[layer]
    origins = {change.id: change.origin or {} for change in changes}

    def of(record: Record) -> Feature:
        # A finding on what is brought in points to where it comes from.
        origin = origins.get(id_of(record), {})
        file, line = origin.get("file", own.file), origin.get("line") or 0
        return replace(feature_of(record, layer), file=file, line=line)

    features = apply(own.features, changes, id_of=lambda f: f.id, of=of)
    changed = Layer(layer, own.file, tuple(features))
    record = provenance.as_record() if provenance else None
    entry = Entry(
        number=len(plan.history.entries) + 1,
        time="",
        by="",
        reason="",
        layer=layer,
        changes=tuple(changes),
        provenance=record,
        sources=(),
        hash=plan.history.head,
        action=action,
        undoes=undoes,
    )
    history = History((*plan.history.entries, entry))
    return replace(plan, layers={**plan.layers, layer: changed}, history=history)


def _without(found: Sequence[Finding], known: Sequence[Finding]) -> list[Finding]:
    """Return the findings of ``found`` that ``known`` does not hold with the same severity."""
    keys = {(f.rule, f.severity, f.subjects) for f in known}
    return [f for f in found if (f.rule, f.severity, f.subjects) not in keys]
