"""Polygonal parts of a result, how wide they are, and whether they are slivers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gangqu_gis.topology.thresholds import Thresholds

Geometries = NDArray[np.object_]
Flags = NDArray[np.bool_]
#: Of four bytes where there are as many as vertices (:func:`boundary.place_type`).
Indices = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]

#: Arcs of the rounded corners of a buffer: it matters to a hundredth of the tolerance only.
MITRE = {"join_style": "mitre", "mitre_limit": 5.0}


def wide_parts(geometry: Any, *, tolerance_m: float) -> Any | None:
    """Return the polygonal parts of ``geometry`` that are wider than the tolerance, or ``None``."""
    return all_wide_parts(np.array([geometry], dtype=object), tolerance_m=tolerance_m)[0]


def all_wide_parts(geometry: Geometries, *, tolerance_m: float) -> Geometries:
    """Return the polygonal parts of each entry that are wider than the tolerance, or ``None``.

    A part is wider when a circle of that diameter fits into it.  Its mean width 2A/P never
    exceeds the largest such circle, so that most parts need no second look.
    """
    parts, of = shapely.get_parts(geometry, return_index=True)
    parts, nested = shapely.get_parts(parts, return_index=True)
    of = of[nested]
    drawn = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    drawn &= shapely.area(parts) > 0.0
    parts, of = parts[drawn], of[drawn]
    wide = mean_width(parts) > tolerance_m
    narrow = np.flatnonzero(~wide)
    wide[narrow] = ~shapely.is_empty(shapely.buffer(parts[narrow], -tolerance_m / 2))
    parts, of = parts[wide], of[wide]
    result = np.full(len(geometry), None, dtype=object)
    count = np.bincount(of, minlength=len(geometry))
    single = count[of] == 1
    result[of[single]] = parts[single]
    if not single.all():
        several, group = np.unique(of[~single], return_inverse=True)
        result[several] = shapely.multipolygons(parts[~single], indices=group)
    return result


def in_fixed_order(geometry: Geometries) -> Geometries:
    """Return the same geometries in an order of their own: that of their WKB.

    The last digits of what GEOS joins depend on the order in which it is given.
    """
    raw: list[bytes] = shapely.to_wkb(geometry).tolist()
    ordered: Geometries = geometry[sorted(range(len(raw)), key=raw.__getitem__)]
    return ordered


def mean_width(geometry: Any) -> Any:
    """Return 2A/P, metres: the width of a strip, half the side of a square."""
    return 2 * shapely.area(geometry) / shapely.length(geometry)


def slivers(geometry: Geometries, thresholds: Thresholds) -> Flags:
    """Return which sound polygons are slivers: small or narrow, and of a drawn-out shape."""
    area, perimeter = shapely.area(geometry), shapely.length(geometry)
    ratio = np.divide(perimeter**2, area, out=np.zeros(len(area)), where=area > 0)
    # Whichever two of the four shapes hold, one of the three of P²/A holds.
    least = min(
        thresholds.sliver_perimeter_ratio,
        4 * math.pi / thresholds.sliver_compactness,
        4 * math.pi * thresholds.sliver_shape_index**2,
    )
    found: Flags = np.zeros(len(area), dtype=bool)
    for i in np.flatnonzero(ratio >= least):
        found[i] = _is_sliver(geometry[i], float(area[i]), float(perimeter[i]), thresholds)
    return found


def _is_sliver(polygon: Any, area: float, perimeter: float, limits: Thresholds) -> bool:
    width, length = _rectangle_sides(polygon)
    small = (
        area <= limits.sliver_area_m2
        or width <= limits.sliver_width_m
        or 2 * area / perimeter <= limits.sliver_width_m
    )
    shapes = (
        length >= limits.sliver_ratio * width,
        4 * math.pi * area / perimeter**2 <= limits.sliver_compactness,
        perimeter / (2 * math.sqrt(math.pi * area)) >= limits.sliver_shape_index,
        perimeter**2 / area >= limits.sliver_perimeter_ratio,
    )
    return small and sum(shapes) >= 2


def _rectangle_sides(polygon: Any) -> tuple[float, float]:
    """Return width and length of the smallest enclosing rectangle, metres."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(polygon))
    if len(corners) < 5:
        return 0.0, float(shapely.length(polygon))
    sides = np.hypot(*np.diff(corners[:3], axis=0).T)
    return float(sides.min()), float(sides.max())
