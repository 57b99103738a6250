"""Reading the rules of a plan from data/plan/rules.toml; every fault names file and line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import mul
from pathlib import Path
from typing import TypedDict

from gangqu_gis.dimensions import RATIO, Dimension, DimensionError, demand_alike
from gangqu_gis.documents import Entry, read_toml
from gangqu_gis.errors import InputError
from gangqu_gis.expressions import Expression, ExpressionError, parse
from gangqu_gis.figures import Register, is_id
from gangqu_gis.messages import Text
from gangqu_gis.rules import (
    TOLERANCE_CLASSES,
    AreaRule,
    BoundRule,
    CountRule,
    GrowthRule,
    MeanRule,
    MixRule,
    PairRule,
    ProductRule,
    Rule,
    ShareRule,
    SumRule,
    ToleranceChoice,
    UnitRule,
)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the operands of one entry of rules.toml against the register."""

    entry: Entry
    register: Register

    def figure(self, name: str) -> str:
        id_ = self.entry.text(name)
        self._known(name, id_)
        return id_

    def expression(self, name: str) -> Expression:
        return self._parsed(name, self.entry.text(name))

    def expressions(self, name: str) -> tuple[Expression, ...]:
        sources = self.entry.texts(name)
        if not sources:
            raise self.entry.fault(name, "rules.empty_list", name=name)
        return tuple(self._parsed(name, source) for source in sources)

    def pairs(self, name: str) -> tuple[tuple[Expression, Expression], ...]:
        value = self.entry.get(name)
        if not isinstance(value, list) or not value or not all(_is_pair(p) for p in value):
            raise self.entry.fault(name, "rules.bad_pairs", name=name)
        return tuple((self._parsed(name, a), self._parsed(name, b)) for a, b in value)

    def alike(
        self,
        name: str,
        operands: Iterable[Expression],
        stated: str | None = None,
        *,
        wanted: Dimension | None = None,
    ) -> None:
        """Refuse operands that cannot be added or compared: hectares with dwellings."""
        listed = (*operands, *([parse(stated)] if stated else []))
        dimensions = [self.dimension(name, operand) for operand in listed]
        try:
            demand_alike(dimensions if wanted is None else [wanted, *dimensions])
        except DimensionError:
            raise self._mixed(name, listed) from None

    def dimension(self, name: str, operand: Expression) -> Dimension:
        """Return the dimension of an operand."""
        figures = self.register.figures
        values = {id_: Dimension.of(figures[id_].unit.dimension) for id_ in operand.figures}
        try:
            return operand.evaluate(values)
        except DimensionError:
            raise self._mixed(name, (operand,)) from None

    def demand(self, name: str, id_: str, wanted: Dimension) -> None:
        """Refuse a stated figure whose dimension is not the one that the rule computes."""
        figure = self.register.figures[id_]
        if Dimension.of(figure.unit.dimension).without_counts != wanted.without_counts:
            raise self.entry.fault(name, "rules.wrong_unit", id=id_, unit=figure.unit_printed)

    def _mixed(self, name: str, operands: Iterable[Expression]) -> InputError:
        ids = dict.fromkeys(id_ for operand in operands for id_ in operand.figures)
        figures = self.register.figures
        units = ", ".join(f"{id_}: {figures[id_].unit_printed}" for id_ in ids)
        return self.entry.fault(name, "rules.dimensions_differ", units=units)

    def _parsed(self, name: str, source: str) -> Expression:
        try:
            expression = parse(source)
        except ExpressionError:
            raise self.entry.fault(name, "rules.bad_expression", source=source) from None
        for id_ in expression.figures:
            self._known(name, id_)
        return expression

    def _known(self, name: str, id_: str) -> None:
        if id_ not in self.register.figures:
            raise self.entry.fault(name, "rules.unknown_figure", id=id_)


def read_rules(path: Path, *, shown: str, register: Register) -> tuple[Rule, ...]:
    """Read data/plan/rules.toml.

    Raises
    ------
    InputError
        The file cannot be read, a rule is of an unknown kind, lacks a key, names a figure that
        the register does not hold, or mixes units that cannot be compared; with the line.
    """
    rules: dict[str, Rule] = {}
    document = read_toml(path, shown=shown)
    document.only("rule")
    for entry in document.entries("rule"):
        rule = _read_rule(entry, register)
        if rule.id in rules:
            raise entry.fault("id", "rules.id_twice", id=rule.id)
        rules[rule.id] = rule
    return tuple(rules.values())


def _read_rule(entry: Entry, register: Register) -> Rule:
    id_, kind = entry.text("id"), entry.text("kind")
    if not is_id(id_):
        raise entry.fault("id", "figures.bad_id", id=id_)
    if kind not in _BUILDERS:
        raise entry.fault("kind", "rules.unknown_kind", kind=kind, allowed=", ".join(_BUILDERS))
    entry.only(_KEYS[kind] | _COMMON_KEYS)
    return _BUILDERS[kind](_Reader(entry, register), _common(entry))


class _Common(TypedDict):
    """The fields that every rule has, as keyword arguments."""

    id: str
    title: Text
    because: Text
    file: str
    line: int


def _common(entry: Entry) -> _Common:
    return {
        "id": entry.text("id"),
        "title": entry.both("title", "title_en"),
        "because": entry.both("because", "because_en"),
        "file": entry.document.shown,
        "line": entry.line,
    }


def _sum(read: _Reader, common: _Common) -> Rule:
    percent = str(read.entry.decimal("total_percent")) if "total_percent" in read.entry else None
    total = None if percent else read.figure("total")
    parts = read.expressions("parts")
    read.alike("parts", parts, total, wanted=RATIO if percent else None)
    exhaustive = _exhaustive(read.entry)
    return SumRule(total=total, total_percent=percent, parts=parts, exhaustive=exhaustive, **common)


