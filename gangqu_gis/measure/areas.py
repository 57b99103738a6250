"""Both areas of polygons given as geometries.

Every function takes an array of shapely geometries and returns one float64 per geometry; NULL,
empty and non-polygon entries give NaN.  Rings may run in either direction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gangqu_gis import crs as crs_module
from gangqu_gis.measure import methods
from gangqu_gis.measure.fast import compiling_pays
from gangqu_gis.measure.rings import Flags, Floats, Geometries, Rings
from gangqu_gis.measure.runs import over_runs
from gangqu_gis.measure.soundness import only_sound

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
    compiled = compiling_pays(geometry)
    if plane is None:
        ellipsoidal = methods.geodesic(crs, compiled=compiled)
    else:
        ellipsoidal = methods.straight(crs, plane, compiled=compiled)
    planar = methods.planar(crs, plane)

    def of_run(run: Geometries) -> tuple[Floats, Floats]:
        _, rings = only_sound(run, compiled=compiled)
        return ellipsoidal(rings), planar(rings)

    return Areas(*over_runs(geometry, of_run))


def ellipsoidal_area(geometry: Geometries, *, plane: CRS) -> Floats:
    """Return the ellipsoidal area, m², of polygons given in ``plane`` with edges straight there."""
    return taken_by(methods.ellipsoidal(plane, compiled=compiling_pays(geometry)), geometry)


def straight_area(geometry: Geometries, *, crs: CRS, plane: CRS) -> Floats:
    """Return the ellipsoidal area, m², of geographic polygons with edges straight in ``plane``."""
    return taken_by(methods.straight(crs, plane, compiled=compiling_pays(geometry)), geometry)


def geodesic_area(geometry: Geometries, *, crs: CRS) -> Floats:
    """Return the area, m², of geographic polygons whose edges are geodesics."""
    return taken_by(methods.geodesic(crs, compiled=compiling_pays(geometry)), geometry)


def planar_area(geometry: Geometries, *, crs: CRS, plane: CRS) -> Floats:
    """Return the area of polygons in ``plane``, m²; NaN where no area may be taken in it."""
    return taken_by(methods.planar(crs, plane), geometry)


def taken_by(method: methods.Method, geometry: Geometries) -> Floats:
    """Return what a method gives of each polygon."""
    return over_runs(geometry, lambda run: (method(Rings.of(run)),))[0]


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
