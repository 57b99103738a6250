"""What stands in the sheets of the office workbook: columns and rows, before any formatting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction

from gangqu_gis.checks import Check, Verdict
from gangqu_gis.figures import Register
from gangqu_gis.findings import Finding, Severity
from gangqu_gis.intervals import Interval
from gangqu_gis.messages import Text, message
from gangqu_gis.report.model import Report
from gangqu_gis.report.wording import basis_label, unit_of_difference
from gangqu_gis.units import unit


class Form(Enum):
    """How the cells of a column are written."""

    TEXT = auto()
    PRINTED = auto()
    NUMBER = auto()
    SQUARE_METRES = auto()
    HECTARES = auto()
    METRES = auto()
    DIFFERENCE = auto()
    DIFFERENCE_M2 = auto()
    LABEL = auto()
    HEADING = auto()
    TITLE = auto()
    NOTICE = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the catalogue key of its heading, its width in characters, its form."""

    heading: str
    width: float
    form: Form = Form.TEXT


Cell = str | int | float | Verdict | Severity | None


@dataclass(frozen=True, slots=True)
class Tab:
    """One sheet.  The first ``left`` columns are printed on one page, the others on the next."""

    title: Text
    columns: Sequence[Column]
    rows: list[list[Cell]]
    left: int | None = None


_AREAS = (
    Column("sheet.col_check", 26),
    Column("report.feature", 13),
    Column("sheet.col_stated_text", 15),
    Column("sheet.col_printed", 10, Form.PRINTED),
    Column("sheet.col_unit", 9),
    Column("report.ellipsoidal_m2", 14, Form.SQUARE_METRES),
    Column("report.ellipsoidal_ha", 14, Form.HECTARES),
    Column("report.planar_m2", 14, Form.SQUARE_METRES),
    Column("sheet.col_difference", 12, Form.DIFFERENCE),
    Column("report.difference_m2", 13, Form.DIFFERENCE_M2),
    Column("report.tolerance_m2", 10, Form.SQUARE_METRES),
    Column("report.basis", 10),
    Column("report.verdict", 12, Form.LABEL),
    Column("sheet.col_low", 10, Form.NUMBER),
    Column("sheet.col_high", 10, Form.NUMBER),
    Column("sheet.col_tolerance_formula", 34),
    Column("report.cause", 22),
    Column("sheet.col_note", 22),
    Column("report.place", 24),
    Column("sheet.col_because", 22),
    Column("sheet.col_rule", 16),
)
_RELATIONS = (
    Column("sheet.col_check", 26),
    Column("sheet.col_stated_text", 15),
    Column("sheet.col_printed", 11, Form.PRINTED),
    Column("sheet.col_unit", 10),
    Column("sheet.col_low", 11, Form.NUMBER),
    Column("sheet.col_high", 11, Form.NUMBER),
    Column("report.formula", 44),
    Column("sheet.col_computed", 12, Form.NUMBER),
    Column("report.difference", 12, Form.DIFFERENCE),
    Column("sheet.col_difference_unit", 10),
    Column("report.verdict", 12, Form.LABEL),
    Column("report.cause", 28),
    Column("sheet.col_note", 28),
    Column("sheet.col_because", 34),
    Column("report.place", 30),
    Column("sheet.col_rule", 24),
)
_BLOCKERS = (
    Column("sheet.col_number", 6, Form.NUMBER),
    Column("report.subject", 20),
    Column("report.verdict", 12, Form.LABEL),
    Column("sheet.col_blocker", 64),
    Column("sheet.col_remedy", 56),
    Column("sheet.col_rule", 22),
)
_CONTEXT = (
    Column("sheet.col_check", 36),
    Column("report.verdict", 12, Form.LABEL),
    Column("sheet.col_stated_text", 18),
    Column("report.formula", 56),
    Column("sheet.col_rule", 30),
)
_FINDINGS = (
    Column("sheet.col_severity", 8, Form.LABEL),
    Column("report.subject", 16),
    Column("sheet.col_layer", 12),
    Column("sheet.col_message", 48),
    Column("sheet.col_measured", 11, Form.NUMBER),
    Column("sheet.col_limit", 10, Form.NUMBER),
    Column("sheet.col_unit", 7),
    Column("sheet.col_remedy", 36),
    Column("sheet.col_where", 24),
    Column("sheet.col_rule", 22),
)
_REGISTER = (
    Column("report.figure", 26),
    Column("report.subject", 18),
    Column("report.quantity", 20),
    Column("sheet.col_period", 11, Form.PRINTED),
    Column("sheet.col_stated_text", 16),
    Column("sheet.col_printed", 12, Form.PRINTED),
    Column("sheet.col_unit", 10),
    Column("sheet.col_low", 12, Form.NUMBER),
    Column("sheet.col_high", 12, Form.NUMBER),
    Column("report.place", 44),
    Column("sheet.col_note", 24),
    Column("sheet.col_where", 26),
)


