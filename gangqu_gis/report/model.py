"""What every report shows: the checks of an assessment, or those in the scope of a gate.

The terminal, JSON, XLSX, HTML and the error layer all draw from a :class:`Report`, so that they
carry the same numbers.  Nothing is computed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gangqu_gis import __version__, crs
from gangqu_gis.assessment import Assessment
from gangqu_gis.chain import NO_RECORD
from gangqu_gis.checks import Check, Verdict
from gangqu_gis.findings import Finding
from gangqu_gis.gate import GateResult
from gangqu_gis.messages import Text, message, plain
from gangqu_gis.workspace import day_of
from gangqu_gis.zones import crs_title

#: Verdicts of relations that are listed first: they contradict, or cannot be judged.
FAULTS = (Verdict.INCONSISTENT, Verdict.ACCEPTED, Verdict.MISSING)


@dataclass(frozen=True)
class Report:
    """An assessment to report, the gate's answer when one was asked, the time when it is told."""

    assessment: Assessment
    gate: GateResult | None = None
    time: str | None = None

    @property
    def title(self) -> Text:
        """What kind of report it is."""
        return message("sheet.title_areas" if self.gate is None else "sheet.title_gate")

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks reported: all, or those in the gate's scope."""
        return self.assessment.checks if self.gate is None else self.gate.in_scope

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings reported: all, or those on the gate's scope and those that block."""
        if self.gate is None:
            return self.assessment.findings
        scope = frozenset(self.gate.scope)
        blocking = {id(blocker.finding) for blocker in self.gate.blockers}
        return tuple(
            finding
            for finding in self.assessment.findings
            if id(finding) in blocking or not scope.isdisjoint(finding.subjects)
        )

    @property
    def areas(self) -> list[Check]:
        """Measured areas against stated figures."""
        return [check for check in self.checks if check.kind == "area"]

    @property
    def contradictions(self) -> list[Check]:
        """Relations between figures that contradict, are accepted, or cannot be judged."""
        return self._relations(*FAULTS)

    @property
    def remainders(self) -> list[Check]:
        """Relations whose parts leave a remainder."""
        return self._relations(Verdict.REMAINDER)

    @property
    def consistent(self) -> list[Check]:
        """Relations that can hold."""
        return self._relations(Verdict.CONSISTENT)

    @property
    def verdicts(self) -> dict[Verdict, int]:
        """How many of the reported checks gave each verdict that occurs."""
        found = [check.verdict for check in self.checks]
        return {verdict: found.count(verdict) for verdict in Verdict if verdict in found}

    def _relations(self, *verdicts: Verdict) -> list[Check]:
        return [c for c in self.checks if c.kind != "area" and c.verdict in verdicts]


def title_rows(report: Report) -> list[tuple[Text, Text]]:
    """Return the title block: label and value of each line."""
    workspace, history = report.assessment.plan.workspace, report.assessment.plan.history
    first, last = workspace.plan_period
    # A preview's entry, not written yet, stands under the hash of the one before it.
    none = history.head == NO_RECORD
    head = message("sheet.no_history") if none else plain(history.head)
    rows = [
        (message("sheet.plan"), workspace.title),
        (message("sheet.authority"), workspace.authority),
        (message("sheet.plan_version"), plain(workspace.plan_version)),
        (message("sheet.plan_period"), plain(f"{first}-{last}")),
        (message("sheet.data_date"), plain(workspace.data_date)),
        (message("sheet.storage_crs"), crs_title(crs.storage())),
        (message("sheet.planar_crs"), crs_title(crs.planar(workspace.planar_crs))),
        (message("sheet.area_kind"), message("sheet.area_kind_text")),
        (message("sheet.tool"), plain(f"gangqu_gis {__version__}")),
        (message("sheet.history_head"), head),
    ]
    if report.gate is not None:
        rows.append((message("sheet.scope"), plain(" ".join(report.gate.scope))))
    if report.time is not None:
        rows.append((message("sheet.time"), plain(report.time)))
    return rows


def gate_answer(gate: GateResult) -> Text:
    """Return the gate's answer in words."""
    if gate.clear:
        return message("sheet.clear")
    return message("sheet.blocked", count=len(gate.blockers))


def data_day(report: Report) -> date:
    """Return the date of the data, which files carry instead of the time of writing."""
    return day_of(report.assessment.plan.workspace)


def conventions(report: Report) -> Text:
    """Return the conventions by which figures are read."""
    percent = report.assessment.plan.workspace.approximate_percent
    return message("report.conventions", percent=percent)


def counts(report: Report) -> Text:
    """Return how many figures, rules, features, checks and findings there are."""
    plan = report.assessment.plan
    return message(
        "report.summary",
        figures=len(plan.register.figures),
        rules=len(plan.rules),
        features=len(plan.drawn),
        checks=len(report.checks),
        findings=len(report.findings),
    )
