"""Geometry as a page needs it: rounded coordinates, a place for the label, the side of the sea."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

#: Decimals of a degree on a page: 1e-7° is 1 cm.
PAGE_DECIMALS = 7
#: How far the tint of the sea reaches beyond the coast, degrees: past the edge of the view.
_SEA_REACH = 0.5

_DRAWN = ("Polygon", "MultiPolygon", "LineString", "MultiLineString")

Position = tuple[float, float]


def geojson(geometry: BaseGeometry | None) -> dict[str, Any] | None:
    """Return ``geometry`` as GeoJSON with rounded coordinates.

    ``None`` for what has no outline to draw: a map library would put its own marker at a point.
    """
    if geometry is None or geometry.is_empty or geometry.geom_type not in _DRAWN:
        return None
    shape = shapely.geometry.mapping(geometry)
    return {"type": shape["type"], "coordinates": _rounded(shape["coordinates"])}


def label_point(geometry: BaseGeometry | None) -> list[float] | None:
    """Return where the label of a polygon goes (lon, lat): well inside it.

    What is no polygon gets the middle of its extent; what is empty gets none.
    """
    if geometry is None or geometry.is_empty:
        return None
    if geometry.is_valid and geometry.geom_type in ("Polygon", "MultiPolygon"):
        largest = max(shapely.get_parts(geometry), key=shapely.area)
        west, south, east, north = largest.bounds
        tolerance = max(east - west, north - south) / 200
        point = shapely.get_point(shapely.maximum_inscribed_circle(largest, tolerance), 0)
    else:
        point = shapely.envelope(geometry).centroid
    return [round(point.x, PAGE_DECIMALS), round(point.y, PAGE_DECIMALS)]


def extent(geometries: Iterable[BaseGeometry | None]) -> list[list[float]] | None:
    """Return [[south, west], [north, east]] of all geometries, or ``None`` for none."""
    boxes = [geometry.bounds for geometry in geometries if geometry is not None]
    if not boxes:
        return None
    west, south = min(b[0] for b in boxes), min(b[1] for b in boxes)
    east, north = max(b[2] for b in boxes), max(b[3] for b in boxes)
    return [_rounded((south, west)), _rounded((north, east))]


def sea(coast: BaseGeometry, land: list[BaseGeometry]) -> dict[str, Any] | None:
    """Return a polygon to tint as sea: the side of ``coast`` on which there is no ``land``.

    It goes beyond the ends of the coast in the coast's own direction and is no boundary.
    ``None`` where both sides hold land, or neither does.
    """
    if coast.geom_type != "LineString" or not land:
        return None
    line = [(x, y) for x, y in coast.coords]
    sides = [_beside(line, turn) for turn in (1, -1)]
    points = [shapely.point_on_surface(shape) for shape in land if shape.is_valid]
    held = [sum(side.contains(point) for point in points) for side in sides]
    if (held[0] == 0) == (held[1] == 0):
        return None
    return geojson(sides[0] if held[0] == 0 else sides[1])


def _beside(line: list[Position], turn: int) -> BaseGeometry:
    """Return the land or sea to the left (``turn`` 1) or right (-1) of ``line``."""
    (x0, y0), (x1, y1) = line[0], line[-1]
    length = math.hypot(x1 - x0, y1 - y0) or 1.0
    along = ((x1 - x0) / length * _SEA_REACH, (y1 - y0) / length * _SEA_REACH)
    across = (-along[1] * turn, along[0] * turn)
    start, end = (x0 - along[0], y0 - along[1]), (x1 + along[0], y1 + along[1])
    far = [(x + across[0], y + across[1]) for x, y in (end, start)]
    return shapely.make_valid(shapely.Polygon([start, *line, end, *far]))


def _rounded(value: Any) -> Any:
    if isinstance(value, int | float):
        return round(float(value), PAGE_DECIMALS)
    return [_rounded(part) for part in value]
