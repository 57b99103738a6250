"""Everything that is measured of a file's polygons in one pass: from geometries, or from WKB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from gangqu_gis import crs as crs_module
from gangqu_gis.measure import fast, methods
from gangqu_gis.measure.ellipsoid import Ellipsoid, TransverseMercator
from gangqu_gis.measure.rings import Flags, Floats, Geometries, Rings
from gangqu_gis.measure.runs import Results, over_runs
from gangqu_gis.measure.shape_points import neighbour_squares
from gangqu_gis.measure.soundness import only_sound, polygonal

if TYPE_CHECKING:
    from pyproj import CRS

#: Measure also in the plane, and settle validity.
_EVERYTHING = 2 | 4


@dataclass(frozen=True, slots=True)
class Measures:
    """Of each polygon both areas, m² (NaN: withheld), and ΣD² over its shape points, m².

    ``squares`` is taken in metres of the plane, of each ring's own plane where there is none; of
    an invalid polygon it is NaN.  ``polygonal`` says which entries are polygons at all.
    """

    ellipsoidal_m2: Floats
    planar_m2: Floats
    squares_m2: Floats
    polygonal: Flags

    def __len__(self) -> int:
        return len(self.ellipsoidal_m2)


def measures(geometry: Geometries, *, crs: CRS, plane: CRS | None) -> Measures:
    """Measure polygons of a file on its own.

    A projected file is its own ``plane``.  In a geographic one edges are geodesics; its planar
    areas are taken in ``plane``, and withheld where there is none.
    """
    compiled = fast.compiling_pays(geometry)
    # ΣD² and planar areas share the rings in the plane: they are brought there once.
    in_plane, planar = methods.in_plane(crs, plane), methods.planar(plane or crs, plane)
    if crs.is_projected:
        ellipsoidal = methods.ellipsoidal(crs, compiled=compiled)
    else:
        ellipsoidal = methods.geodesic(crs, compiled=compiled)

    def of_run(run: Geometries) -> Results:
        _, rings = only_sound(run, compiled=compiled)
        there = in_plane(rings)
        squares, _ = neighbour_squares(there)
        return ellipsoidal(rings), planar(there), squares, polygonal(run)

    return Measures(*over_runs(geometry, of_run))


def wkb_measures(
    data: NDArray[np.uint8], offset: NDArray[np.int64], *, crs: CRS, plane: CRS | None
) -> Measures:
    """Measure polygons in WKB: the same digits as :func:`measures` of their geometries.

    The compiled kernel reads what it can; the rest (long edges, holes to be validated, Z, other
    byte orders) is read as geometries.  Bytes that are no WKB count as no polygon.
    """
    known = None if plane is None else TransverseMercator.of(plane)
    ellipsoid = Ellipsoid.of(crs)
    if (
        not fast.is_installed()
        or not crs_module.in_plain_degrees(crs)
        or not ellipsoid.is_earth_like
        or (plane is not None and known is None)
    ):
        every = np.arange(len(offset) - 1)
        return measures(_geometries(data, offset, every), crs=crs, plane=plane)
    results, state = fast.wkb_results(data, offset, _EVERYTHING, ellipsoid, known)
    planar = results[:, 1] if plane is not None else np.full(len(results), np.nan)
    found = Measures(
        results[:, 0].copy(), planar.copy(), results[:, 2].copy(), np.ones(len(results), dtype=bool)
    )
    rest = np.flatnonzero(state)
    if len(rest):
        slow = measures(_geometries(data, offset, rest), crs=crs, plane=plane)
        found.ellipsoidal_m2[rest], found.planar_m2[rest] = slow.ellipsoidal_m2, slow.planar_m2
        found.squares_m2[rest], found.polygonal[rest] = slow.squares_m2, slow.polygonal
    return found


def wkb_rings(
    data: NDArray[np.uint8], offset: NDArray[np.int64], which: NDArray[np.intp]
) -> Rings:
    """Return the rings of some polygons in WKB."""
    if fast.is_installed():
        found = fast.wkb_rings(data, offset, which)
        if found is not None:
            return found
    return Rings.of(_geometries(data, offset, which))


def _geometries(
    data: NDArray[np.uint8], offset: NDArray[np.int64], which: NDArray[np.intp]
) -> Geometries:
    """Return the geometries of some entries; ``None`` where there are no bytes, or no WKB.

    Heights stay: nothing that is measured looks at them.
    """
    raw, begin, end = data.data, offset[which].tolist(), offset[which + 1].tolist()
    column = np.empty(len(which), dtype=object)
    column[:] = [bytes(raw[a:b]) or None for a, b in zip(begin, end, strict=True)]
    found: Geometries = np.asarray(shapely.from_wkb(column, on_invalid="ignore"), dtype=object)
    return found
