"""Which method measures which ring: the closed form, and what takes over where it ends.

A method is chosen once for a CRS and a plane, and then takes the rings of any polygons: it returns
one value per polygon, NaN where there is no ring.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from gangqu_gis import crs as crs_module
from gangqu_gis.measure.edges import RingAreas, local_plane, planar_ring_areas
from gangqu_gis.measure.ellipsoid import Ellipsoid, TransverseMercator
from gangqu_gis.measure.fast import ring_areas
from gangqu_gis.measure.geodesics import around_first_vertices, long_geodesic_areas
from gangqu_gis.measure.parabola import parabola_areas
from gangqu_gis.measure.rings import Floats, Rings

if TYPE_CHECKING:
    from pyproj import CRS

Method = Callable[[Rings], Floats]
Move = Callable[[Rings], Rings]


def ellipsoidal(plane: CRS, *, compiled: bool) -> Method:
    """Return how to take ellipsoidal areas of rings in ``plane`` with edges straight there."""
    known = TransverseMercator.of(plane)

    def in_pieces(rings: Rings) -> Floats:
        return parabola_areas(rings, plane=plane)

    if known is None:
        return in_pieces
    figure, to_degrees = Ellipsoid.of(plane), moved(plane, crs_module.geographic(plane))

    def method(rings: Rings) -> Floats:
        found = ring_areas(to_degrees(rings), figure, known, compiled=compiled)
        return _mended(rings, found, in_pieces)

    return method


def straight(crs: CRS, plane: CRS, *, compiled: bool) -> Method:
    """Return how to take ellipsoidal areas of rings in ``crs`` with edges straight in ``plane``."""
    known, to_plane = TransverseMercator.of(plane), moved(crs, plane)
    if known is None or not _same_figure(crs, plane):
        of_plane = ellipsoidal(plane, compiled=compiled)
        return lambda rings: of_plane(to_plane(rings))
    figure = Ellipsoid.of(crs)

    def method(rings: Rings) -> Floats:
        found = ring_areas(rings, figure, known, compiled=compiled)
        return _mended(rings, found, lambda left: parabola_areas(to_plane(left), plane=plane))

    return method


def geodesic(crs: CRS, *, compiled: bool) -> Method:
    """Return how to take areas of rings in degrees whose edges are geodesics."""
    figure = Ellipsoid.of(crs)

    def in_pieces(rings: Rings) -> Floats:
        return long_geodesic_areas(rings, crs=crs)

    if not figure.is_earth_like:
        return in_pieces

    def method(rings: Rings) -> Floats:
        return _mended(rings, ring_areas(rings, figure, None, compiled=compiled), in_pieces)

    return method


def planar(crs: CRS, plane: CRS | None) -> Method:
    """Return how to take areas of rings in ``plane``: NaN where none may be taken in it."""
    if plane is None or not crs_module.fit_for_planar_areas(plane):
        return lambda rings: np.full(rings.size, np.nan)
    move = in_plane(crs, plane)
    return lambda rings: planar_areas(move(rings))


def planar_areas(rings: Rings) -> Floats:
    """Return the areas of polygons whose rings are given in a plane."""
    return rings.sums(planar_ring_areas(rings))


def in_plane(crs: CRS, plane: CRS | None) -> Move:
    """Return how to bring rings into metres; those given in degrees, from their first vertex.

    Without a ``plane`` each ring in degrees lies in a plane of its own around its first vertex,
    true to scale there: for distances within the ring.
    """
    if plane is not None and crs == plane:
        return lambda rings: rings
    known = None if plane is None else TransverseMercator.of(plane)
    far = around_first_vertices(crs) if plane is None else moved(crs, plane)
    if not crs.is_geographic or (plane is not None and not (known and _same_figure(crs, plane))):
        return far
    figure = Ellipsoid.of(plane or crs)

    def move(rings: Rings) -> Rings:
        found = local_plane(rings, figure, known)
        if not found.left.any():
            return found.rings
        return found.rings.replaced(found.left, far(rings.pick(found.left)))

    return move


def moved(source: CRS, target: CRS) -> Move:
    """Return how to bring rings from one CRS into another by PROJ."""
    if source == target:
        return lambda rings: rings
    change = crs_module.transformer(source, target)

    def move(rings: Rings) -> Rings:
        return rings.with_xy(np.column_stack(change.transform(rings.xy[:, 0], rings.xy[:, 1])))

    return move


def _mended(rings: Rings, found: RingAreas, otherwise: Method) -> Floats:
    """Return the sums by polygon; polygons with a ring that was left are measured otherwise."""
    total = rings.sums(found.area)
    if found.left.any():
        left = rings.flagged(found.left)
        total[left] = otherwise(rings.only(left))[left]
    return total


def _same_figure(crs: CRS, plane: CRS) -> bool:
    """Whether degrees of ``crs`` are those under ``plane``."""
    return crs_module.same_datum(crs, plane) and crs_module.in_plain_degrees(crs)
