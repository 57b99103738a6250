"""Reports for the terminal: tables whose columns line up with Chinese in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Rich

from gangqu_gis.assessment import Assessment
from gangqu_gis.checks import Check, Verdict
from gangqu_gis.figures import Register
from gangqu_gis.findings import Finding
from gangqu_gis.gate import GateResult
from gangqu_gis.messages import Text, message
from gangqu_gis.stored_areas import FileAreas, StoredAreas, StoredCause
from gangqu_gis.units import Unit, half_up, shortest, unit

_COLOURS = {
    Verdict.AGREE: "green",
    Verdict.CONSISTENT: "green",
    Verdict.REMAINDER: "cyan",
    Verdict.INDICATIVE: "blue",
    Verdict.UNSTATED: "bright_black",
    Verdict.ACCEPTED: "magenta",
    Verdict.REVIEW: "yellow",
    Verdict.MISSING: "yellow",
    Verdict.DIFFER: "bold red",
    Verdict.INCONSISTENT: "bold red",
}


class Printer:
    """Words and tables in one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def say(self, key: str, **params: object) -> str:
        """Return a message of the catalogue."""
        return message(key, **params).render(self.lang)

    def verdict(self, verdict: Verdict) -> Rich:
        """Return a verdict in words and in its colour."""
        return Rich(verdict.label.render(self.lang), style=_COLOURS[verdict])

    def table(self, *headings: str, right: Sequence[int] = ()) -> Table:
        """Return an empty table; columns in ``right`` hold numbers."""
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for at, heading in enumerate(headings):
            numeric = at in right
            table.add_column(
                self.say(heading),
                justify="right" if numeric else "left",
                no_wrap=numeric,
                overflow="fold",
            )
        return table


def reconciliation(assessment: Assessment, lang: str) -> RenderableType:
    """Return the reconciliation report."""
    p = Printer(lang)
    checks = assessment.checks
    areas = [c for c in checks if c.kind == "area"]
    between = [c for c in checks if c.kind != "area"]
    parts: list[RenderableType] = [_head(p, assessment)]
    faults = [
        c for c in between if c.verdict in (Verdict.INCONSISTENT, Verdict.ACCEPTED, Verdict.MISSING)
    ]
    parts += _section(p, "report.contradictions", len(faults), _details(p, faults))
    parts += _section(p, "report.areas", len(areas), _areas(p, assessment, areas))
    rest = [c for c in between if c.verdict is Verdict.REMAINDER]
    parts += _section(p, "report.remainders", len(rest), _relations(p, rest, "report.remainder"))
    fine = [c for c in between if c.verdict is Verdict.CONSISTENT]
    parts += _section(p, "report.consistent", len(fine), _relations(p, fine, "report.difference"))
    if assessment.findings:
        found = findings(assessment.findings, lang)
        parts += _section(p, "report.findings", len(assessment.findings), found)
    parts.append(_conventions(p, assessment))
    parts.append(summary(assessment, lang))
    return Group(*parts)


def gate(result: GateResult, lang: str) -> RenderableType:
    """Return the gate's answer: what blocks and what would clear it, then the context."""
    p = Printer(lang)
    scope = " ".join(result.scope) if len(result.scope) <= 12 else str(len(result.scope))
    key, style = (
        ("report.gate_clear", "bold green") if result.clear else ("report.gate_blocked", "bold red")
    )
    parts: list[RenderableType] = [Rich(p.say(key, scope=scope), style=style)]
    blocked: list[RenderableType] = []
    for number, blocker in enumerate(result.blockers, 1):
        blocked.append(Rich(f"{number}. {blocker.text.render(lang)}"))
        blocked.append(_indented("→ " + blocker.remedy.render(lang)))
    parts += _section(p, "report.blockers", len(result.blockers), Group(*blocked))
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
        rows.append(
            Rich(
                f"{check.title.render(p.lang)}: {check.stated_text}, {check.formula.render(p.lang)}"
            )
        )
        if check.tolerance is not None:
            rows.append(_indented(check.tolerance.formula.render(p.lang)))
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
        features=len(plan.features),
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


def measurement(measured: FileAreas, stored: StoredAreas | None, lang: str) -> RenderableType:
    """Return the areas of a file, and the verdicts on its stored area column."""
    p = Printer(lang)
    headings = ["report.feature", "report.ellipsoidal_m2", "report.hectares", "report.planar_m2"]
    right = [1, 2, 3]
    if stored is not None:
        headings += [
            "report.stated",
            "report.difference_m2",
            "report.tolerance_m2",
            "report.verdict",
            "report.cause",
        ]
        right += [4, 5, 6]
    table = p.table(*headings, right=right)
    hectare = unit("ha").factor
    for i, label in enumerate(measured.file.labels()):
        ellipsoidal, planar = measured.areas.ellipsoidal_m2[i], measured.areas.planar_m2[i]
        sound = not measured.withheld[i]
        row: list[RenderableType] = [
            Rich(label),
            _fixed(ellipsoidal, 2) if sound else Rich(p.say("report.withheld")),
            _fixed(Fraction(ellipsoidal) / hectare, 4) if sound else "",
            _fixed(planar, 2) if planar == planar else "",
        ]
        if stored is not None:
            row += _stored_cells(p, stored, i, ellipsoidal)
        table.add_row(*row)
    return Group(_measurement_head(p, measured), table)


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


def stored_cause_text(cause: StoredCause, meant: Unit | None) -> Text | None:
    """Return the words for why a stored area differs."""
    if cause is StoredCause.NONE:
        return None
    if cause is StoredCause.UNIT:
        assert meant is not None
        return message("measure.cause_unit", meant=meant.label)
    return message(f"measure.cause_{cause.value}")


