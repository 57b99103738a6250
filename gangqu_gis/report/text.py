"""Reports for the terminal: tables whose columns line up with Chinese in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text as Rich

from gangqu_gis.assessment import Assessment
from gangqu_gis.checks import Check, Verdict
from gangqu_gis.figures import Register
from gangqu_gis.findings import Finding
from gangqu_gis.gate import GateResult
from gangqu_gis.messages import message
from gangqu_gis.report import model
from gangqu_gis.report.printer import Printer, indented
from gangqu_gis.report.wording import (
    area_notes,
    basis_label,
    difference_line,
    difference_with_unit,
    fixed,
    hectares,
    last_cell,
)


def reconciliation(assessment: Assessment, lang: str) -> RenderableType:
    """Return the reconciliation report."""
    p = Printer(lang)
    report = model.Report(assessment)
    faults, areas = report.contradictions, report.areas
    rest, fine = report.remainders, report.consistent
    parts: list[RenderableType] = [_head(p, assessment)]
    parts += _section(p, "report.contradictions", len(faults), _details(p, faults))
    parts += _section(p, "report.areas", len(areas), _areas(p, areas))
    parts += _section(p, "report.remainders", len(rest), _relations(p, rest, "report.remainder"))
    parts += _section(p, "report.consistent", len(fine), _relations(p, fine, "report.difference"))
    if assessment.findings:
        found = findings(assessment.findings, lang)
        parts += _section(p, "report.findings", len(assessment.findings), found)
    parts.append(_conventions(p, report))
    parts.append(summary(assessment, lang))
    return Group(*parts)


def gate(result: GateResult, lang: str) -> RenderableType:
    """Return the gate's answer: what blocks and what would clear it, then the context."""
    p = Printer(lang)
    scope = " ".join(result.scope)
    if len(result.scope) > 12:
        scope = p.say("report.gate_everything", count=len(result.scope))
    key, style = (
        ("report.gate_clear", "bold green") if result.clear else ("report.gate_blocked", "bold red")
    )
    parts: list[RenderableType] = [Rich(p.say(key, scope=scope), style=style)]
    blocked: list[RenderableType] = []
    for number, blocker in enumerate(result.blockers, 1):
        blocked.append(Rich(f"{number}. {blocker.text.render(lang)}"))
        blocked.append(indented("→ " + blocker.remedy.render(lang)))
    parts += _section(p, "report.blockers", len(result.blockers), Group(*blocked))
    if result.remarks:
        remarks = findings(result.remarks, lang)
        parts += _section(p, "report.remarks", len(result.remarks), remarks)
    parts += _section(p, "report.confirmed", len(result.confirmed), _confirmed(p, result.confirmed))
    if result.clear and result.unconfirmed:
        parts.append(
            Rich(p.say("report.unconfirmed", ids=" ".join(result.unconfirmed)), style="yellow")
        )
    parts += _section(p, "report.context", len(result.context), _verdict_list(p, result.context))
    return Group(*parts)


def _confirmed(p: Printer, checks: Iterable[Check]) -> RenderableType:
    rows: list[RenderableType] = []
    for check in checks:
        told = message(
            "report.stated_and_formula", stated=check.stated_text, formula=check.formula
        )
        rows.append(Rich(p.say("report.labelled", label=check.title, text=told)))
        if check.tolerance is not None:
            rows.append(indented(check.tolerance.formula.render(p.lang)))
    return Group(*rows)


def _verdict_list(p: Printer, checks: Iterable[Check]) -> RenderableType:
    return Group(
        *(p.verdict(c.verdict).append(f"  {c.title.render(p.lang)}  [{c.rule}]") for c in checks)
    )


def findings(found: Iterable[Finding], lang: str) -> RenderableType:
    """Return findings, one block each: where, what, and the remedy."""
    rows: list[RenderableType] = []
    for finding in found:
        place = f"{finding.place}  " if finding.place else ""
        rows.append(Rich(f"{place}{finding.text.render(lang)}"))
        rows.append(
            Rich(f"    → {finding.remedy.render(lang)}  [{finding.rule}]", style="bright_black")
        )
    return Group(*rows)


def summary(assessment: Assessment, lang: str) -> RenderableType:
    """Return the counts: figures, rules, features, and checks by verdict."""
    p = Printer(lang)
    plan = assessment.plan
    line = p.say(
        "report.summary",
        figures=len(plan.register.figures),
        rules=len(plan.rules),
        features=len(plan.drawn),
        checks=len(assessment.checks),
        findings=len(assessment.findings),
    )
    counted = Rich()
    for verdict, number in assessment.verdicts.items():
        if number:
            counted.append_text(p.verdict(verdict)).append(f" {number}   ")
    return Group(Rich(line, style="bold"), counted)


def contradictions(assessment: Assessment, lang: str) -> RenderableType:
    """Return the contradictions of the plan, with formula, cause and place."""
    p = Printer(lang)
    found = [c for c in assessment.checks if c.verdict is Verdict.INCONSISTENT]
    return Group(*_section(p, "report.contradictions", len(found), _details(p, found)))


