"""Measured areas of polygons: ellipsoidal (椭球面积) and planar.

:mod:`areas` and :mod:`bulk` take polygons run after run (:mod:`runs`), :mod:`methods` says which
method measures which ring.  Edges of rings in degrees are taken in closed form (:mod:`edges`,
compiled in :mod:`compiled`; the mathematics in :mod:`formulas`), what is too long for it along
cut geodesics (:mod:`geodesics`) or as parabolas (:mod:`parabola`).
"""

from __future__ import annotations

from gangqu_gis.measure.areas import (
    Areas,
    areas,
    ellipsoidal_area,
    geodesic_area,
    keep_only,
    planar_area,
    straight_area,
    to_crs,
)
from gangqu_gis.measure.bulk import Measures, measures, wkb_measures, wkb_rings
from gangqu_gis.measure.methods import planar_areas
from gangqu_gis.measure.rings import Floats, Geometries, Rings
from gangqu_gis.measure.runs import ahead
from gangqu_gis.measure.shape_points import neighbour_squares
from gangqu_gis.measure.soundness import polygonal, sound_polygons, sound_rings

__all__ = [
    "Areas",
    "Floats",
    "Geometries",
    "Measures",
    "Rings",
    "ahead",
    "areas",
    "ellipsoidal_area",
    "geodesic_area",
    "keep_only",
    "measures",
    "neighbour_squares",
    "planar_area",
    "planar_areas",
    "polygonal",
    "sound_polygons",
    "sound_rings",
    "straight_area",
    "to_crs",
    "wkb_measures",
    "wkb_rings",
]
