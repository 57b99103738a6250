"""Both areas of polygons: which method measures which polygon.

Every function takes an array of shapely geometries and returns one float64 per geometry; NULL,
empty and non-polygon entries give NaN.  Rings may run in either direction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gangqu_gis import crs as crs_module
from gangqu_gis.measure.edges import RingAreas, local_plane, planar_ring_areas
from gangqu_gis.measure.ellipsoid import Ellipsoid, TransverseMercator
from gangqu_gis.measure.fast import ring_areas
from gangqu_gis.measure.geodesics import long_geodesic_areas
from gangqu_gis.measure.parabola import parabola_areas
from gangqu_gis.measure.rings import Flags, Floats, Geometries, Rings
from gangqu_gis.measure.soundness import sound_polygons

if TYPE_CHECKING:
    from pyproj import CRS


@dataclass(frozen=True, slots=True)
class Areas:
    """Areas in m², one per geometry; ``planar_m2`` is NaN where no plane was given."""

    ellipsoidal_m2: Floats
    planar_m2: Floats


def areas(geometry: Geometries, *, crs: CRS, plane: CRS | None) -> Areas:
    """Return both areas of each polygon.

    ``crs`` is the CRS of the coordinates.  ``plane`` is the projected CRS in which edges are
    straight and planar areas are taken; a projected file is its own plane.  Without a plane the
    coordinates must be geographic: edges are then geodesics and the planar area is NaN.

    Areas of invalid polygons are withheld (NaN).
    """
    sound = sound_polygons(geometry)
    measured = keep_only(geometry, sound)
    nothing = np.full(len(geometry), np.nan)
    if plane is None:
        return Areas(geodesic_area(measured, crs=crs), nothing)
    planar = planar_area(measured, crs=crs, plane=plane)
    if crs.is_geographic:
        return Areas(straight_area(measured, crs=crs, plane=plane), planar)
    in_plane = to_crs(measured, source=crs, target=plane)
    return Areas(ellipsoidal_area(in_plane, plane=plane), planar)


def ellipsoidal_area(geometry: Geometries, *, plane: CRS) -> Floats:
    """Return the ellipsoidal area, m², of polygons given in ``plane`` with edges straight there."""
    rings, known = Rings.of(geometry), TransverseMercator.of(plane)
    if known is None or not len(rings):
        return parabola_areas(rings, plane=plane)
    to_degrees = crs_module.transformer(plane, crs_module.geographic(plane))
    degrees = rings.with_xy(np.column_stack(to_degrees.transform(rings.xy[:, 0], rings.xy[:, 1])))
    found = ring_areas(degrees, Ellipsoid.of(plane), known)
    return _mended(degrees, found, lambda left: parabola_areas(rings.only(left), plane=plane))


def straight_area(geometry: Geometries, *, crs: CRS, plane: CRS) -> Floats:
    """Return the ellipsoidal area, m², of geographic polygons with edges straight in ``plane``."""
    known = TransverseMercator.of(plane)
    if known is None or not _same_figure(crs, plane):
        return ellipsoidal_area(to_crs(geometry, source=crs, target=plane), plane=plane)
    rings = Rings.of(geometry)

    def otherwise(left: Flags) -> Floats:
        moved = crs_module.transformer(crs, plane)
        some = rings.only(left)
        xy = np.column_stack(moved.transform(some.xy[:, 0], some.xy[:, 1]))
        return parabola_areas(some.with_xy(xy), plane=plane)

    return _mended(rings, ring_areas(rings, Ellipsoid.of(crs), known), otherwise)


def geodesic_area(geometry: Geometries, *, crs: CRS) -> Floats:
    """Return the area, m², of geographic polygons whose edges are geodesics."""
    rings, ellipsoid = Rings.of(geometry), Ellipsoid.of(crs)
    if not ellipsoid.is_earth_like:
        return long_geodesic_areas(rings, crs=crs)
    found = ring_areas(rings, ellipsoid, None)
    return _mended(rings, found, lambda left: long_geodesic_areas(rings.only(left), crs=crs))


def planar_area(geometry: Geometries, *, crs: CRS, plane: CRS) -> Floats:
    """Return the area of polygons in ``plane``, m²; NaN where no area may be taken in it."""
    if not crs_module.fit_for_planar_areas(plane):
        return np.full(len(geometry), np.nan)
    rings = plane_rings(geometry, crs=crs, plane=plane)
    return rings.sums(planar_ring_areas(rings))


def plane_rings(geometry: Geometries, *, crs: CRS, plane: CRS | None) -> Rings:
    """Return the rings of polygons in metres; those given in degrees, from their first vertex.

    Without a ``plane`` each ring of a geographic polygon lies in a plane of its own around its
    first vertex, true to scale there: for distances within the ring.
    """
    rings = Rings.of(geometry)
    if not len(rings) or (plane is not None and crs == plane):
        return rings
    known = None if plane is None else TransverseMercator.of(plane)
    if crs.is_geographic and (plane is None or (known and _same_figure(crs, plane))):
        found = local_plane(rings, Ellipsoid.of(plane or crs), known)
        if not found.left.any():
            return found.rings
        return found.rings.replaced(found.left, _moved(rings.pick(found.left), crs, plane))
    return _moved(rings, crs, plane)


def _moved(rings: Rings, crs: CRS, plane: CRS | None) -> Rings:
    """Return rings in ``plane`` by PROJ; without one, in an equal-area plane at their middle."""
    target = plane or crs_module.equal_area_around(*rings.xy.min(axis=0), *rings.xy.max(axis=0))
    moved = crs_module.transformer(crs, target)
    return rings.with_xy(np.column_stack(moved.transform(rings.xy[:, 0], rings.xy[:, 1])))


def _mended(rings: Rings, found: RingAreas, otherwise: Callable[[Flags], Floats]) -> Floats:
    """Return the sums by polygon; polygons with a ring that was left are measured otherwise."""
    total = rings.sums(found.area)
    if found.left.any():
        left = rings.flagged(found.left)
        total[left] = otherwise(left)[left]
    return total


def _same_figure(crs: CRS, plane: CRS) -> bool:
    """Whether degrees of ``crs`` are those under ``plane``."""
    return crs_module.same_datum(crs, plane) and crs_module.in_plain_degrees(crs)


def keep_only(geometry: Geometries, wanted: Flags) -> Geometries:
    """Return a copy of ``geometry`` with every entry that is not wanted set to ``None``."""
    kept = geometry.copy()
    kept[~wanted] = None
    return kept


def to_crs(geometry: Geometries, *, source: CRS, target: CRS) -> Geometries:
    """Return copies of ``geometry`` in ``target``; (east, north) order on both sides."""
    if source == target:
        return geometry
    change = crs_module.transformer(source, target)

    def moved(xy: Floats) -> Floats:
        return np.column_stack(change.transform(xy[:, 0], xy[:, 1]))

    result: Geometries = shapely.transform(geometry, moved)
    return result
