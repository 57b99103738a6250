"""Figures against figures: does the plan agree with itself?

Every comparison is made in base units on exact rationals; results are given in the unit of the
stated figure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from gangqu_gis.checks import Check, Verdict
from gangqu_gis.figures import Figure, Register
from gangqu_gis.intervals import Interval
from gangqu_gis.messages import Text, message, plain
from gangqu_gis.rules import BoundRule, CountRule, MixRule, Rule, SumRule
from gangqu_gis.units import Unit, shortest, unit


def check_rule(rule: Rule, register: Register) -> Check:
    """Return the answer of one rule between figures (every kind but ``area``)."""
    used = {id_: register.figures[id_] for id_ in rule.figures}
    stated = _Stated.of(rule, register)
    exact = {id_: Interval.exactly(figure.base_value) for id_, figure in used.items()}
    wide = {id_: figure.base_interval for id_, figure in used.items()}
    written = {id_: figure.stated for id_, figure in used.items()}
    base = Check(
        rule=rule.id,
        kind=rule.kind,
        title=rule.title,
        verdict=Verdict.CONSISTENT,
        subject=stated.subject,
        quantity=stated.quantity,
        figures=rule.figures,
        place=stated.place,
        because=rule.because,
        formula=plain(rule.written(written)),
        stated=stated.printed,
        stated_text=stated.text,
        unit=stated.unit.id,
        interval=stated.interval.scaled(1 / stated.unit.factor),
    )
    try:
        computed = rule.compute(exact).low
        span = rule.compute(wide)
    except ZeroDivisionError:
        return replace(base, verdict=Verdict.MISSING, note=message("check.not_computable"))
    except ValueError:
        return replace(base, verdict=Verdict.MISSING, note=message("check.unbounded"))
    assert computed is not None
    verdict = _verdict(rule, computed, span, stated)
    return replace(
        base,
        verdict=verdict,
        computed=computed / stated.unit.factor,
        computed_interval=span.scaled(1 / stated.unit.factor),
        difference=_difference(computed, stated) / stated.unit.factor,
        formula=_formula(rule, register, written, computed, stated),
        note=_remainder(rule, register, computed, stated) if verdict is Verdict.REMAINDER else None,
    )


@dataclass(frozen=True, slots=True)
class _Stated:
    """The stated side of a rule: a figure of the plan, or the whole of 100 %."""

    unit: Unit
    printed: str
    text: str
    value: Fraction
    interval: Interval
    subject: str
    quantity: Text
    place: str

    @property
    def limit_text(self) -> str:
        """The number with its unit, without a sign of its own: what a bound is compared with."""
        return self.text.lstrip("≥≤约近")

    @property
    def is_range(self) -> bool:
        """Whether the plan prints two ends and no single value."""
        return "-" in self.printed.lstrip("-")

    @classmethod
    def of(cls, rule: Rule, register: Register) -> _Stated:
        """Return the stated side of ``rule``."""
        if rule.stated:
            return cls._of_figure(register.figures[rule.stated])
        assert isinstance(rule, SumRule) and rule.total_percent is not None
        whole = Fraction(rule.total_percent) / 100
        first = register.figures[rule.figures[0]]
        return cls(
            unit=unit("percent"),
            printed=rule.total_percent,
            text=f"{rule.total_percent}%",
            value=whole,
            interval=Interval.exactly(whole),
            subject=first.subject.id,
            quantity=message("check.the_whole"),
            place=str(first.place),
        )

    @classmethod
    def _of_figure(cls, figure: Figure) -> _Stated:
        return cls(
            unit=figure.unit,
            printed=figure.printed,
            text=figure.stated,
            value=figure.base_value,
            interval=figure.base_interval,
            subject=figure.subject.id,
            quantity=figure.quantity.label,
            place=str(figure.place),
        )


def _verdict(rule: Rule, computed: Fraction, span: Interval, stated: _Stated) -> Verdict:
    if isinstance(rule, BoundRule):
        return (
            Verdict.CONSISTENT
            if _bound_can_hold(rule, span, stated.interval)
            else Verdict.INCONSISTENT
        )
    open_ended = isinstance(rule, SumRule | MixRule) and not rule.exhaustive
    if open_ended and _difference(computed, stated) < 0:
        return Verdict.REMAINDER
    return Verdict.CONSISTENT if span.meets(stated.interval) else Verdict.INCONSISTENT


def _bound_can_hold(rule: BoundRule, span: Interval, limit: Interval) -> bool:
    low, high = (span.low, limit.high) if rule.at_most else (limit.low, span.high)
    return low is None or high is None or low <= high


def _difference(computed: Fraction, stated: _Stated) -> Fraction:
    """Return computed less stated; against a range, how far the computed value lies outside."""
    if stated.is_range:
        return stated.interval.distance(computed)
    return computed - stated.value


def _remainder(rule: Rule, register: Register, computed: Fraction, stated: _Stated) -> Text:
    """Return what is left of the total, in the unit that the parts are printed in."""
    first = register.figures[rule.operands[0].figures[0]].unit
    shown = first if first.dimension == stated.unit.dimension else stated.unit
    rest = shortest(-_difference(computed, stated) / shown.factor, digits=6)
    return message("check.remainder", value=rest, unit=shown.label)


def _formula(
    rule: Rule, register: Register, written: dict[str, str], computed: Fraction, stated: _Stated
) -> Text:
    """Return the computation as people write it; a bound shows its limit."""
    if isinstance(rule, CountRule):
        listed = register.enumerations[rule.enumeration]
        return message("check.counted", list=listed.label, count=rule.items)
    left = rule.written(written)
    alone = left == rule.operands[0].written(written)
    same_unit = all(register.figures[id_].unit is stated.unit for id_ in rule.operands[0].figures)
    value = shortest(computed / stated.unit.factor, digits=6)
    label = stated.unit.label
    zh, en = left, left
    if not (alone and same_unit):
        zh, en = f"{left} = {value}{label.zh}", f"{left} = {value} {label.en}".rstrip()
    if isinstance(rule, BoundRule):
        sign = "≤" if rule.at_most else "≥"
        limit = stated.limit_text
        zh, en = f"{zh}，应 {sign} {limit}", f"{en}, to be {sign} {limit}"
    return Text(zh, en)
