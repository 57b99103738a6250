"""Ellipsoidal areas in any plane: edges taken as parabolas through their ends and middles.

For planes that the closed form (:mod:`gangqu_gis.measure.edges`) does not know, and for edges too
long for it.  Every edge is cut into pieces; each is a parabola in (λ, q), q being the authalic
area function of the ellipsoid (Snyder, *Map Projections: A Working Manual*, eq. 3-12, times
a²(1-e²)/2 = b²/2; TD/T 1055 and the notice 国土调查办发〔2008〕32号 give the same integral as a
series).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gangqu_gis import crs as crs_module
from gangqu_gis.measure.ellipsoid import Ellipsoid
from gangqu_gis.measure.rings import Floats, Rings

if TYPE_CHECKING:
    from pyproj import CRS

#: Longest piece of an edge, metres, that is taken as one parabola.  At 30°N the neglected term
#: is below 1e-12 of the area for pieces of this length.
LONGEST_PIECE_M = 500.0


def parabola_areas(rings: Rings, *, plane: CRS) -> Floats:
    """Return the ellipsoidal area, m², of polygons given in ``plane`` with edges straight there."""
    if not len(rings):
        return np.full(rings.size, np.nan)
    ellipsoid = Ellipsoid.of(plane)
    to_degrees = crs_module.transformer(plane, crs_module.geographic(plane))
    pieces = _pieces(rings)
    longitude, latitude = to_degrees.transform(pieces.x, pieces.y)
    middle_longitude, middle_latitude = to_degrees.transform(pieces.middle_x, pieces.middle_y)
    origin = np.deg2rad(longitude[pieces.first])[pieces.ring]
    lam = np.deg2rad(longitude) - origin
    lam_middle = np.deg2rad(middle_longitude) - origin
    q = _area_function(ellipsoid, np.deg2rad(latitude))
    q_origin = q[pieces.first][pieces.ring]
    q_middle = _area_function(ellipsoid, np.deg2rad(middle_latitude)) - q_origin
    q -= q_origin
    integral = _parabola_integral(lam, lam_middle, lam[pieces.after], q, q_middle, q[pieces.after])
    ring_area = np.abs(np.bincount(pieces.ring, integral, minlength=len(rings)))
    return rings.sums(ring_area)


def _area_function(ellipsoid: Ellipsoid, latitude: Floats) -> Floats:
    """Return q(φ) in m² per radian of longitude, φ in radians; of a sphere, its limit."""
    s, e = np.sin(latitude), np.sqrt(ellipsoid.e2)
    tail = np.arctanh(e * s) / e if e > 0 else s
    q: Floats = ellipsoid.b**2 / 2 * (s / (1 - (e * s) ** 2) + tail)
    return q


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Edges cut into pieces: the start of each, its middle, its ring, and the piece after it."""

    x: Floats
    y: Floats
    middle_x: Floats
    middle_y: Floats
    ring: NDArray[np.intp]
    first: NDArray[np.intp]
    after: NDArray[np.intp]


def _pieces(rings: Rings) -> _Pieces:
    keep = np.ones(len(rings.xy), dtype=bool)
    keep[rings.start[1:] - 1] = False
    xy, corners = rings.xy[keep], np.diff(rings.start) - 1
    ring_of_vertex = np.repeat(np.arange(len(rings)), corners)
    following = _following((np.cumsum(corners) - corners).astype(np.intp), corners)
    x, y = xy[:, 0], xy[:, 1]
    dx, dy = x[following] - x, y[following] - y
    count = np.maximum(1, np.ceil(np.hypot(dx, dy) / LONGEST_PIECE_M)).astype(np.intp)
    edge = np.repeat(np.arange(len(x)), count)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    at, middle = step / count[edge], (step + 0.5) / count[edge]
    ring = ring_of_vertex[edge]
    length = np.bincount(ring, minlength=len(rings)).astype(np.intp)
    start = (np.cumsum(length) - length).astype(np.intp)
    return _Pieces(
        x=x[edge] + at * dx[edge],
        y=y[edge] + at * dy[edge],
        middle_x=x[edge] + middle * dx[edge],
        middle_y=y[edge] + middle * dy[edge],
        ring=ring,
        first=start,
        after=_following(start, length),
    )


def _following(start: NDArray[np.intp], length: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the index of each vertex's successor; a ring's last is followed by its first."""
    following = np.arange(1, int(length.sum()) + 1, dtype=np.intp)
    following[start + length - 1] = start
    return following


def _parabola_integral(
    l0: Floats, l1: Floats, l2: Floats, q0: Floats, q1: Floats, q2: Floats
) -> Floats:
    """Return ∫ q dλ along parabolas through (l0, q0), (l1, q1) at the middle, and (l2, q2)."""
    a, b = 4 * l1 - 3 * l0 - l2, 2 * (l0 + l2 - 2 * l1)
    c, d = 4 * q1 - 3 * q0 - q2, 2 * (q0 + q2 - 2 * q1)
    integral: Floats = q0 * (a + b) + a * c / 2 + a * d / 3 + 2 * b * c / 3 + b * d / 2
    return integral
