"""A fault of a record as a finding: at its line, with its remedy."""

from __future__ import annotations

from fractions import Fraction

from gangqu_gis.findings import Finding, Severity
from gangqu_gis.layers import Feature
from gangqu_gis.messages import Text, message


def record_finding(
    rule: str,
    feature: Feature,
    text: Text,
    remedy: str,
    *,
    severity: Severity = Severity.ERROR,
    measured: Fraction | None = None,
    limit: Fraction | None = None,
    also: tuple[str, ...] = (),
) -> Finding:
    """Return a finding on ``feature``; ``remedy`` names a message ``compliance.do_…``."""
    return Finding(
        rule=rule,
        severity=severity,
        subject=feature.label,
        text=text,
        remedy=message(f"compliance.do_{remedy}"),
        also=also,
        layer=feature.layer,
        file=feature.file,
        line=feature.line or None,
        measured=None if measured is None else float(measured),
        limit=None if limit is None else float(limit),
    )
