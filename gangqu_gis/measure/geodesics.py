"""Areas of geographic polygons along geodesics where the closed form alone does not reach.

Long edges are cut at points of the geodesic and then taken in closed form; rings around a pole or
near one are left to GeographicLib (pyproj's Geod), which knows no bounds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from gangqu_gis.measure.edges import HIGHEST_DEGREES, ring_areas
from gangqu_gis.measure.ellipsoid import Ellipsoid
from gangqu_gis.measure.rings import Floats, Indices, Rings

if TYPE_CHECKING:
    from pyproj import CRS

#: Pieces that long edges are cut to, metres: below the longest that the closed form takes.
PIECE_M = 1500.0
#: A ring with more pieces than this is left to GeographicLib.
MOST_PIECES = 200_000


def long_geodesic_areas(rings: Rings, *, crs: CRS) -> Floats:
    """Return the area, m², of each polygon of ``rings`` (degrees), whatever its size and place."""
    geod = crs.get_geod()
    assert geod is not None
    area = np.zeros(len(rings))
    for i in range(len(rings)):
        ring = rings.xy[rings.start[i] : rings.start[i + 1]]
        area[i] = _ring_area(ring, geod, Ellipsoid.of(crs))
    return rings.sums(area)


def around_first_vertices(crs: CRS) -> Callable[[Rings], Rings]:
    """Return how to lay rings in degrees out by bearing and distance from their first vertices.

    Distances from there are true, in metres; others are too long by at most d²/6R².
    """
    geod = crs.get_geod()
    assert geod is not None

    def move(rings: Rings) -> Rings:
        lon, lat = rings.xy.T
        first = np.repeat(rings.start[:-1], np.diff(rings.start))
        azimuth, _, length = geod.inv(lon[first], lat[first], lon, lat)
        turn = np.deg2rad(azimuth)
        return rings.with_xy(np.column_stack([length * np.sin(turn), length * np.cos(turn)]))

    return move


def _ring_area(ring: Floats, geod: Any, ellipsoid: Ellipsoid) -> float:
    lon, lat = ring.T
    reach = float(np.ptp(lon))
    if np.isfinite(ring).all() and reach < 90 and (np.abs(lat) <= HIGHEST_DEGREES).all():
        cut = _cut(ring, geod)
        if cut is not None:
            found = ring_areas(_one(cut), ellipsoid, None)
            if not found.left[0]:
                return float(found.area[0])
    area, _ = geod.polygon_area_perimeter(lon, lat)
    return abs(float(area))


def _cut(ring: Floats, geod: Any) -> Floats | None:
    """Return the ring with points of the geodesics between its vertices, or ``None``: too many."""
    lon, lat = ring[:-1].T
    azimuth, _, length = geod.inv(lon, lat, *ring[1:].T)
    count = np.maximum(1, np.ceil(np.asarray(length) / PIECE_M)).astype(np.intp)
    if count.sum() > MOST_PIECES:
        return None
    edge = np.repeat(np.arange(len(count)), count)
    step: Indices = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    way = np.asarray(length)[edge] * step / count[edge]
    x, y, _ = geod.fwd(lon[edge], lat[edge], np.asarray(azimuth)[edge], way)
    points = np.column_stack([x, y])
    points[step == 0] = ring[:-1]
    turns = np.round((points[:, 0] - np.append(ring[0, 0], points[:-1, 0])) / 360.0)
    points[:, 0] -= 360.0 * np.cumsum(turns)
    return np.vstack([points, ring[-1:]])


def _one(xy: Floats) -> Rings:
    start = np.array([0, len(xy)], dtype=np.intp)
    return Rings(xy, start, np.zeros(1, dtype=np.intp), np.ones(1), 1)
