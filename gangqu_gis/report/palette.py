"""Fills of verdicts: blue for what holds, orange for what does not, told apart by colour-blind
readers and in grey print; the word always stands in the cell as well.
"""

from __future__ import annotations

from gangqu_gis.checks import Verdict
from gangqu_gis.findings import Severity

#: Background as RRGGBB; dark text stands on it.
FILLS: dict[Verdict, str] = {
    Verdict.AGREE: "BBD7F0",
    Verdict.REVIEW: "FBEFA9",
    Verdict.DIFFER: "F2A46F",
    Verdict.INDICATIVE: "E3DDEE",
    Verdict.UNSTATED: "EEEEEE",
    Verdict.MISSING: "FBEFA9",
    Verdict.CONSISTENT: "DCEAF7",
    Verdict.REMAINDER: "D5EEF0",
    Verdict.INCONSISTENT: "F2A46F",
    Verdict.ACCEPTED: "D9C9E6",
}
SEVERITY_FILLS: dict[Severity, str] = {
    Severity.ERROR: "F2A46F",
    Severity.WARNING: "FBEFA9",
    Severity.NOTE: "EEEEEE",
}
