"""One assessment of a plan: what is wrong in the data, what was measured, what each check says.

Reports and maps are drawn from an assessment and compute nothing themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gangqu_gis.bounds import BoundCheck, check_bounds, findings_of
from gangqu_gis.checks import Check, Verdict
from gangqu_gis.compliance import check_records
from gangqu_gis.evidence import proven_features
from gangqu_gis.findings import Finding, Severity
from gangqu_gis.layers import Feature
from gangqu_gis.plan import Plan
from gangqu_gis.reconcile import Measured, measure_plan, reconcile
from gangqu_gis.rules import AreaRule
from gangqu_gis.topology import Changed, Neighbourhood, check_topology
from gangqu_gis.validity import check_validity, unproven_findings


@dataclass(frozen=True, slots=True)
class Assessment:
    """A plan with its findings, its measured features and its checks."""

    plan: Plan
    findings: tuple[Finding, ...]
    measured: Mapping[str, Measured]
    checks: tuple[Check, ...]
    bounds: tuple[BoundCheck, ...] = ()

    @property
    def verdicts(self) -> dict[Verdict, int]:
        """How many checks gave each verdict; every verdict is listed."""
        counted = Counter(check.verdict for check in self.checks)
        return {verdict: counted[verdict] for verdict in Verdict}

    @property
    def has_errors(self) -> bool:
        """Whether a finding blocks."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def disagrees(self) -> bool:
        """Whether a check says ``differ`` or an unaccepted ``inconsistent``."""
        return any(c.verdict in (Verdict.DIFFER, Verdict.INCONSISTENT) for c in self.checks)

    def of_feature(self, id_: str) -> list[Check]:
        """Return the checks that measure the feature ``id_``."""
        return [check for check in self.checks if id_ in check.features]


def assess(plan: Plan) -> Assessment:
    """Check, measure and reconcile ``plan``; verify its topology and its stated bounds."""
    proven = proven_features(plan.features, plan.history)
    bases = {f.id: f.basis if f.id in proven else "schematic" for f in plan.features}
    measured = measure_plan(plan, proven=proven)
    bounds = check_bounds(plan, bases)
    findings = [
        *check_validity(plan),
        *unproven_findings(plan, proven),
        *check_topology(plan, basis=bases),
        *findings_of(bounds),
        *check_records(plan, measured),
    ]
    checks = reconcile(plan, measured)
    return Assessment(plan, tuple(findings), measured, tuple(checks), tuple(bounds))


def assess_change(
    before: Plan, after: Plan, ids: Collection[str]
) -> tuple[Assessment, Assessment]:
    """Assess two states of a plan in which only ``ids`` differ, around what differs.

    Every finding and check that differs between the whole assessments is in these, and each of
    these is in the whole one.  Left out are findings between other features, and the checks of
    figures against figures.
    """
    changed = Changed.between((before, after), ids)
    return _assess_around(before, changed), _assess_around(after, changed)


def _assess_around(plan: Plan, changed: Changed) -> Assessment:
    named = changed.ids
    linked = _linked_with(plan, named)
    near = Neighbourhood.of(plan, changed)
    seen = _seen_with(plan, near, linked)
    proven = proven_features(seen, plan.history)
    bases = {f.id: f.basis if f.id in proven else "schematic" for f in seen}
    measured = measure_plan(plan, proven=proven, only=linked)
    bounds = check_bounds(plan, bases, only=named)
    findings = [
        *check_validity(plan, only=named),
        *unproven_findings(plan, proven, only=named),
        *check_topology(plan, basis=bases, touching=near),
        *findings_of(bounds),
        *check_records(plan, measured),
    ]
    checks = reconcile(plan, measured, only=named)
    return Assessment(plan, tuple(findings), measured, tuple(checks), tuple(bounds))


def _seen_with(plan: Plan, near: Neighbourhood, linked: frozenset[str]) -> list[Feature]:
    """Return the features whose basis counts: the neighbourhood, lines, parts of totals."""
    kinds = [kind.id for kind in plan.schema.kinds.values() if kind.geometry == "line"]
    lines = (line for kind in kinds for line in plan.of_kind.get(kind, ()))
    return plan.named(linked.union(feature.id for feature in (*near.features, *lines)))


def _linked_with(plan: Plan, ids: frozenset[str]) -> frozenset[str]:
    """Return ``ids`` with what shares an area rule with one of them, and what records name."""
    rules = [rule.features for rule in plan.rules if isinstance(rule, AreaRule)]
    shared = (id_ for features in rules if not ids.isdisjoint(features) for id_ in features)
    layers = [plan.layers[name] for name in plan.layers if plan.schema.holds_records(name)]
    records = (record.properties.values() for layer in layers for record in layer.features)
    named = (value for values in records for value in values if isinstance(value, str))
    return ids.union(shared, named)
