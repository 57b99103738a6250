"""One assessment of a plan: what is wrong in the data, what was measured, what each check says.

Reports and maps are drawn from an assessment and compute nothing themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from gangqu_gis.bounds import BoundCheck, check_bounds, findings_of
from gangqu_gis.checks import Check, Verdict
from gangqu_gis.compliance import check_records
from gangqu_gis.evidence import proven_features
from gangqu_gis.findings import Finding, Severity
from gangqu_gis.plan import Plan
from gangqu_gis.reconcile import Measured, measure_plan, reconcile
from gangqu_gis.topology import check_topology
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
