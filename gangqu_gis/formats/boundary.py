"""Boundary points as features: rings assembled, counts and areas compared with what is printed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gangqu_gis.formats.exchange import (
    EXTENDED_FIELDS,
    HEAD_FIELDS,
    LINE,
    POINT,
    BoundaryFile,
    Parcel,
)
from gangqu_gis.formats.exchange_crs import HeadPlace
from gangqu_gis.formats.remarks import Remarks
from gangqu_gis.formats.rings import Ring, polygon_of, split_rings
from gangqu_gis.formats.vector import VectorFile
from gangqu_gis.messages import message
from gangqu_gis.units import unit

#: The column that keeps the points' names, ring by ring: "1:J1,J2,J3;2:J4,…".
NAMES_COLUMN = "JZDH"

#: How far a printed area may lie from the coordinates and still tell its unit.
_UNIT_SHARE = 0.01
_UNITS = ("ha", "m2", "mu")
_AREA = re.compile(r"\s*([+-]?\d+(?:\.\d*)?|\.\d+)\s*(公顷|ha|亩|平方米|㎡|m2|m²)?\s*", re.IGNORECASE)


def to_vector(
    file: BoundaryFile, *, source: str, layer: str, place: HeadPlace, remarks: Remarks
) -> VectorFile:
    """Return the parcels of a file as features, east first; their CRS is settled later.

    Raises
    ------
    InputError
        A parcel's rings cannot be assembled (with the line).
    """
    rings = [split_rings(parcel.points) for parcel in file.parcels]
    shapes = _objects(
        [
            _shape(parcel, own, source, remarks)
            for parcel, own in zip(file.parcels, rings, strict=True)
        ]
    )
    if place.swapped:
        shapes = shapely.transform(shapes, lambda xy: xy[:, ::-1])
    in_metres = not any(abs(p.x) <= 360 for parcel in file.parcels for p in parcel.points[:1])
    if in_metres:
        for parcel, shape in zip(file.parcels, shapes, strict=True):
            _compare_area(parcel, shape, remarks)
    return VectorFile(
        source,
        layer,
        shapes,
        _columns(file, rings),
        place.crs,
        remarks.notes(),
        tuple(parcel.line for parcel in file.parcels),
        place.guess,
    )


def bounds_of(file: BoundaryFile) -> tuple[float, float, float, float] | None:
    """Return least and largest Y and X of all points, as printed, Y first."""
    xy = np.array([(p.y, p.x) for parcel in file.parcels for p in parcel.points], dtype=np.float64)
    if not len(xy):
        return None
    (west, south), (east, north) = xy.min(axis=0), xy.max(axis=0)
    return float(west), float(south), float(east), float(north)


def title(parcel: Parcel) -> str:
    """Return what messages call a parcel: its number, else its name, else its line."""
    return parcel.field("DKBH") or parcel.field("DKMC") or f"#{parcel.line or 1}"


def _shape(parcel: Parcel, rings: list[Ring], source: str, remarks: Remarks) -> Any:
    if not parcel.points:
        text = message("txt.no_points", parcel=title(parcel))
        remarks.add("txt.no_points", text, line=parcel.line)
        return None
    kind = parcel.field("JLTXSX")
    if kind == POINT:
        return shapely.MultiPoint([(p.y, p.x) for p in parcel.points])
    if kind == LINE:
        return _line(rings)
    _compare_count(parcel, rings, remarks)
    for ring in rings:
        if not ring.closed:
            text = message("txt.not_closed", parcel=title(parcel), ring=ring.label)
            remarks.add("txt.not_closed", text, line=ring.points[-1].line)
    return polygon_of(rings, source=source, parcel=title(parcel))


def _line(rings: list[Ring]) -> Any:
    parts = [[(p.y, p.x) for p in ring.points] for ring in rings if len(ring.points) > 1]
    return shapely.MultiLineString(parts) if len(parts) != 1 else shapely.LineString(parts[0])


def _compare_count(parcel: Parcel, rings: list[Ring], remarks: Remarks) -> None:
    """Remark on a count that is not the number of rows; it is never used to cut them."""
    printed = parcel.field("JZDS")
    if not printed:
        return
    rows = len(parcel.points)
    if printed.isdecimal() and int(printed) == rows:
        return
    text = message("txt.count", parcel=title(parcel), printed=printed, rows=rows)
    remarks.add("txt.count", text, line=parcel.line)


def _compare_area(parcel: Parcel, shape: Any, remarks: Remarks) -> None:
    """Decide the unit of the printed area by the coordinates, and say which it is."""
    printed = parcel.field("DKMJ")
    found = _AREA.fullmatch(printed)
    value = float(found[1]) if found else 0.0
    if shape is None or not printed or (found and value == 0) or not shape.is_valid:
        return
    area = shapely.area(shape)

    def fits(name: str) -> bool:
        return bool(abs(value * float(unit(name).factor) - area) <= _UNIT_SHARE * area)

    name = next((name for name in _UNITS if fits(name)), None)
    if name is None:
        text = message("txt.area", parcel=title(parcel), printed=printed, area=f"{area:.2f}")
        remarks.add("txt.area", text, line=parcel.line)
    elif name != _UNITS[0] or (found and found[2]):
        label = unit(name).label
        text = message("txt.area_unit", printed=printed, unit=label, area=f"{area:.2f}")
        remarks.add("txt.area_unit", text, line=parcel.line, kind=name, inferred=True)


def _columns(file: BoundaryFile, rings: list[list[Ring]]) -> Mapping[str, NDArray[np.object_]]:
    used = [
        name
        for name in (*HEAD_FIELDS, *EXTENDED_FIELDS)
        if any(parcel.field(name) for parcel in file.parcels)
    ]
    columns = {name: _objects([p.field(name) or None for p in file.parcels]) for name in used}
    names = [";".join(_names(ring) for ring in own) or None for own in rings]
    if any(point.name for parcel in file.parcels for point in parcel.points):
        columns[NAMES_COLUMN] = _objects(names)
    return columns


def _names(ring: Ring) -> str:
    return f"{ring.points[0].ring or ring.number}:" + ",".join(p.name for p in ring.points)


def _objects(values: list[Any]) -> NDArray[np.object_]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
