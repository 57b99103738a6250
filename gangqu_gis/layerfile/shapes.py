"""The geometries of a table: WKB with the digits that are kept, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gangqu_gis.crs import STORAGE_DECIMALS
from gangqu_gis.errors import InputError
from gangqu_gis.layerfile.rows import Row, StoredFeature, fault_of
from gangqu_gis.messages import message
from gangqu_gis.schema import Schema

_SCALE = 10.0**STORAGE_DECIMALS
#: Quotients nearer to a half than this are rounded by their decimal digits.
_DOUBTFUL = 0.4


def are_drawn(name: str, features: Sequence[StoredFeature], schema: Schema) -> bool:
    """Whether a layer's table needs geometries: one of records has none."""
    return not schema.holds_records(name) or any(
        feature.geometry is not None or feature.unread_geometry is not None for feature in features
    )


def shapes_of(features: Sequence[StoredFeature], *, shown: str) -> NDArray[np.object_]:
    """Return the geometries of features, rounded as in every stored layer.

    Raises
    ------
    InputError
        A feature has a geometry that cannot be written as WKB: only GeoJSON keeps it as it stands.
    """
    shapes = np.empty(len(features), dtype=object)
    for at, feature in enumerate(features):
        shape = feature.geometry
        if shape is None and feature.unread_geometry is not None:
            shape = _unread(feature.unread_geometry)
            if shape is None:
                label = feature.properties.get("id") or f"#{at + 1}"
                raise InputError(message("layer.only_geojson", label=label), file=shown)
        shapes[at] = shape
    flat = ~shapely.has_z(shapes)
    shapes[flat] = shapely.transform(shapes[flat], rounded)
    return shapes


def rounded(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return coordinates as a decimal text with nine places gives them, to the last bit.

    A whole number of units divided by 1e9 is correctly rounded, and so is reading the text; only
    which whole number it is can be in doubt, near a half.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        units = coordinates * _SCALE
        whole = np.rint(units)
        found: NDArray[np.float64] = whole / _SCALE
        doubtful = (np.abs(units - whole) > _DOUBTFUL) | ~(np.abs(whole) < 2.0**52)
    found[doubtful] = [float(f"{v:.{STORAGE_DECIMALS}f}") for v in coordinates[doubtful].tolist()]
    return found


def rows_of(
    attributes: Sequence[dict[str, Any]], wkb: Sequence[bytes | None] | None, *, shown: str
) -> list[Row]:
    """Return attributes and WKB as features; without ``wkb`` none has a geometry.

    Raises
    ------
    InputError
        A geometry cannot be read: which feature's.
    """
    shapes = _read(wkb, shown) if wkb is not None else [None] * len(attributes)
    return list(_rows(attributes, shapes))


def _rows(
    attributes: Sequence[dict[str, Any]], shapes: Sequence[BaseGeometry | None]
) -> Iterator[Row]:
    for line, (properties, shape) in enumerate(zip(attributes, shapes, strict=True), 1):
        if shape is None:
            yield Row(properties, None, line, message("layer.geometry_null"))
        elif fault := fault_of(shape):
            yield Row(properties, None, line, fault, json.loads(shapely.to_geojson(shape)))
        else:
            yield Row(properties, shape, line)


def _read(wkb: Sequence[bytes | None], shown: str) -> list[BaseGeometry | None]:
    raw = np.empty(len(wkb), dtype=object)
    raw[:] = wkb
    with np.errstate(invalid="ignore"):
        shapes = np.asarray(shapely.from_wkb(raw, on_invalid="ignore"), dtype=object)
    given = np.array([value is not None for value in wkb], dtype=bool)
    unread = np.flatnonzero((shapely.is_missing(shapes) & given) | shapely.has_m(shapes))
    if len(unread):
        line = int(unread[0]) + 1
        raise InputError(message("layer.geometry_of_table", number=line), file=shown, line=line)
    found: list[BaseGeometry | None] = shapes.tolist()
    return found


def _unread(value: Any) -> BaseGeometry | None:
    """Return the geometry of a GeoJSON text if reading it back gives the same text."""
    try:
        shape = shapely.from_geojson(json.dumps(value))
        same = json.loads(shapely.to_geojson(shape)) == value
    except (shapely.errors.GEOSException, TypeError, ValueError, RecursionError):
        return None
    return shape if same else None
