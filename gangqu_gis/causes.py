"""Why two figures differ: causes that are tested, ranked by simplicity, and never guessed.

An explanation must fit the printed digits, not merely a tolerance; where several explanations of
one rank fit, none is offered, for it would be an accident.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from gangqu_gis.checks import Cause, Check, Verdict
from gangqu_gis.figures import Figure, Register, decimals, printed_bounds
from gangqu_gis.intervals import Interval
from gangqu_gis.messages import message
from gangqu_gis.rules import BoundRule, CountRule, PairRule, ProductRule, Rule, SumRule
from gangqu_gis.units import half_up, shortest

#: Factors between units that are confused in practice, with what they mean.
UNIT_SLIPS: tuple[tuple[Fraction, str], ...] = (
    (Fraction(15), "mu_ha"),
    (Fraction(2000, 3), "mu_m2"),
    (Fraction(10_000), "m2_ha"),
    (Fraction(100), "ha_km2"),
)

#: Relations that hold to the last digit; quotients and roots never do.
_EXACT = (SumRule, PairRule, BoundRule, ProductRule)

#: Rules of more figures than this are not searched for a misprint of each: with so many digits to
#: change, some change would fit by accident.
MOST_FIGURES_SEARCHED = 6

#: A figure of fewer digits is no evidence of a misprint: one change reaches too many values.
FEWEST_DIGITS = 3


def explain(check: Check, rule: Rule, register: Register) -> Check:
    """Return ``check`` with the cause that fits, for one that is ``inconsistent``."""
    if check.verdict is not Verdict.INCONSISTENT or isinstance(rule, CountRule):
        return check
    for search in (_unit_slip, _part_left_out, _misprint, _misprint_when_rounded):
        found = list(search(rule, register))
        if found:
            return replace(check, cause=found[0]) if len(found) == 1 else check
    return check


def _stated(rule: Rule, register: Register) -> Figure | None:
    return register.figures[rule.stated] if rule.stated else None


def _exact(rule: Rule, register: Register) -> Fraction | None:
    """Return the computed value (base unit)."""
    return _computed(rule, _printed_values(rule, register))


def _printed_values(rule: Rule, register: Register) -> dict[str, Interval]:
    """Return every figure of a rule as it is printed (base unit)."""
    figures = (register.figures[id_] for id_ in rule.figures)
    return {figure.id: _printed_as(figure, figure.printed) for figure in figures}


def _printed_as(figure: Figure, printed: str) -> Interval:
    """Return the value of a figure if it were printed so; the middle of a range."""
    low, high = printed_bounds(printed, exact=True)
    return Interval.exactly((low + high) / 2 * figure.unit.factor)


def _computed(rule: Rule, values: dict[str, Interval]) -> Fraction | None:
    try:
        return rule.compute(values).low
    except (ZeroDivisionError, ValueError):
        return None


def _unit_slip(rule: Rule, register: Register) -> Iterator[Cause]:
    stated, computed = _stated(rule, register), _exact(rule, register)
    if stated is None or not computed or not stated.base_value or stated.unit.dimension != "area":
        return
    for factor, name in UNIT_SLIPS:
        for ratio in (factor, 1 / factor):
            if stated.printed_interval.contains(computed * ratio):
                yield Cause(
                    "unit",
                    message(
                        "cause.unit",
                        ratio=shortest(ratio, digits=6),
                        slip=message(f"cause.slip_{name}"),
                    ),
                )


def _part_left_out(rule: Rule, register: Register) -> Iterator[Cause]:
    """One amount printed twice: the smaller is the larger less a figure of the same subject."""
    if not isinstance(rule, PairRule) or len(rule.figures) != 2:
        return
    pair = [register.figures[id_] for id_ in rule.figures]
    smaller, larger = sorted(pair, key=lambda figure: figure.base_value)
    for part in register.figures.values():
        of_the_subject = part.subject.id in (smaller.subject.id, larger.subject.id)
        comparable = part.unit.dimension == smaller.unit.dimension and part.base_value > 0
        if part.id in rule.figures or not (of_the_subject and comparable):
            continue
        rest = larger.base_value - part.base_value
        if rest > 0 and smaller.printed_interval.contains(rest):
            yield Cause(
                "part_left_out",
                message(
                    "cause.part_left_out",
                    smaller=smaller.stated,
                    larger=larger.stated,
                    quantity=part.quantity.label,
                    part=part.stated,
                    rest=_in_unit(rest, part),
                    place=part.place,
                ),
            )


def _in_unit(base_value: Fraction, like: Figure) -> str:
    return shortest(base_value / like.unit.factor, digits=8) + like.unit_printed


def _misprint(rule: Rule, register: Register) -> Iterator[Cause]:
    """One slip in one figure, after which the two sides are equal to the last digit."""
    stated = _stated(rule, register)
    searched = isinstance(rule, _EXACT) and len(rule.figures) <= MOST_FIGURES_SEARCHED
    if stated is None or not searched or "-" in stated.printed:
        return
    values = _printed_values(rule, register)
    for id_ in rule.figures:
        figure = register.figures[id_]
        for printed, how in misreadings(figure):
            changed = {**values, id_: _printed_as(figure, printed)}
            wanted = printed if id_ == stated.id else stated.printed
            if _computed(rule, changed) == Fraction(wanted) * stated.unit.factor:
                yield _misprint_cause(figure, printed, how)


def _misprint_when_rounded(rule: Rule, register: Register) -> Iterator[Cause]:
    """One slip in the stated figure, after which it is the computed value, rounded."""
    stated, computed = _stated(rule, register), _exact(rule, register)
    if stated is None or computed is None or stated.unit.counts_whole_things:
        return
    value = computed / stated.unit.factor
    for printed, how in misreadings(stated):
        if Fraction(printed) and Fraction(half_up(value, decimals(printed))) == Fraction(printed):
            yield _misprint_cause(stated, printed, how)


def _misprint_cause(figure: Figure, printed: str, how: str) -> Cause:
    return Cause(
        "misprint",
        message(
            "cause.misprint",
            printed=figure.printed,
            intended=printed,
            how=message(f"cause.how_{how}"),
            place=figure.place,
        ),
    )


def misreadings(figure: Figure) -> Iterator[tuple[str, str]]:
    """Yield what a figure may stand for after one slip: dropped, changed or exchanged digit.

    The last digit is never the one that slipped: any small difference could be explained so.
    Nor is anything offered for a figure of fewer than :data:`FEWEST_DIGITS` digits or a range.
    """
    printed = figure.printed
    if "-" in printed or len(printed.replace(".", "").lstrip("0")) < FEWEST_DIGITS:
        return
    seen = {printed}
    for how, candidates in (
        ("dropped", _with_one_more_digit(printed)),
        ("changed", _with_one_other_digit(printed)),
        ("exchanged", _with_two_exchanged(printed)),
    ):
        for candidate in candidates:
            plausible = not (candidate.startswith("0") and not candidate.startswith("0."))
            if candidate not in seen and plausible:
                seen.add(candidate)
                yield candidate, how


def _with_one_more_digit(printed: str) -> Iterator[str]:
    for at in range(len(printed)):
        for digit in "0123456789":
            yield printed[:at] + digit + printed[at:]


def _with_one_other_digit(printed: str) -> Iterator[str]:
    for at, old in enumerate(printed[:-1]):
        if old.isdigit():
            yield from (printed[:at] + digit + printed[at + 1 :] for digit in "0123456789")


def _with_two_exchanged(printed: str) -> Iterator[str]:
    places = [at for at, c in enumerate(printed) if c.isdigit()]
    for first, second in zip(places, places[1:], strict=False):
        swapped = list(printed)
        swapped[first], swapped[second] = swapped[second], swapped[first]
        yield "".join(swapped)
