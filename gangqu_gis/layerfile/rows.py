"""A feature as a layer's file holds it: attributes, and a geometry or what stands in its place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from gangqu_gis.messages import Text, message
from gangqu_gis.records import Record
from gangqu_gis.schema import GEOMETRY_TYPES

_ACCEPTED = [name for names in GEOMETRY_TYPES.values() for name in names]


class StoredFeature(Protocol):
    """What is written of a feature.

    ``geometry`` is in EPSG:4490, ``None`` where there is none; ``unread_geometry`` is then the
    JSON of one that cannot be used.
    """

    @property
    def properties(self) -> Mapping[str, Any]: ...

    @property
    def geometry(self) -> BaseGeometry | None: ...

    @property
    def unread_geometry(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Row:
    """A feature as it was read; ``line`` is its line in the file, or its number in a table."""

    properties: Mapping[str, Any]
    geometry: BaseGeometry | None
    line: int
    fault: Text | None = None
    unread_geometry: Any = None


def record_of(feature: StoredFeature) -> Record:
    """Return a feature as GeoJSON; a geometry that could not be read, as it stood."""
    shape = feature.geometry
    geometry = feature.unread_geometry if shape is None else mapping(shape)
    return {"type": "Feature", "properties": feature.properties, "geometry": geometry}


def geometry_of(value: Any) -> tuple[BaseGeometry | None, Text | None]:
    """Return the geometry that a GeoJSON geometry describes, or why it cannot be used."""
    if value is None:
        return None, message("layer.geometry_null")
    kind = value.get("type") if isinstance(value, dict) else None
    if kind not in _ACCEPTED:
        return None, message("layer.geometry_type", found=str(kind))
    try:
        geometry = shapely.from_geojson(json.dumps(value))
    except shapely.errors.GEOSException as error:
        return None, message("layer.geometry_unreadable", reason=str(error).split("\n")[0])
    return (None, fault) if (fault := fault_of(geometry)) else (geometry, None)


def fault_of(geometry: BaseGeometry) -> Text | None:
    """Return why a geometry cannot be that of a stored layer."""
    if geometry.geom_type not in _ACCEPTED:
        return message("layer.geometry_type", found=geometry.geom_type)
    if geometry.is_empty:
        return message("layer.geometry_empty")
    if geometry.has_z:
        return message("layer.geometry_3d")
    return None
