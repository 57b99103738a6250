"""The kinds of features and their fields, as data/schema.toml declares them.

Validation, popups, exports and documentation are all derived from this declaration.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from gangqu_gis.dates import PRECISIONS
from gangqu_gis.documents import Entry, read_toml
from gangqu_gis.messages import Text

FIELD_TYPES = (
    *("text", "choice", "number", "integer", "flag", "list", "bounds"),
    *("date", "feature", "record", "mix"),
)
#: The geometry of a kind that is a record: its features have none.
NO_GEOMETRY = "none"
GEOMETRIES = ("polygon", "line", NO_GEOMETRY)
SIDES = ("east", "south", "west", "north")
ANY_KIND = "any"
#: The geometry types that features may have, by the geometry of their kind.
GEOMETRY_TYPES = {
    "polygon": ("Polygon", "MultiPolygon"),
    "line": ("LineString", "MultiLineString"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One attribute of a feature.

    ``of_geometry``: it describes the geometry, so that records have no such field.  A ``date``
    is a text of ISO 8601, to the year, month or day as far as it is known, or of exactly the
    declared ``precision``; a ``feature`` is the id of a feature that has a geometry,
    a ``record`` that of another record of the layer; a ``mix`` is
    sizes and counts of dwellings (``60×50、75×192``).
    """

    name: str
    label: Text
    type: str
    common: bool = False
    of_geometry: bool = False
    required: bool = False
    required_when: tuple[tuple[str, str], ...] = ()
    choices: tuple[str, ...] = ()
    unit: str | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    precision: str | None = None
    pattern: str | None = None
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of feature: its layer, geometry, fields and what it may lie upon.

    A kind with geometry ``none`` is a record (a project, a month of the market): an unlocated
    feature (RFC 7946, 3.2), never measured and never drawn.  ``id_from`` names the fields that
    make up its id, where nobody gives it one.
    """

    id: str
    layer: str
    label: Text
    geometry: str
    land_use: str
    fields: tuple[Field, ...]
    may_overlap: frozenset[str]
    within: str | None = None
    id_from: tuple[str, ...] = ()

    @property
    def is_record(self) -> bool:
        """Whether its features have no geometry."""
        return self.geometry == NO_GEOMETRY

    def id_of(self, properties: Mapping[str, Any]) -> str | None:
        """Return the id that the fields of ``id_from`` make up, or ``None`` without them."""
        parts = [properties.get(name) for name in self.id_from]
        if not parts or any(part is None or part == "" for part in parts):
            return None
        return "-".join([self.id, *(str(part) for part in parts)]).replace("_", "-")

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

    def holds_records(self, layer: str) -> bool:
        """Whether ``layer`` is one of records: it has kinds, and none of them is drawn."""
        kinds = self.of_layer(layer)
        return bool(kinds) and all(kind.is_record for kind in kinds)


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
    _refuse_mixed_layers(document.entries("kind"), kinds)
    return Schema(kinds)


def _read_field(entry: Entry) -> Field:
    type_ = _one_of(entry, "type", FIELD_TYPES)
    _refuse_misplaced(entry, type_)
    minimum, maximum = entry.get("minimum"), entry.get("maximum")
    return Field(
        name=entry.text("name"),
        label=Text(entry.text("zh"), entry.text("en")),
        type=type_,
        common=entry.flag("common"),
        of_geometry=entry.flag("of_geometry"),
        required=entry.flag("required"),
        required_when=tuple(entry.get("required_when", {}).items()),
        choices=entry.texts("choices", optional=True),
        unit=entry.text("unit", optional=True) or None,
        minimum=None if minimum is None else Decimal(minimum),
        maximum=None if maximum is None else Decimal(maximum),
        precision=entry.text("precision", optional=True) or None,
        pattern=entry.text("pattern", optional=True) or None,
        synonyms=entry.texts("synonyms", optional=True),
    )


def _refuse_misplaced(entry: Entry, type_: str) -> None:
    """Refuse a condition that a field of this type cannot have, or one that is no condition."""
    pattern, precision = entry.get("pattern"), entry.get("precision")
    for name in ("minimum", "maximum"):
        limit = entry.get(name)
        if limit is not None and (
            type_ not in ("number", "integer")
            or not isinstance(limit, int | Decimal)
            or isinstance(limit, bool)
        ):
            raise entry.fault(name, "schema.bad_condition", name=name, type=type_)
    if precision is not None and (type_ != "date" or precision not in PRECISIONS):
        raise entry.fault("precision", "schema.bad_condition", name="precision", type=type_)
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
    without, id_from = entry.texts("without", optional=True), entry.texts("id_from", optional=True)
    for list_, names in (("fields", own), ("without", without), ("id_from", id_from)):
        for name in names:
            if name not in fields:
                raise entry.fault(list_, "schema.undeclared_field", name=name)
    overlap = entry.get("may_overlap", [])
    geometry = _one_of(entry, "geometry", GEOMETRIES)
    return Kind(
        id=entry.text("id"),
        layer=entry.text("layer"),
        label=Text(entry.text("zh"), entry.text("en")),
        geometry=geometry,
        land_use=entry.text("land_use", optional=geometry == NO_GEOMETRY),
        fields=tuple(
            field
            for field in fields.values()
            if (field.common or field.name in own)
            and field.name not in without
            and not (field.of_geometry and geometry == NO_GEOMETRY)
        ),
        may_overlap=frozenset(
            [ANY_KIND] if overlap == ANY_KIND else entry.texts("may_overlap", optional=True)
        ),
        within=entry.text("within", optional=True) or None,
        id_from=id_from,
    )


def _refuse_mixed_layers(entries: list[Entry], kinds: Mapping[str, Kind]) -> None:
    """Refuse a layer that holds records and drawn features: a survey file is no table."""
    records: dict[str, bool] = {}
    for entry in entries:
        kind = kinds[entry.text("id")]
        if records.setdefault(kind.layer, kind.is_record) != kind.is_record:
            raise entry.fault("geometry", "schema.mixed_layer", layer=kind.layer)


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