def _stored_cells(
    p: Printer, stored: StoredAreas, i: int, ellipsoidal: float
) -> list[RenderableType]:
    limit, verdict = stored.tolerances[i], stored.verdicts[i]
    cause = stored_cause_text(stored.causes[i], stored.meant[i])
    known = stored.stated_m2[i] == stored.stated_m2[i]
    difference = ellipsoidal - stored.stated_m2[i]
    stated = f"{stored.stated[i]} {stored.unit.label.render(p.lang)}" if known else ""
    return [
        Rich(stated),
        _fixed(difference, 2, signed=True) if difference == difference else "",
        _fixed(limit.value_m2, 2) if limit else "",
        p.verdict(verdict),
        Rich(cause.render(p.lang) if cause else ""),
    ]


def _measurement_head(p: Printer, measured: FileAreas) -> RenderableType:
    from gangqu_gis.crs import label

    file = measured.file
    assert file.crs is not None
    plane = p.say("report.no_plane") if measured.plane is None else label(measured.plane)
    edges = "report.edges_planar" if file.crs.is_projected else "report.edges_geodesic"
    line = p.say(
        "report.measured_file",
        file=file.source,
        layer=file.layer,
        count=len(file),
        crs=label(file.crs),
        plane=plane,
        edges=message(edges),
    )
    return Rich(line + "\n")


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
            _indented(p.say("report.stated_at", stated=check.stated_text, place=check.place))
        )
        rows.append(_indented(p.say("report.computed_as", formula=check.formula)))
        if check.difference is not None:
            rows.append(_indented(_difference_line(p, check)))
        if check.cause is not None:
            rows.append(_indented(check.cause.text.render(p.lang)))
        if check.reading is not None:
            rows.append(_indented(check.reading.render(p.lang)))
        if check.note is not None:
            rows.append(_indented(check.note.render(p.lang)))
        rows.append(_indented(p.say("report.because", because=check.because)))
    return Group(*rows)


def _difference_line(p: Printer, check: Check) -> str:
    assert check.difference is not None and check.unit is not None
    label = unit_of_difference(check)
    low, high = (_number(v) for v in _ends(check))
    return p.say(
        "report.difference_line",
        difference=_signed(check.difference),
        unit=label,
        low=low,
        high=high,
    )


def unit_of_difference(check: Check) -> Text:
    """Return the unit of a difference: between percentages it is percentage points."""
    assert check.unit is not None
    return unit("percentage_point" if check.unit == "percent" else check.unit).label


def _ends(check: Check) -> tuple[Fraction | None, Fraction | None]:
    interval = check.interval
    return (None, None) if interval is None else (interval.low, interval.high)


def _areas(p: Printer, assessment: Assessment, checks: list[Check]) -> RenderableType:
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
    for check in checks:
        table.add_row(
            Rich(check.title.render(p.lang)),
            Rich(check.stated_text or ""),
            _hectares(check.ellipsoidal_m2),
            _hectares(check.planar_m2),
            Rich(_difference_with_unit(p, check)),
            _fixed(check.tolerance.value_m2, 2) if check.tolerance else "",
            Rich(p.say(f"basis.{check.basis}") if check.basis else ""),
            p.verdict(check.verdict),
        )
    notes = dict.fromkeys(_area_note(p, check) for check in checks)
    return Group(table, *(Rich(f"· {note}", style="bright_black") for note in notes if note))


def _area_note(p: Printer, check: Check) -> str:
    if check.verdict is Verdict.UNSTATED or check.note is None:
        return ""
    return f"{check.verdict.label.render(p.lang)}: {check.note.render(p.lang)}"


def _relations(p: Printer, checks: list[Check], last: str) -> RenderableType:
    table = p.table("report.rule", "report.stated", "report.formula", last, right=(1, 3))
    for check in checks:
        table.add_row(
            Rich(check.title.render(p.lang)),
            Rich(check.stated_text or ""),
            Rich(check.formula.render(p.lang)),
            Rich(_last_cell(p, check)),
        )
    return table


def _last_cell(p: Printer, check: Check) -> str:
    if check.verdict is Verdict.REMAINDER and check.note is not None:
        return check.note.render(p.lang)
    return "" if check.kind == "bound" else _difference_with_unit(p, check)


def _conventions(p: Printer, assessment: Assessment) -> RenderableType:
    percent = assessment.plan.workspace.approximate_percent
    return Rich("\n" + p.say("report.conventions", percent=percent) + "\n", style="bright_black")


def _difference_with_unit(p: Printer, check: Check) -> str:
    if check.difference is None or check.unit is None:
        return ""
    label = unit_of_difference(check).render(p.lang)
    return f"{_signed(check.difference)} {label}".rstrip() if check.difference else "0"


def _signed(value: Fraction) -> str:
    places = 4 if abs(value) >= Fraction(1, 100) else 6
    text = format(half_up(value, places), "f").rstrip("0").rstrip(".") or "0"
    return text if text.startswith("-") or text == "0" else f"+{text}"


def _number(value: Fraction | None) -> str:
    return "" if value is None else shortest(value, digits=8)


def _hectares(area_m2: float | None) -> str:
    return "" if area_m2 is None else _fixed(Fraction(area_m2) / unit("ha").factor, 4)


def _fixed(value: Fraction | float, places: int, *, signed: bool = False) -> str:
    text = format(half_up(value, places), "f")
    return text if not signed or text.startswith("-") else f"+{text}"


def _indented(text: str) -> RenderableType:
    return Padding(Rich(text), (0, 0, 0, 4))
