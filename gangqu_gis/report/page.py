"""The reconciliation as one printable HTML file, with no script and no link to anything."""

from __future__ import annotations

from typing import Any

from gangqu_gis.checks import Check, Verdict
from gangqu_gis.findings import Finding, Severity
from gangqu_gis.gate import Blocker
from gangqu_gis.messages import Text, message
from gangqu_gis.report import html, wording
from gangqu_gis.report.characters import legal
from gangqu_gis.report.model import Report, conventions, counts, gate_answer, title_rows
from gangqu_gis.report.sketch import HEIGHT, WIDTH, Atlas

#: Verdicts whose subjects are drawn.
DRAWN = (Verdict.DIFFER, Verdict.REVIEW, Verdict.INDICATIVE, Verdict.MISSING)

#: What the template says of its own.
WORDS = (
    "basis.schematic",
    "report.areas",
    "report.basis",
    "report.blockers",
    "report.confirmed",
    "report.consistent",
    "report.context",
    "report.contradictions",
    "report.difference",
    "report.ellipsoidal_ha",
    "report.ellipsoidal_m2",
    "report.findings",
    "report.formula",
    "report.place",
    "report.planar_ha",
    "report.remainder",
    "report.remainders",
    "report.stated",
    "report.subject",
    "report.tolerance_m2",
    "report.verdict",
    "sheet.because",
    "sheet.cause",
    "sheet.checked_by",
    "sheet.col_check",
    "sheet.col_message",
    "sheet.col_remedy",
    "sheet.col_severity",
    "sheet.col_where",
    "sheet.date",
    "sheet.granted_by",
    "sheet.legend_fault",
    "sheet.legend_line",
    "sheet.legend_near",
    "sheet.legend_schematic",
    "sheet.legend_subject",
    "sheet.made_by",
    "sheet.maps",
    "sheet.maps_are",
    "sheet.no_shape",
    "sheet.north",
    "sheet.note",
    "sheet.nothing",
    "sheet.place",
    "sheet.tolerance",
)

Entry = dict[str, Any]


def render_page(report: Report, *, lang: str) -> str:
    """Return ``report`` as one HTML file in ``lang`` ("zh" or "en"); the same report, the same
    text.
    """
    return _Page(report, lang).render()


class _Page:
    """One report in one language, as the template needs it."""

    def __init__(self, report: Report, lang: str) -> None:
        self.report, self.lang = report, lang
        self.workspace = report.assessment.plan.workspace

    def render(self) -> str:
        """Fill the template."""
        content = {
            "words": {key: self._say(message(key)) for key in WORDS},
            "rows": [(self._say(a), self._say(b)) for a, b in title_rows(self.report)],
            "counts": self._say(counts(self.report)),
            "verdicts": [(v.value, self._say(v.label), n) for v, n in self.report.verdicts.items()],
            "conventions": self._say(conventions(self.report)),
            "gate": self._gate(),
            "contradictions": [self._check(c) for c in self.report.contradictions],
            "areas": [self._check(c) for c in self.report.areas],
            "remainders": [self._check(c) for c in self.report.remainders],
            "consistent": [self._check(c) for c in self.report.consistent],
            "findings": [html.finding_entry(f, self.lang) for f in self.report.findings],
            "figures": self._figures(),
            "width": WIDTH,
            "height": HEIGHT,
        }
        title = self.report.title
        return html.render("page.jinja", self.workspace, title, lang=self.lang, content=content)

    def _say(self, text: Text | None) -> str:
        return "" if text is None else legal(text.render(self.lang))

    def _labelled(self, label: Text, text: str) -> str:
        return self._say(message("report.labelled", label=label, text=text))

    def _stated_and_formula(self, check: Check) -> str:
        told = message(
            "report.stated_and_formula", stated=check.stated_text, formula=check.formula
        )
        return self._say(told)

    def _check(self, check: Check) -> Entry:
        limit = check.tolerance
        return {
            "rule": legal(check.rule),
            "title": self._say(check.title),
            "verdict": check.verdict.value,
            "label": self._say(check.verdict.label),
            "stated": legal(check.stated or ""),
            "stated_text": legal(check.stated_text or ""),
            "formula": self._say(check.formula),
            "stated_and_formula": self._stated_and_formula(check),
            "ellipsoidal": check.ellipsoidal_m2,
            "ellipsoidal_m2": wording.square_metres(check.ellipsoidal_m2),
            "ellipsoidal_ha": wording.hectares(check.ellipsoidal_m2),
            "planar": check.planar_m2,
            "planar_ha": wording.hectares(check.planar_m2),
            "difference": wording.difference_with_unit(check, self.lang),
            "difference_line": self._say(wording.difference_line(check)),
            "last": legal(wording.last_cell(check, self.lang)),
            "tolerance": limit.value_m2 if limit else None,
            "tolerance_m2": wording.square_metres(limit.value_m2) if limit else "",
            "tolerance_formula": self._say(limit.formula) if limit else "",
            "basis": self._say(wording.basis_label(check)),
            "cause": self._say(check.cause.text if check.cause else None),
            "note": self._say(check.note),
            "reading": self._say(check.reading),
            "because": self._say(check.because),
            "stated_line": self._say(
                message("report.stated_at", stated=check.stated_text, place=check.place)
            ),
            "computed_line": self._say(message("report.computed_as", formula=check.formula)),
            "because_line": self._say(message("report.because", because=check.because)),
            "place": legal(check.place),
        }

    def _gate(self) -> Entry | None:
        gate = self.report.gate
        if gate is None:
            return None
        unconfirmed = message("report.unconfirmed", ids=" ".join(gate.unconfirmed))
        return {
            "is_clear": gate.clear,
            "answer": self._say(gate_answer(gate)),
            "scope_line": self._labelled(message("sheet.scope"), " ".join(gate.scope)),
            "blockers": [self._blocker(blocker) for blocker in gate.blockers],
            "confirmed": [self._check(check) for check in gate.confirmed],
            "unconfirmed_line": self._say(unconfirmed) if gate.unconfirmed else "",
            "context": [self._check(check) for check in gate.context],
        }

    def _blocker(self, blocker: Blocker) -> Entry:
        check, finding = blocker.check, blocker.finding
        rule = check.rule if check else finding.rule if finding else ""
        place = check.place if check else finding.place if finding else ""
        return {
            "text": self._say(blocker.text),
            "remedy": self._say(blocker.remedy),
            "rule": legal(rule),
            "place": self._say(message("report.in_brackets", text=place)) if place else "",
        }

    def _figures(self) -> list[Entry]:
        """Return the small maps, one for each set of features, with what is said of them."""
        groups: dict[tuple[str, ...], tuple[list[Check], list[Finding]]] = {}
        for check in self.report.areas:
            if check.verdict in DRAWN and check.features:
                groups.setdefault(check.features, ([], []))[0].append(check)
        known = self.report.assessment.plan.by_id
        for finding in self.report.findings:
            if finding.severity is Severity.ERROR and finding.subject in known:
                alone = (finding.subject,)
                ids = alone if alone in groups else finding.subjects
                groups.setdefault(ids, ([], []))[1].append(finding)
        atlas = Atlas(self.report, self.lang) if groups else None
        figures = []
        for number, (ids, (checks, findings)) in enumerate(groups.items(), 1):
            assert atlas is not None
            figures.append(
                {
                    "title": self._say(message("sheet.figure", number=number)),
                    "ids": legal(" ".join(ids)),
                    "sketch": atlas.sketch(ids),
                    "checks": [self._check(check) for check in checks],
                    "findings": [html.finding_entry(finding, self.lang) for finding in findings],
                }
            )
        return figures
