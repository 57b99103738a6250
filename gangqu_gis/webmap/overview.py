"""What only the overview shows: the key figures of the plan, and what is open."""

from __future__ import annotations

from collections import Counter
from typing import Any

from gangqu_gis.assessment import Assessment
from gangqu_gis.checks import Verdict
from gangqu_gis.figures import Figure
from gangqu_gis.findings import Finding
from gangqu_gis.webmap import content, entries
from gangqu_gis.webmap.view import View

#: How many of the plan's figures the overview shows at its head.
KEY_FIGURES = 6
#: How many faults of the data the overview lists; it says how many there are.
MOST_FINDINGS = 300

Entry = dict[str, Any]


def key_figure_section(view: View) -> list[Entry]:
    """Return the key figures; nothing where the plan has none."""
    figures = [
        _key_figure(figure, view.assessment, view.lang) for figure in key_figures(view.assessment)
    ]
    return [{"figures": figures}] if figures else []


def open_section(view: View) -> list[Entry]:
    """Return what is open: contradictions within the plan, faults in the data."""
    assessment, lang = view.assessment, view.lang
    open_ = [c for c in assessment.checks if c.verdict is Verdict.INCONSISTENT]
    return [
        {
            "contradictions": [entries.check_entry(check, lang) for check in open_],
            "findings": [_finding(f, lang) for f in assessment.findings[:MOST_FINDINGS]],
            "finding_count": len(assessment.findings),
        }
    ]


def key_figures(assessment: Assessment) -> list[Figure]:
    """Return the figures of the plan period on which most rules rest, in the order of the plan.

    Figures about a single feature stand in its own card and are left out, and of figures that
    state the same quantity of the same subject the first is taken.
    """
    plan = assessment.plan
    period = "-".join(map(str, plan.workspace.plan_period))
    uses = Counter(figure for rule in plan.rules for figure in rule.figures)
    first: dict[tuple[str, str], Figure] = {}
    weight: Counter[str] = Counter()
    for figure in plan.register.figures.values():
        if figure.period == period and figure.subject.feature is None:
            shown = first.setdefault((figure.subject.id, figure.quantity.id), figure)
            weight[shown.id] = max(weight[shown.id], uses[figure.id])
    chosen = {id_ for id_, _ in weight.most_common(KEY_FIGURES)}
    return [figure for figure in first.values() if figure.id in chosen]


def _key_figure(figure: Figure, assessment: Assessment, lang: str) -> Entry:
    disputed = content.disputed(figure, assessment)
    titles = [check.title.render(lang) for check in disputed]
    return {**entries.figure_entry(figure, lang), "disputed": titles}


def _finding(finding: Finding, lang: str) -> Entry:
    return {
        "severity": finding.severity.value,
        "subject": finding.subject,
        "text": finding.text.render(lang),
        "remedy": finding.remedy.render(lang),
        "place": finding.place,
    }
