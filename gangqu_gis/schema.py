"""The kinds of features and their fields, as data/schema.toml declares them.

Validation, popups, exports and documentation are all derived from this declaration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from gangqu_gis.documents import Entry, read_toml
from gangqu_gis.messages import Text, message

FIELD_TYPES = ("text", "choice", "number", "integer", "flag", "list", "bounds")
GEOMETRIES = ("polygon", "line")
SIDES = ("east", "south", "west", "north")
ANY_KIND = "any"


@dataclass(frozen=True, slots=True)
class Field:
    """One attribute of a feature."""

    name: str
    label: Text
    type: str
    common: bool = False
    required: bool = False
    required_when: tuple[tuple[str, str], ...] = ()
    choices: tuple[str, ...] = ()
    unit: str | None = None
    minimum: Decimal | None = None
    pattern: str | None = None
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of feature: its layer, geometry, fields and what it may lie upon."""

    id: str
    layer: str
    label: Text
    geometry: str
    land_use: str
    fields: tuple[Field, ...]
    may_overlap: frozenset[str]
    within: str | None = None

    def allows_overlap_with(self, other: Kind) -> bool:
        """Whether features of this kind and of ``other`` may share land, as either declares."""
        return (
            ANY_KIND in self.may_overlap
            or ANY_KIND in other.may_overlap
            or other.id in self.may_overlap
            or self.id in other.may_overlap
        )


@dataclass(frozen=True, slots=True)
class Schema:
    """Every kind, by id and in the declared order."""

    kinds: Mapping[str, Kind]

    def of_layer(self, layer: str) -> list[Kind]:
        """Return the kinds that live in ``layer``."""
        return [kind for kind in self.kinds.values() if kind.layer == layer]


def read_schema(path: Path, *, shown: str) -> Schema:
    """Read data/schema.toml.

    Raises
    ------
    InputError
        The file cannot be read, or a kind or field is declared wrongly (with the line).
    """
    document = read_toml(path, shown=shown)
    fields: dict[str, Field] = {}
    for entry in document.entries("field"):
        field = _read_field(entry)
        if field.name in fields:
            raise entry.fault("name", "schema.field_twice", name=field.name)
        fields[field.name] = field
    kinds: dict[str, Kind] = {}
    for entry in document.entries("kind"):
        kind = _read_kind(entry, fields)
        if kind.id in kinds:
            raise entry.fault("id", "schema.kind_twice", name=kind.id)
        kinds[kind.id] = kind
    for entry in document.entries("kind"):
        _check_references(entry, kinds)
    return Schema(kinds)


def attribute_faults(kind: Kind, properties: Mapping[str, Any]) -> Iterator[tuple[str, Text]]:
    """Yield (field, what is wrong) for every attribute of one feature that breaks the schema."""
    known = {field.name: field for field in kind.fields}
    for name in properties:
        if name not in known:
            yield name, message("schema.unknown_field", name=name, kind=kind.label)
    for field in kind.fields:
        value = properties.get(field.name)
        if value is None or value == "":
            if _is_required(field, properties):
                yield (
                    field.name,
                    message("schema.value_missing", label=field.label, name=field.name),
                )
            continue
        fault = _value_fault(field, value)
        if fault:
            yield field.name, fault


def _is_required(field: Field, properties: Mapping[str, Any]) -> bool:
    conditions = field.required_when
    return field.required or (
        bool(conditions) and all(properties.get(name) == value for name, value in conditions)
    )


def _value_fault(field: Field, value: Any) -> Text | None:
    shown = {"label": field.label, "name": field.name, "value": _excerpt(value)}
    if not _TYPE_TESTS[field.type](value):
        return message("schema.wrong_type", **shown, type=message(f"schema.type_{field.type}"))
    if field.choices and value not in field.choices:
        return message("schema.not_a_choice", **shown, choices=" / ".join(field.choices))
    if field.minimum is not None and value < field.minimum:
        return message("schema.below_minimum", **shown, minimum=field.minimum)
    if field.pattern and not re.fullmatch(field.pattern, value):
        return message("schema.pattern", **shown, pattern=field.pattern)
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def _is_bounds(value: Any) -> bool:
    return isinstance(value, dict) and all(
        side in SIDES
        and isinstance(lines, list)
        and lines
        and all(isinstance(i, str) for i in lines)
        for side, lines in value.items()
    )


