"""The rules of a plan: which figures must agree with which, and which feature measures which.

Every rule compares one *stated* figure with a value computed
from other figures, or (``area``) with the measured area of features.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import add, mul
from typing import ClassVar

from gangqu_gis.expressions import Expression
from gangqu_gis.intervals import Interval
from gangqu_gis.messages import Text

Values = Mapping[str, Interval]
Written = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ToleranceChoice:
    """Which tolerance class an area is judged by, with inputs that replace the usual ones.

    ``basis`` takes the class from each geometry's own basis; "" leaves it to the office.
    """

    name: str = ""
    point_error_m: Decimal | None = None
    map_scale: int | None = None


#: The classes of tolerance.py that a rule or an office may name.
TOLERANCE_CLASSES = ("basis", "surveyed", "digitized", "same_coordinates")
BY_OFFICE = ToleranceChoice()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule has: a stable id, a title, and the reason why it holds."""

    kind: ClassVar[str]

    id: str
    title: Text
    because: Text
    file: str
    line: int

    @property
    def stated(self) -> str | None:
        """The id of the figure that is compared, if it is one."""
        raise NotImplementedError

    @property
    def operands(self) -> tuple[Expression, ...]:
        """The expressions that the computed value is made of."""
        raise NotImplementedError

    @property
    def figures(self) -> tuple[str, ...]:
        """Every figure the rule uses, the stated one first."""
        names = [self.stated] if self.stated else []
        names += [name for operand in self.operands for name in operand.figures]
        return tuple(dict.fromkeys(names))

    def compute(self, values: Values) -> Interval:
        """Return the computed value from the operands' values, in base units."""
        raise NotImplementedError

    def written(self, values: Written) -> str:
        """Return the computation with its operands filled in, for people."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class SumRule(Rule):
    """Parts and their total; ``total_percent`` where the whole is 100 % and not printed."""

    kind: ClassVar[str] = "sum"
    total: str | None
    total_percent: str | None
    parts: tuple[Expression, ...]
    exhaustive: bool

    @property
    def stated(self) -> str | None:
        return self.total

    @property
    def operands(self) -> tuple[Expression, ...]:
        return self.parts

    def compute(self, values: Values) -> Interval:
        return reduce(add, (part.evaluate(values) for part in self.parts))

    def written(self, values: Written) -> str:
        return " + ".join(part.written(values) for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRule(Rule):
    """A part, its whole, and the printed percentage."""

    kind: ClassVar[str] = "share"
    part: Expression
    whole: Expression
    share: str

    @property
    def stated(self) -> str:
        return self.share

    @property
    def operands(self) -> tuple[Expression, ...]:
        return (self.part, self.whole)

    def compute(self, values: Values) -> Interval:
        return self.part.evaluate(values) / self.whole.evaluate(values)

    def written(self, values: Written) -> str:
        return _quotient(self.part, self.whole, values)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRule(Rule):
    """Factors and their printed product."""

    kind: ClassVar[str] = "product"
    factors: tuple[Expression, ...]
    product: str

    @property
    def stated(self) -> str:
        return self.product

    @property
    def operands(self) -> tuple[Expression, ...]:
        return self.factors

    def compute(self, values: Values) -> Interval:
        return reduce(mul, (factor.evaluate(values) for factor in self.factors))

    def written(self, values: Written) -> str:
        return " × ".join(_bracketed(factor, values) for factor in self.factors)


@dataclass(frozen=True, slots=True, kw_only=True)
class MixRule(Rule):
    """Σ size × count, divided by ``per`` where there is one (land: then it is a 容积率)."""

    kind: ClassVar[str] = "mix"
    pairs: tuple[tuple[Expression, Expression], ...]
    per: Expression | None
    total: str
    exhaustive: bool

    @property
    def stated(self) -> str:
        return self.total

    @property
    def operands(self) -> tuple[Expression, ...]:
        flat = tuple(operand for pair in self.pairs for operand in pair)
        return flat if self.per is None else (*flat, self.per)

    def compute(self, values: Values) -> Interval:
        terms = (size.evaluate(values) * count.evaluate(values) for size, count in self.pairs)
        total = reduce(add, terms)
        return total if self.per is None else total / self.per.evaluate(values)

    def written(self, values: Written) -> str:
        terms = (f"{_bracketed(s, values)} × {_bracketed(c, values)}" for s, c in self.pairs)
        total = " + ".join(terms)
        return total if self.per is None else f"({total}) ÷ {_bracketed(self.per, values)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRule(Rule):
    """One amount printed twice: the right-hand figure is compared with the left-hand one."""

    kind: ClassVar[str] = "same"
    left: Expression
    right: str

    @property
    def stated(self) -> str:
        return self.right

    @property
    def operands(self) -> tuple[Expression, ...]:
        return (self.left,)

    def compute(self, values: Values) -> Interval:
        return self.left.evaluate(values)

    def written(self, values: Written) -> str:
        return self.left.written(values)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRule(PairRule):
    """One amount printed in two units."""

    kind: ClassVar[str] = "unit"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanRule(Rule):
    """A total, the number of years it covers, and the printed yearly mean."""

    kind: ClassVar[str] = "mean"
    total: Expression
    periods: int
    mean: str

    @property
    def stated(self) -> str:
        return self.mean

    @property
    def operands(self) -> tuple[Expression, ...]:
        return (self.total,)

    def compute(self, values: Values) -> Interval:
        return self.total.evaluate(values).scaled(Fraction(1, self.periods))

    def written(self, values: Written) -> str:
        return f"{_bracketed(self.total, values)} ÷ {self.periods}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthRule(Rule):
    """First and last value and the printed rate: compound over ``periods`` (1: plain growth)."""

    kind: ClassVar[str] = "growth"
    first: Expression
    last: Expression
    periods: int
    rate: str

    @property
    def stated(self) -> str:
        return self.rate

    @property
    def operands(self) -> tuple[Expression, ...]:
        return (self.first, self.last)

    def compute(self, values: Values) -> Interval:
        ratio = self.last.evaluate(values) / self.first.evaluate(values)
        return ratio.root(self.periods) - Interval.exactly(1)

    def written(self, values: Written) -> str:
        ratio = _quotient(self.last, self.first, values)
        return f"{ratio} - 1" if self.periods == 1 else f"({ratio})^(1/{self.periods}) - 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundRule(Rule):
    """A value that may not pass a printed limit (``<=``) or must reach it (``>=``)."""

    kind: ClassVar[str] = "bound"
    value: Expression
    at_most: bool
    limit: str

    @property
    def stated(self) -> str:
        return self.limit

    @property
    def operands(self) -> tuple[Expression, ...]:
        return (self.value,)

    def compute(self, values: Values) -> Interval:
        return self.value.evaluate(values)

    def written(self, values: Written) -> str:
        return self.value.written(values)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRule(Rule):
    """A declared number and the list that the plan itself gives."""

    kind: ClassVar[str] = "count"
    declared: str
    enumeration: str
    items: int

    @property
    def stated(self) -> str:
        return self.declared

    @property
    def operands(self) -> tuple[Expression, ...]:
        return ()

    def compute(self, values: Values) -> Interval:
        return Interval.exactly(self.items)

    def written(self, values: Written) -> str:
        return str(self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRule(Rule):
    """A figure and the features whose measured area it states."""

    kind: ClassVar[str] = "area"
    figure: str
    features: tuple[str, ...]
    tolerance: ToleranceChoice = BY_OFFICE

    @property
    def stated(self) -> str:
        return self.figure

    @property
    def operands(self) -> tuple[Expression, ...]:
        return ()


def _bracketed(operand: Expression, values: Written) -> str:
    text = operand.written(values)
    return text if operand.is_single else f"({text})"


def _quotient(top: Expression, bottom: Expression, values: Written) -> str:
    return f"{_bracketed(top, values)} ÷ {_bracketed(bottom, values)}"
