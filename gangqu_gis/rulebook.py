"""Reading the rules of a plan from data/plan/rules.toml; every fault names file and line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from gangqu_gis.documents import Entry, read_toml
from gangqu_gis.expressions import Expression, ExpressionError, parse
from gangqu_gis.figures import Register
from gangqu_gis.messages import Text
from gangqu_gis.rules import (
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
    UnitRule,
)

_ID = re.compile(r"[a-z][a-z0-9_]*")


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

    def alike(self, name: str, operands: tuple[Expression, ...], stated: str | None) -> None:
        """Refuse operands that cannot be added or compared: hectares with dwellings."""
        dimensions = {stated: self.register.figures[stated].unit.dimension} if stated else {}
        for operand in operands:
            if operand.is_single:
                dimensions[operand.source] = self.register.figures[operand.source].unit.dimension
        if len(set(dimensions.values())) > 1:
            units = ", ".join(
                f"{id_}: {self.register.figures[id_].unit_printed}" for id_ in dimensions
            )
            raise self.entry.fault(name, "rules.dimensions_differ", units=units)

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
    for entry in read_toml(path, shown=shown).entries("rule"):
        rule = _read_rule(entry, register)
        if rule.id in rules:
            raise entry.fault("id", "rules.id_twice", id=rule.id)
        rules[rule.id] = rule
    return tuple(rules.values())


def _read_rule(entry: Entry, register: Register) -> Rule:
    id_, kind = entry.text("id"), entry.text("kind")
    if not _ID.fullmatch(id_):
        raise entry.fault("id", "figures.bad_id", id=id_)
    if kind not in _BUILDERS:
        raise entry.fault("kind", "rules.unknown_kind", kind=kind, allowed=", ".join(_BUILDERS))
    expected = _KEYS[kind] | _COMMON_KEYS
    for name in entry.content:
        if name not in expected:
            raise entry.fault(name, "rules.unknown_key", name=name, kind=kind)
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
    percent = read.entry.text("total_percent", optional=True) or None
    total = None if percent else read.figure("total")
    parts = read.expressions("parts")
    read.alike("parts", parts, total)
    exhaustive = _exhaustive(read.entry)
    return SumRule(total=total, total_percent=percent, parts=parts, exhaustive=exhaustive, **common)


def _share(read: _Reader, common: _Common) -> Rule:
    part, whole = read.expression("part"), read.expression("whole")
    read.alike("part", (part, whole), None)
    return ShareRule(part=part, whole=whole, share=read.figure("share"), **common)


def _product(read: _Reader, common: _Common) -> Rule:
    factors = read.expressions("factors")
    return ProductRule(factors=factors, product=read.figure("product"), **common)


def _mix(read: _Reader, common: _Common) -> Rule:
    pairs = read.pairs("pairs")
    read.alike("pairs", tuple(size for size, _ in pairs), None)
    read.alike("pairs", tuple(count for _, count in pairs), None)
    per = read.expression("per") if "per" in read.entry else None
    exhaustive = _exhaustive(read.entry)
    return MixRule(
        pairs=pairs, per=per, total=read.figure("total"), exhaustive=exhaustive, **common
    )


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
    first, last = read.expression("from"), read.expression("to")
    read.alike("from", (first, last), None)
    periods = read.entry.whole("periods", minimum=1)
    return GrowthRule(first=first, last=last, periods=periods, rate=read.figure("rate"), **common)


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
    if read.register.figures[figure].unit.dimension != "area":
        raise read.entry.fault("figure", "rules.no_area", id=figure)
    return AreaRule(figure=figure, features=features, **common)


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
    "area": frozenset(("figure", "features")),
}
