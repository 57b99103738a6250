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

#: Metres in a degree of latitude, WGS 84 and CGCS2000 at 45° (111 132 m; 0.6 % less at the
#: equator, 0.5 % more at the poles: nothing beside a limit of one millimetre).
METRES_PER_DEGREE = 111_132.0


def same_shape(a: BaseGeometry, b: BaseGeometry, *, within_m: float = SAME_M) -> bool:
    """Whether two geometries in EPSG:4490 are the same to ``within_m`` metres."""
    if shapely.equals_identical(a, b):
        return True
    parts = [list(shapely.get_parts(shape)) for shape in (a, b)]
    types = [[part.geom_type for part in row] for row in parts]
    if sorted(types[0]) != sorted(types[1]):
        return False
    scale = np.array([np.cos(np.deg2rad(_latitude(a))), 1.0]) * METRES_PER_DEGREE

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


def _latitude(shape: BaseGeometry) -> float:
    south, north = shape.bounds[1::2]
    return float(south + north) / 2


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