def _share(read: _Reader, common: _Common) -> Rule:
    part, whole, share = read.expression("part"), read.expression("whole"), read.figure("share")
    read.alike("part", (part, whole))
    read.demand("share", share, RATIO)
    return ShareRule(part=part, whole=whole, share=share, **common)


def _product(read: _Reader, common: _Common) -> Rule:
    factors, product = read.expressions("factors"), read.figure("product")
    read.demand("product", product, reduce(mul, (read.dimension("factors", f) for f in factors)))
    return ProductRule(factors=factors, product=product, **common)


def _mix(read: _Reader, common: _Common) -> Rule:
    pairs, total = read.pairs("pairs"), read.figure("total")
    read.alike("pairs", (size for size, _ in pairs))
    read.alike("pairs", (count for _, count in pairs))
    per = read.expression("per") if "per" in read.entry else None
    computed = read.dimension("pairs", pairs[0][0]) * read.dimension("pairs", pairs[0][1])
    read.demand("total", total, computed / read.dimension("per", per) if per else computed)
    exhaustive = _exhaustive(read.entry)
    return MixRule(pairs=pairs, per=per, total=total, exhaustive=exhaustive, **common)


def _pair(cls: type[PairRule]) -> Callable[[_Reader, _Common], Rule]:
    def build(read: _Reader, common: _Common) -> Rule:
        left, right = read.expression("left"), read.figure("right")
        read.alike("left", (left,), right)
        return cls(left=left, right=right, **common)

    return build


def _mean(read: _Reader, common: _Common) -> Rule:
    total, mean = read.expression("total"), read.figure("mean")
    read.alike("total", (total,), mean)
    periods = read.entry.whole("periods", minimum=1)
    return MeanRule(total=total, periods=periods, mean=mean, **common)


def _growth(read: _Reader, common: _Common) -> Rule:
    first, last, rate = read.expression("from"), read.expression("to"), read.figure("rate")
    read.alike("from", (first, last))
    read.demand("rate", rate, RATIO)
    periods = read.entry.whole("periods", minimum=1)
    return GrowthRule(first=first, last=last, periods=periods, rate=rate, **common)


def _bound(read: _Reader, common: _Common) -> Rule:
    value, limit = read.expression("value"), read.figure("limit")
    read.alike("value", (value,), limit)
    operator = read.entry.text("op")
    if operator not in ("<=", ">="):
        raise read.entry.fault("op", "rules.bad_operator", found=operator)
    return BoundRule(value=value, at_most=operator == "<=", limit=limit, **common)


def _count(read: _Reader, common: _Common) -> Rule:
    name = read.entry.text("enumeration")
    if name not in read.register.enumerations:
        raise read.entry.fault("enumeration", "rules.unknown_enumeration", id=name)
    items = len(read.register.enumerations[name].items)
    return CountRule(declared=read.figure("declared"), enumeration=name, items=items, **common)


def _area(read: _Reader, common: _Common) -> Rule:
    figure, features = read.figure("figure"), read.entry.texts("features")
    if not features:
        raise read.entry.fault("features", "rules.empty_list", name="features")
    if len(set(features)) < len(features):
        raise read.entry.fault("features", "rules.feature_twice")
    if read.register.figures[figure].unit.dimension != "area":
        raise read.entry.fault("figure", "rules.no_area", id=figure)
    choice = _tolerance_choice(read.entry)
    return AreaRule(figure=figure, features=features, tolerance=choice, **common)


def _tolerance_choice(entry: Entry) -> ToleranceChoice:
    name = entry.text("tolerance", optional=True)
    if name and name not in TOLERANCE_CLASSES:
        allowed = ", ".join(TOLERANCE_CLASSES)
        raise entry.fault("tolerance", "rules.bad_tolerance", found=name, allowed=allowed)
    error = entry.decimal("point_error_m") if "point_error_m" in entry else None
    if error is not None and not 0 < error <= 1:
        raise entry.fault("point_error_m", "rules.bad_point_error")
    return ToleranceChoice(
        name=name,
        point_error_m=error,
        map_scale=entry.whole("map_scale", minimum=1) if "map_scale" in entry else None,
    )


def _exhaustive(entry: Entry) -> bool:
    if "exhaustive" not in entry:
        raise entry.fault("id", "file.field_missing", name="exhaustive")
    return entry.flag("exhaustive")


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(v, str) for v in value)


_BUILDERS: dict[str, Callable[[_Reader, _Common], Rule]] = {
    "sum": _sum,
    "share": _share,
    "product": _product,
    "mix": _mix,
    "unit": _pair(UnitRule),
    "same": _pair(PairRule),
    "mean": _mean,
    "growth": _growth,
    "bound": _bound,
    "count": _count,
    "area": _area,
}
_COMMON_KEYS = frozenset(("id", "kind", "title", "title_en", "because", "because_en"))
_KEYS: dict[str, frozenset[str]] = {
    "sum": frozenset(("total", "total_percent", "parts", "exhaustive")),
    "share": frozenset(("part", "whole", "share")),
    "product": frozenset(("factors", "product")),
    "mix": frozenset(("pairs", "per", "total", "exhaustive")),
    "unit": frozenset(("left", "right")),
    "same": frozenset(("left", "right")),
    "mean": frozenset(("total", "periods", "mean")),
    "growth": frozenset(("from", "to", "periods", "rate")),
    "bound": frozenset(("value", "op", "limit")),
    "count": frozenset(("declared", "enumeration")),
    "area": frozenset(("figure", "features", "tolerance", "point_error_m", "map_scale")),
}
