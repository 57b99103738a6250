"""The columns of an export as GDAL's formats take them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from gangqu_gis.errors import UsageError
from gangqu_gis.export.content import Content, as_json
from gangqu_gis.gdal import Column, Drawn, area
from gangqu_gis.messages import message
from gangqu_gis.report.characters import legal
from gangqu_gis.schema import Field

#: The largest whole number of a 4-byte column.
_LARGEST_INTEGER = 2**31 - 1
#: GDAL's names of the types that hold simple and multiple geometries alike.
_MULTI = {"polygon": "MultiPolygon", "line": "MultiLineString"}


def text_of(value: Any) -> str | None:
    """Return an attribute as text: a list or table as JSON, unprintable characters as signs."""
    if value is None:
        return None
    return legal(value if isinstance(value, str) else as_json(value))


def column(content: Content, field: Field, name: str, *, longs: bool) -> Column:
    """Return a field as a column; without ``longs``, whole numbers beyond 4 bytes as doubles."""
    values = content.column(field)
    alias = content.aliases[field.name]
    if field.type == "area":
        return Column(name, "area", [area(value) for value in values], alias)
    if field.type == "integer":
        wide = any(v is not None and abs(v) > _LARGEST_INTEGER for v in values)
        type_ = "integer" if not wide else "long" if longs else "number"
        return Column(name, type_, values, alias)
    if field.type in ("number", "flag"):
        return Column(name, field.type, values, alias)
    return Column(name, "text", [text_of(value) for value in values], alias)


def columns(content: Content, names: Mapping[str, str], *, longs: bool) -> list[Column]:
    """Return every field of ``content`` under its name in ``names``."""
    return [column(content, field, names[field.name], longs=longs) for field in content.fields]


def drawn(content: Content, *, multi: bool, mixed: bool = False) -> Drawn:
    """Return the geometries; with ``multi``, each as a multipolygon or multiline.

    Raises
    ------
    UsageError
        The layer holds lines and polygons and the format, not ``mixed``, cannot.
    """
    shapes = [item.geometry for item in content.items]
    crs = content.crs.to_wkt()
    if len(content.geometries) > 1:
        if not mixed:
            raise UsageError(message("export.mixed", layer=content.layer))
        return Drawn(shapes, "Unknown", crs)
    (family,) = content.geometries
    if not multi:
        return Drawn(shapes, {"polygon": "Polygon", "line": "LineString"}[family], crs)
    return Drawn([_promoted(shape) for shape in shapes], _MULTI[family], crs)


_PROMOTERS: Mapping[str, Callable[[Any], BaseGeometry]] = {
    "Polygon": shapely.multipolygons,
    "LineString": shapely.multilinestrings,
}


def _promoted(shape: BaseGeometry | None) -> BaseGeometry | None:
    if shape is None or shape.geom_type not in _PROMOTERS:
        return shape
    return _PROMOTERS[shape.geom_type]([shape])
