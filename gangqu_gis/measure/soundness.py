"""Which geometries are polygons that an area can be taken of."""

from __future__ import annotations

import numpy as np
import shapely

from gangqu_gis.measure.fast import certainly_simple, in_threads
from gangqu_gis.measure.rings import Flags, Geometries, Rings

#: Geometries that GEOS validates at a time.
RUN = 4096


def polygonal(geometry: Geometries) -> Flags:
    """Return which entries are non-empty polygons or multipolygons, valid or not."""
    kinds = shapely.get_type_id(geometry)
    found: Flags = (
        (kinds == shapely.GeometryType.POLYGON) | (kinds == shapely.GeometryType.MULTIPOLYGON)
    ) & ~shapely.is_empty(geometry)
    return found


def sound_polygons(geometry: Geometries) -> Flags:
    """Return which entries are valid, non-empty polygons or multipolygons.

    A polygon of one ring that surely does not meet itself is valid; of the others GEOS decides.
    """
    sound = polygonal(geometry)
    open_ = sound.copy()
    single = np.flatnonzero(sound & (shapely.get_num_interior_rings(geometry) == 0))
    single = single[shapely.get_type_id(geometry[single]) == shapely.GeometryType.POLYGON]
    open_[single[certainly_simple(Rings.of(geometry[single]))]] = False
    asked = np.flatnonzero(open_)

    def work(at: slice) -> None:
        sound[asked[at]] = shapely.is_valid(geometry[asked[at]])

    in_threads(len(asked), RUN, work)
    return sound
