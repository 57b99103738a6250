"""Whether two stored geometries are the same but for digits: a GIS rewrites every coordinate.

Coordinates of the layers are degrees.  A GIS may also start a ring elsewhere, turn it round, or
list parts and holes in another order; none of that is a change.  Another vertex is one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]
T = TypeVar("T")

#: Coordinates nearer than this are the same, metres.
SAME_M = 0.001

#: Sides nearer than this in length, and corners in place, make two rings congruent, metres.
CONGRUENT_M = 0.01

#: CGCS2000: semi-major axis in metres, first eccentricity squared (field conventions 2.2).
_A, _E2 = 6378137.0, 0.00669438002290


def same_shape(a: BaseGeometry, b: BaseGeometry, *, within_m: float = SAME_M) -> bool:
    """Whether two geometries in EPSG:4490 are the same to ``within_m`` metres."""
    if shapely.equals_identical(a, b):
        return True
    parts = [list(shapely.get_parts(shape)) for shape in (a, b)]
    types = [[part.geom_type for part in row] for row in parts]
    if sorted(types[0]) != sorted(types[1]):
        return False
    scale = _metres_per_degree(a)

    def same_part(one: BaseGeometry, other: BaseGeometry) -> bool:
        if one.geom_type != other.geom_type:
            return False
        if one.geom_type == "Polygon":
            return _same_ring(
                _metres(one.exterior, scale), _metres(other.exterior, scale), within_m
            ) and _all_matched(
                [_metres(ring, scale) for ring in one.interiors],
                [_metres(ring, scale) for ring in other.interiors],
                lambda p, q: _same_ring(p, q, within_m),
            )
        return _same_line(_metres(one, scale), _metres(other, scale), within_m)

    return _all_matched(parts[0], parts[1], same_part)


def congruent(a: BaseGeometry, b: BaseGeometry, *, within_m: float = CONGRUENT_M) -> bool:
    """Whether two polygons in EPSG:4490 are one drawing, moved or turned: sides and angles agree.

    No survey repeats every side of a drawing to a centimetre.
    """
    parts = [list(shapely.get_parts(shape)) for shape in (a, b)]
    if any(part.geom_type != "Polygon" for row in parts for part in row):
        return False
    scales = [_metres_per_degree(shape) for shape in (a, b)]
    old, new = (
        [_metres(part.exterior, scale) for part in row]
        for row, scale in zip(parts, scales, strict=True)
    )
    return _all_matched(old, new, lambda one, other: _congruent_rings(one, other, within_m))


def _congruent_rings(a: Floats, b: Floats, within: float) -> bool:
    """Whether the distances from each corner to the next two agree, in one cyclic order."""
    if len(a) != len(b):
        return False
    one = _spans(a[:-1])
    for other in (_spans(b[:-1]), _spans(b[:-1][::-1])):
        for start in range(len(one)):
            if (np.abs(one - np.roll(other, -start, axis=0)) < within).all():
                return True
    return False


def _spans(corners: Floats) -> Floats:
    """Return the distances from each corner to the next and to the one after: sides and angles."""
    steps = [np.hypot(*(np.roll(corners, -by, axis=0) - corners).T) for by in (1, 2)]
    return np.column_stack(steps)


def _metres_per_degree(shape: BaseGeometry) -> Floats:
    """Return the metres of a degree of longitude and of latitude where ``shape`` lies.

    The radii of curvature of the ellipsoid, along the parallel and along the meridian.
    """
    south, north = np.deg2rad(shape.bounds[1::2])
    latitude = (south + north) / 2
    root = 1.0 - _E2 * np.sin(latitude) ** 2
    along_parallel = _A / np.sqrt(root) * np.cos(latitude)
    metres: Floats = np.deg2rad(np.array([along_parallel, _A * (1.0 - _E2) / root**1.5]))
    return metres


def _metres(shape: BaseGeometry, scale: Floats) -> Floats:
    coordinates: Floats = shapely.get_coordinates(shape) * scale
    return coordinates


def _all_matched(a: Sequence[T], b: Sequence[T], same: Callable[[T, T], bool]) -> bool:
    """Whether each of ``a`` has a partner of its own in ``b``."""
    if len(a) != len(b):
        return False
    free = list(b)
    for one in a:
        partner = next((at for at, other in enumerate(free) if same(one, other)), None)
        if partner is None:
            return False
        del free[partner]
    return True


def _same_ring(a: Floats, b: Floats, within: float) -> bool:
    """Whether two closed rings have the same vertices, wherever they start, either way round."""
    if len(a) != len(b):
        return False
    one, other = a[:-1], b[:-1]
    starts = np.flatnonzero(_near(other, one[0], within))
    for start in starts:
        forward = np.roll(other, -start, axis=0)
        backward = np.roll(other[::-1], start + 1 - len(other), axis=0)
        if _near(one, forward, within).all() or _near(one, backward, within).all():
            return True
    return False


def _same_line(a: Floats, b: Floats, within: float) -> bool:
    if len(a) != len(b):
        return False
    return bool(_near(a, b, within).all() or _near(a, b[::-1], within).all())


def _near(a: Floats, b: Floats, within: float) -> NDArray[np.bool_]:
    close: NDArray[np.bool_] = np.hypot(*(a - b).T) < within
    return close
