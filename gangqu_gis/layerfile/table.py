"""Attributes of any JSON type as the typed columns of a table, and back.

A field of the schema has a column of its type.  Values that do not fit their column's type make it
a column of JSON; attributes whose names no column can bear go, as JSON, into one more column.  An
attribute without a value is absent: a table cannot tell the two apart.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from gangqu_gis.arrow_values import NoAttribute, values_of
from gangqu_gis.errors import InputError
from gangqu_gis.gdal import Column
from gangqu_gis.layerfile.rows import StoredFeature
from gangqu_gis.messages import message
from gangqu_gis.schema import Field, Schema

if TYPE_CHECKING:
    import pyarrow

#: Where attributes go whose names no column can bear.
OTHERS = "other_attributes"
#: Names that the formats use themselves.
_RESERVED = frozenset({OTHERS, "fid", "ogc_fid", "rowid", "geom", "geometry"})
#: Bytes that every format allows in a name.
_LONGEST_NAME = 63
#: Whole numbers from here on are not all doubles, and doubles from here on stay doubles.
_WHOLE = 10**15

_DECLARED = {
    **dict.fromkeys(("text", "choice", "date", "feature", "record", "mix"), "text"),
    **{"number": "number", "integer": "long", "flag": "flag", "list": "json", "bounds": "json"},
}


def columns_of(name: str, features: Sequence[StoredFeature], schema: Schema) -> list[Column]:
    """Return the attributes of a layer as columns: the schema's fields first, in their order."""
    fields = _fields(name, schema)
    present = {key for feature in features for key, value in _said(feature)}
    names = [*fields, *sorted(present - set(fields))]
    fit = set(_bearable(names))
    columns = [
        _column(key, [feature.properties.get(key) for feature in features], fields.get(key))
        for key in names
        if key in fit
    ]
    if present - fit:
        rest = [
            {k: v for k, v in sorted(_said(feature), key=itemgetter(0)) if k not in fit}
            for feature in features
        ]
        columns.append(Column(OTHERS, "json", [_json(part) if part else None for part in rest]))
    return columns


def attributes_of(table: pyarrow.Table, *, shown: str) -> list[dict[str, Any]]:
    """Return the attributes of each row of a table.

    Raises
    ------
    InputError
        A number is not finite, or a column holds bytes, which no attribute can.
    """
    names, columns = [], []
    for field in table.schema:
        names.append(field.name)
        columns.append(_values(table.column(field.name), field, shown))
    rows: list[dict[str, Any]] = [{} for _ in range(table.num_rows)]
    for name, values in zip(names, columns, strict=True):
        for row, value in zip(rows, values, strict=True):
            if value is None:
                continue
            if name == OTHERS and isinstance(value, Mapping):
                row.update(value)
            else:
                row[name] = value
    return rows


def _fields(name: str, schema: Schema) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for kind in schema.of_layer(name):
        for field in kind.fields:
            if not (kind.is_record and field.of_geometry):
                found.setdefault(field.name, field)
    return found


def _said(feature: StoredFeature) -> Iterator[tuple[str, Any]]:
    return ((key, value) for key, value in feature.properties.items() if value is not None)


def _bearable(names: Iterable[str]) -> Iterator[str]:
    """Yield the names that can be columns; names that differ in case alone are one to SQL."""
    taken = set(_RESERVED)
    for name in names:
        key = name.casefold()
        if name.strip() and _is_text(name) and key not in taken:
            if len(name.encode("utf-8")) <= _LONGEST_NAME:
                taken.add(key)
                yield name


def _column(name: str, values: list[Any], field: Field | None) -> Column:
    said = [value for value in values if value is not None]
    declared = [_DECLARED[field.type]] if field is not None else []
    guesses = ("flag", "long", "number", "text") if said else ()
    type_ = next((t for t in (*declared, *guesses) if _FITS[t](said)), "json")
    if type_ == "json":
        values = [None if value is None else _json(value) for value in values]
    return Column(name, type_, values, alias=field.label.zh if field is not None else "")


def _only(values: Iterable[Any], *types: type) -> bool:
    return all(type(value) in types for value in values)


def _is_text(value: str) -> bool:
    """Whether a column can hold a text: C strings end at a NUL, and UTF-8 has no half pairs."""
    return "\0" not in value and not any("\ud800" <= mark <= "\udfff" for mark in value)


#: Whether values can be in a column of a type and come back as they were.
_FITS: dict[str, Callable[[list[Any]], bool]] = {
    "flag": lambda said: _only(said, bool),
    "long": lambda said: _only(said, int) and all(-(2**63) <= v < 2**63 for v in said),
    "number": lambda said: _only(said, int, float)
    and all(math.isfinite(v) if isinstance(v, float) else abs(v) < _WHOLE for v in said),
    "text": lambda said: _only(said, str) and all(map(_is_text, said)),
    "json": lambda said: True,
}


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text if _is_text(text) else json.dumps(value, separators=(",", ":"), allow_nan=False)


def _values(column: Any, field: Any, shown: str) -> list[Any]:
    """Return the values of a column as JSON has them."""
    found: list[Any] = []
    try:
        for value in values_of(column, field, number=_number):
            found.append(value)
    except UnicodeDecodeError as error:
        raise InputError(message("layer.not_utf8", name=field.name), file=shown) from error
    except _NotFinite as error:
        text = message("layer.not_finite", value=str(error))
        raise InputError(text, file=shown, line=len(found) + 1) from error
    except NoAttribute as error:
        text = message("layer.odd_column", name=field.name)
        raise InputError(text, file=shown, line=len(found) + 1) from error
    return found


class _NotFinite(ValueError):
    """A number that is none."""


def _number(value: float) -> int | float:
    if not math.isfinite(value):
        raise _NotFinite(value)
    return int(value) if value.is_integer() and abs(value) < _WHOLE else value
