"""How every report words a number: the same digits on the terminal, on paper and on a page."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from gangqu_gis.checks import Check, Verdict
from gangqu_gis.fileareas.judgement import Judgement, StoredCause
from gangqu_gis.messages import Text, message
from gangqu_gis.units import Unit, half_up, shortest, unit


def fixed(value: Fraction | float, places: int, *, signed: bool = False) -> str:
    """Return ``value`` with exactly ``places`` decimals, half-up."""
    text = format(half_up(value, places), "f")
    return text if not signed or text.startswith("-") else f"+{text}"


def signed_short(value: Fraction) -> str:
    """Return a difference with its sign, in four decimals (six when it is below 0.01)."""
    places = 4 if abs(value) >= Fraction(1, 100) else 6
    text = format(half_up(value, places), "f").rstrip("0").rstrip(".") or "0"
    return text if text.startswith("-") or text == "0" else f"+{text}"


def square_metres(area_m2: float | None) -> str:
    """Return an area in ㎡ with two decimals, or nothing."""
    return "" if area_m2 is None else fixed(area_m2, 2)


def hectares(area_m2: float | None) -> str:
    """Return an area in hectares with four decimals, or nothing."""
    return "" if area_m2 is None else fixed(Fraction(area_m2) / unit("ha").factor, 4)


def unit_of_difference(check: Check) -> Text:
    """Return the unit of a difference: between percentages it is percentage points."""
    assert check.unit is not None
    return unit("percentage_point" if check.unit == "percent" else check.unit).label


def difference_with_unit(check: Check, lang: str) -> str:
    """Return the difference of a check as a cell of a table."""
    if check.difference is None or check.unit is None:
        return ""
    label = unit_of_difference(check).render(lang)
    return f"{signed_short(check.difference)} {label}".rstrip() if check.difference else "0"


def difference_line(check: Check) -> Text | None:
    """Return the difference as a sentence with what the stated figure may mean."""
    if check.difference is None:
        return None
    interval = check.interval
    low, high = (None, None) if interval is None else (interval.low, interval.high)
    return message(
        "report.difference_line",
        difference=signed_short(check.difference),
        unit=unit_of_difference(check),
        low=_end(low),
        high=_end(high),
    )


def last_cell(check: Check, lang: str) -> str:
    """Return what a relation leaves: its remainder, or its difference; a bound has neither."""
    if check.verdict is Verdict.REMAINDER and check.note is not None:
        return check.note.render(lang)
    return "" if check.kind == "bound" else difference_with_unit(check, lang)


def area_notes(checks: Iterable[Check], lang: str) -> list[str]:
    """Return the notes under a table of areas, each once."""
    notes = (
        message("report.labelled", label=check.verdict.label, text=check.note).render(lang)
        for check in checks
        if check.verdict is not Verdict.UNSTATED and check.note is not None
    )
    return list(dict.fromkeys(notes))


def basis_label(check: Check) -> Text:
    """Return the basis of a check's geometry in words."""
    return message(f"basis.{check.basis}") if check.basis else Text("", "")


def stored_cause_text(cause: StoredCause, meant: Unit | None) -> Text | None:
    """Return the words for why a stored area differs."""
    if cause is StoredCause.NONE:
        return None
    if cause is StoredCause.UNIT:
        assert meant is not None
        return message("measure.cause_unit", meant=meant.label)
    return message(f"measure.cause_{cause.value}")


def feature_cause_text(judged: Judgement, at: int) -> Text | None:
    """Return the same of one feature: with its digits, where they are the cause."""
    cause, grid = judged.causes[at], judged.grids.at(at)
    text = stored_cause_text(cause, judged.meant[at])
    by_digits = (StoredCause.COORDINATES, StoredCause.COARSE_COORDINATES)
    if text is None or grid is None or cause not in by_digits:
        return text
    step = f"{grid.step_m:.2g}"
    return message("measure.coordinate_grid", cause=text, digits=grid.decimals, step=step)


def _end(value: Fraction | None) -> str:
    return "" if value is None else shortest(value, digits=8)