_TYPE_TESTS = {
    "text": lambda v: isinstance(v, str),
    "choice": lambda v: isinstance(v, str),
    "number": _is_number,
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "flag": lambda v: isinstance(v, bool),
    "list": lambda v: isinstance(v, list) and all(isinstance(i, str) for i in v),
    "bounds": _is_bounds,
}


def _excerpt(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _read_field(entry: Entry) -> Field:
    type_ = _one_of(entry, "type", FIELD_TYPES)
    _refuse_misplaced(entry, type_)
    minimum = entry.get("minimum")
    return Field(
        name=entry.text("name"),
        label=Text(entry.text("zh"), entry.text("en")),
        type=type_,
        common=entry.flag("common"),
        required=entry.flag("required"),
        required_when=tuple(entry.get("required_when", {}).items()),
        choices=entry.texts("choices", optional=True),
        unit=entry.text("unit", optional=True) or None,
        minimum=None if minimum is None else Decimal(minimum),
        pattern=entry.text("pattern", optional=True) or None,
        synonyms=entry.texts("synonyms", optional=True),
    )


def _refuse_misplaced(entry: Entry, type_: str) -> None:
    """Refuse a condition that a field of this type cannot have, or one that is no condition."""
    minimum, pattern = entry.get("minimum"), entry.get("pattern")
    if minimum is not None and (
        type_ not in ("number", "integer")
        or not isinstance(minimum, int | Decimal)
        or isinstance(minimum, bool)
    ):
        raise entry.fault("minimum", "schema.bad_condition", name="minimum", type=type_)
    if pattern is not None and (type_ != "text" or not _is_pattern(pattern)):
        raise entry.fault("pattern", "schema.bad_condition", name="pattern", type=type_)
    if not isinstance(entry.get("required_when", {}), Mapping):
        raise entry.fault("required_when", "schema.bad_condition", name="required_when", type=type_)


def _is_pattern(value: Any) -> bool:
    try:
        re.compile(value)
    except (re.error, TypeError):
        return False
    return True


def _read_kind(entry: Entry, fields: Mapping[str, Field]) -> Kind:
    own = entry.texts("fields", optional=True)
    for name in own:
        if name not in fields:
            raise entry.fault("fields", "schema.undeclared_field", name=name)
    overlap = entry.get("may_overlap", [])
    return Kind(
        id=entry.text("id"),
        layer=entry.text("layer"),
        label=Text(entry.text("zh"), entry.text("en")),
        geometry=_one_of(entry, "geometry", GEOMETRIES),
        land_use=entry.text("land_use"),
        fields=tuple(f for f in fields.values() if f.common or f.name in own),
        may_overlap=frozenset(
            [ANY_KIND] if overlap == ANY_KIND else entry.texts("may_overlap", optional=True)
        ),
        within=entry.text("within", optional=True) or None,
    )


def _check_references(entry: Entry, kinds: Mapping[str, Kind]) -> None:
    kind = kinds[entry.text("id")]
    for name in sorted(kind.may_overlap - {ANY_KIND}):
        if name not in kinds:
            raise entry.fault("may_overlap", "schema.unknown_kind", name=name)
    if kind.within is not None and kind.within not in kinds:
        raise entry.fault("within", "schema.unknown_kind", name=kind.within)


def _one_of(entry: Entry, name: str, allowed: tuple[str, ...]) -> str:
    value = entry.text(name)
    if value not in allowed:
        raise entry.fault(name, "schema.unknown_type", name=value, allowed=", ".join(allowed))
    return value