def register(figures: Register, lang: str) -> RenderableType:
    """Return the register as a table."""
    p = Printer(lang)
    table = p.table(
        "report.figure", "report.stated", "report.subject", "report.quantity", "report.place"
    )
    for figure in figures.figures.values():
        table.add_row(
            Rich(figure.id),
            Rich(figure.stated),
            Rich(figure.subject.label.render(lang)),
            Rich(" ".join((figure.period, figure.quantity.label.render(lang))).strip()),
            Rich(str(figure.place)),
        )
    return table


def _head(p: Printer, assessment: Assessment) -> RenderableType:
    workspace = assessment.plan.workspace
    title = Rich(workspace.title.render(p.lang), style="bold")
    line = p.say(
        "report.head",
        version=workspace.plan_version,
        date=workspace.data_date,
        crs=workspace.planar_crs,
    )
    return Group(title, Rich(line))


def _section(p: Printer, key: str, count: int, body: RenderableType) -> list[RenderableType]:
    heading = Rich(f"\n{p.say(key)} ({count})", style="bold underline")
    return [heading, Padding(body, (0, 0, 0, 2))] if count else [heading]


def _details(p: Printer, checks: list[Check]) -> RenderableType:
    rows: list[RenderableType] = []
    for check in checks:
        line = p.verdict(check.verdict)
        line.append(f"  {check.title.render(p.lang)}  ", style="bold")
        line.append(f"[{check.rule}]", style="bright_black")
        rows.append(line)
        rows.append(
            indented(p.say("report.stated_at", stated=check.stated_text, place=check.place))
        )
        rows.append(indented(p.say("report.computed_as", formula=check.formula)))
        difference = difference_line(check)
        if difference is not None:
            rows.append(indented(difference.render(p.lang)))
        if check.cause is not None:
            rows.append(indented(check.cause.text.render(p.lang)))
        if check.reading is not None:
            rows.append(indented(check.reading.render(p.lang)))
        if check.note is not None:
            rows.append(indented(check.note.render(p.lang)))
        rows.append(indented(p.say("report.because", because=check.because)))
    return Group(*rows)


def _areas(p: Printer, checks: list[Check]) -> RenderableType:
    table = p.table(
        "report.subject",
        "report.stated",
        "report.ellipsoidal_ha",
        "report.planar_ha",
        "report.difference",
        "report.tolerance_m2",
        "report.basis",
        "report.verdict",
        right=(1, 2, 3, 4, 5),
    )
    listed, others = most_pressing(checks)
    for check in listed:
        table.add_row(
            Rich(check.title.render(p.lang)),
            Rich(check.stated_text or ""),
            hectares(check.ellipsoidal_m2),
            hectares(check.planar_m2),
            Rich(difference_with_unit(check, p.lang)),
            fixed(check.tolerance.value_m2, 2) if check.tolerance else "",
            Rich(basis_label(check).render(p.lang)),
            p.verdict(check.verdict),
        )
    reasons = [
        Rich(f"· {p.say('report.labelled', label=check.title, text=line)}")
        for check in listed
        for line in _reasons(check, p.lang)
    ]
    notes = [Rich(f"· {note}", style="bright_black") for note in area_notes(checks, p.lang)]
    if others:
        words = ", ".join(f"{v.label.render(p.lang)} {number}" for v, number in others.items())
        notes.append(Rich(p.say("report.not_listed", counts=words), style="bold"))
    return Group(table, *reasons, *notes)


#: Rows of the area table on a terminal.  A city has more than anybody reads there.
MOST_LISTED = 1000


def most_pressing(checks: Sequence[Check]) -> tuple[list[Check], Counter[Verdict]]:
    """Return the checks to list, in their order, and how many others there are of each verdict.

    Of more than :data:`MOST_LISTED`, those without a stated area give way first, then those that
    agree, then those that are only indicative.
    """
    yielding = (Verdict.UNSTATED, Verdict.AGREE, Verdict.INDICATIVE)
    rank = {verdict: len(yielding) - at for at, verdict in enumerate(yielding)}
    order = sorted(range(len(checks)), key=lambda at: rank.get(checks[at].verdict, 0))
    listed = sorted(order[:MOST_LISTED])
    others = Counter(checks[at].verdict for at in order[MOST_LISTED:])
    return [checks[at] for at in listed], others


def _reasons(check: Check, lang: str) -> list[str]:
    """Return the tolerance with its formula, and the cause of a difference."""
    lines = [] if check.tolerance is None else [check.tolerance.formula.render(lang)]
    return lines if check.cause is None else [*lines, check.cause.text.render(lang)]


def _relations(p: Printer, checks: list[Check], last: str) -> RenderableType:
    table = p.table("report.rule", "report.stated", "report.formula", last, right=(1, 3))
    for check in checks:
        table.add_row(
            Rich(check.title.render(p.lang)),
            Rich(check.stated_text or ""),
            Rich(check.formula.render(p.lang)),
            Rich(last_cell(check, p.lang)),
        )
    return table


def _conventions(p: Printer, report: model.Report) -> RenderableType:
    return Rich("\n" + model.conventions(report).render(p.lang) + "\n", style="bright_black")