def tabs(report: Report, lang: str) -> list[Tab]:
    """Return every sheet after the summary, in order."""
    found: list[Tab] = []
    if report.gate is not None:
        found.append(Tab(message("sheet.tab_blockers"), _BLOCKERS, _blockers(report, lang)))
    areas = [_area(check, lang) for check in report.areas]
    found.append(Tab(message("sheet.tab_areas"), _AREAS, areas, left=13))
    for title, checks in (
        (message("report.contradictions"), report.contradictions),
        (message("report.remainders"), report.remainders),
        (message("report.consistent"), report.consistent),
    ):
        rows = [_relation(check, lang) for check in checks]
        found.append(Tab(title, _RELATIONS, rows, left=11))
    findings = [_finding(finding, lang) for finding in report.findings]
    found.append(Tab(message("sheet.tab_findings"), _FINDINGS, findings))
    if report.gate is not None:
        context = [_context(check, lang) for check in report.gate.context]
        found.append(Tab(message("sheet.tab_context"), _CONTEXT, context))
    register = _figures(report.assessment.plan.register, lang)
    found.append(Tab(message("sheet.tab_register"), _REGISTER, register))
    return found


def _blockers(report: Report, lang: str) -> list[list[Cell]]:
    assert report.gate is not None
    rows: list[list[Cell]] = []
    for number, blocker in enumerate(report.gate.blockers, 1):
        check, finding = blocker.check, blocker.finding
        label = check.verdict if check else finding.severity if finding else None
        rule = check.rule if check else finding.rule if finding else None
        what, remedy = blocker.text.render(lang), blocker.remedy.render(lang)
        rows.append([number, blocker.subject, label, what, remedy, rule])
    return rows


def _area(check: Check, lang: str) -> list[Cell]:
    limit = check.tolerance
    low, high = _ends(check.interval)
    square_metres = check.ellipsoidal_m2
    return [
        check.title.render(lang),
        " ".join(check.features),
        check.stated_text,
        check.stated,
        _unit(check, lang),
        square_metres,
        None if square_metres is None else float(Fraction(square_metres) / unit("ha").factor),
        check.planar_m2,
        _float(check.difference),
        check.difference_m2,
        limit.value_m2 if limit else None,
        basis_label(check).render(lang),
        check.verdict,
        low,
        high,
        limit.formula.render(lang) if limit else None,
        _words([check.cause.text if check.cause else None], lang),
        _words([check.note, check.reading], lang),
        check.place,
        check.because.render(lang),
        check.rule,
    ]


def _relation(check: Check, lang: str) -> list[Cell]:
    low, high = _ends(check.interval)
    return [
        check.title.render(lang),
        check.stated_text,
        check.stated,
        _unit(check, lang),
        low,
        high,
        check.formula.render(lang),
        _float(check.computed),
        _float(check.difference),
        "" if check.difference is None else unit_of_difference(check).render(lang),
        check.verdict,
        _words([check.cause.text if check.cause else None], lang),
        _words([check.note, check.reading], lang),
        check.because.render(lang),
        check.place,
        check.rule,
    ]


def _context(check: Check, lang: str) -> list[Cell]:
    title, formula = check.title.render(lang), check.formula.render(lang)
    return [title, check.verdict, check.stated_text, formula, check.rule]


def _finding(finding: Finding, lang: str) -> list[Cell]:
    return [
        finding.severity,
        " ".join(finding.subjects),
        finding.layer,
        finding.text.render(lang),
        finding.measured,
        finding.limit,
        finding.unit,
        finding.remedy.render(lang),
        finding.place,
        finding.rule,
    ]


def _figures(register: Register, lang: str) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for figure in register.figures.values():
        low, high = _ends(figure.interval)
        former = [
            message("sheet.former", printed=f.printed, until=f.until, decision=f.decision, by=f.by)
            for f in figure.former
        ]
        rows.append(
            [
                figure.id,
                figure.subject.label.render(lang),
                figure.quantity.label.render(lang),
                figure.period,
                figure.stated,
                figure.printed,
                figure.unit_printed,
                low,
                high,
                str(figure.place),
                "\n".join(filter(None, [figure.note, _words(former, lang)])),
                f"{figure.file}:{figure.line}",
            ]
        )
    return rows


def _unit(check: Check, lang: str) -> str:
    return "" if check.unit is None else unit(check.unit).label.render(lang)


def _words(texts: Iterable[Text | None], lang: str) -> str:
    return "\n".join(text.render(lang) for text in texts if text is not None)


def _ends(interval: Interval | None) -> tuple[float | None, float | None]:
    return (None, None) if interval is None else (_float(interval.low), _float(interval.high))


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
