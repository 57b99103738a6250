"""Parts of polygons that lie outside their parents: a parcel outside every district."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gangqu_gis.measure import keep_only, sound_polygons
from gangqu_gis.topology.shapes import Geometries, mean_width, wide_parts
from gangqu_gis.topology.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Outside:
    """The part of a polygon that lies outside its parents.

    ``child`` is the polygon's index, ``parents`` those of the parents it touches (none: it lies
    wholly outside).  ``area_m2`` and ``width_m`` are of the part.
    """

    child: int
    parents: tuple[int, ...]
    polygon: Any
    area_m2: float
    width_m: float


def find_outside(
    children: Geometries, parents: Geometries, *, thresholds: Thresholds
) -> list[Outside]:
    """Return what lies outside the union of ``parents``, wider than the tolerance.

    Invalid, empty and missing children are left out.  Where the land of an invalid parent may
    cover the part, nothing is said; without any parent nothing is outside.
    """
    sound = sound_polygons(parents)
    usable = parents[sound]
    doubtful = shapely.make_valid(parents[~sound & ~shapely.is_missing(parents)])
    if not len(usable):
        return []
    tree, doubtful_tree = shapely.STRtree(usable), shapely.STRtree(doubtful)
    judged = keep_only(children, sound_polygons(children))
    inside = np.zeros(len(children), dtype=bool)
    inside[tree.query(judged, predicate="covered_by")[0]] = True
    found = []
    for i in np.flatnonzero(~inside & ~shapely.is_missing(judged)):
        near = np.sort(tree.query(judged[i], predicate="intersects"))
        beyond = shapely.difference(judged[i], shapely.union_all(usable[near]))
        part = wide_parts(beyond, tolerance_m=thresholds.tolerance_m)
        if part is None or len(doubtful_tree.query(part, predicate="intersects")):
            continue
        parent = tuple(int(p) for p in np.flatnonzero(sound)[near])
        area = float(shapely.area(part))
        found.append(Outside(int(i), parent, part, area, float(mean_width(part))))
    return found
