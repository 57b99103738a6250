"""Gaps: land that the polygons of what should be a coverage enclose and none covers.

Every gap borders on unmatched edges only.  Where these are entangled the polygons that own them are
joined (elsewhere their loops tell it, :mod:`gangqu_gis.topology.loops`).  They are first widened
by half the tolerance: passages narrower than the tolerance close, also where polygons touch at a
point only, and cracks narrower than that disappear.

The search needs the polygons with open edges, and answers on all the others (:class:`Land`),
which may lie elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import shapely

from gangqu_gis.measure import polygonal
from gangqu_gis.topology.loops import Loops
from gangqu_gis.topology.matching import Borders
from gangqu_gis.topology.shapes import (
    MITRE,
    Flags,
    Geometries,
    Indices,
    in_fixed_order,
    mean_width,
    slivers,
    wide_parts,
)
from gangqu_gis.topology.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Gap:
    """Land that the polygons enclose and none covers.

    ``neighbours`` are the indices of the polygons around it; ``width_m`` is its mean width 2A/P;
    ``sliver`` says whether it passes the two-stage test of the conventions.
    """

    polygon: Any
    neighbours: tuple[int, ...]
    area_m2: float
    width_m: float
    sliver: bool


class Answers(Protocol):
    """Where all polygons lie, the sound and the invalid ones."""

    def covered(self, shapes: Geometries) -> Flags:
        """Return which shapes touch a sound polygon."""

    def doubtful(self, shapes: Geometries) -> Flags:
        """Return which shapes touch what an invalid polygon may be."""

    def around(self, shapes: Geometries, distance_m: float) -> Indices:
        """Return the pairs (shape, sound polygon) within a distance, shape (2, n)."""


@dataclass(frozen=True, slots=True)
class Land:
    """The polygons that are at hand, to be asked what lies where."""

    sound: Any
    unsound: Any

    @classmethod
    def of(cls, polygons: Geometries, sound: Geometries, tree: Any | None = None) -> Land:
        """Return the land of polygons; ``tree`` holds the sound ones, where known already."""
        faulty = polygonal(polygons) & shapely.is_missing(sound)
        mended = shapely.make_valid(polygons[faulty])
        return cls(tree or shapely.STRtree(sound), shapely.STRtree(mended))

    def covered(self, shapes: Geometries) -> Flags:
        """Return which shapes touch a sound polygon."""
        return _flagged(shapes, self.sound.query(shapes, predicate="intersects")[0])

    def doubtful(self, shapes: Geometries) -> Flags:
        """Return which shapes touch what an invalid polygon may be."""
        return _flagged(shapes, self.unsound.query(shapes, predicate="intersects")[0])

    def around(self, shapes: Geometries, distance_m: float) -> Indices:
        """Return the pairs (shape, sound polygon) within a distance, shape (2, n)."""
        pairs: Indices = self.sound.query(shapes, predicate="dwithin", distance=distance_m)
        return pairs


def find_gaps(
    polygons: Geometries,
    *,
    thresholds: Thresholds,
    borders: Borders | None = None,
    tree: Any | None = None,
) -> list[Gap]:
    """Return every enclosed gap wider than the tolerance, from west to east.

    Invalid polygons are left out, and so is any gap where one of them may lie.  ``borders`` are
    those of ``polygons``, and ``tree`` holds the sound ones, where known already.
    """
    borders = borders or Borders.of(polygons, tolerance_m=thresholds.tolerance_m)
    return gaps_within(borders, Land.of(polygons, borders.polygons, tree), thresholds=thresholds)


def gaps_within(borders: Borders, land: Answers, *, thresholds: Thresholds) -> list[Gap]:
    """Return the gaps between the polygons with open edges, held against all the ``land``.

    The order of the polygons and of their vertices changes no digit.
    """
    tolerance = thresholds.tolerance_m
    loops = Loops.of(borders, tolerance_m=tolerance)
    core = shapely.buffer(loops.voids, -tolerance / 2, **MITRE)
    entered = land.covered(core)
    plain = loops.voids[~entered & ~shapely.is_empty(core)]
    joined = _joined_voids(borders, loops, land, tolerance)
    left = _uncovered(np.concatenate([loops.voids[entered], joined]), borders, land, tolerance)
    gaps = np.concatenate([plain, left])
    gaps = gaps[~land.doubtful(gaps)]
    around: list[list[int]] = [[] for _ in gaps]
    for gap, neighbour in land.around(gaps, tolerance).T.tolist():
        around[gap].append(neighbour)
    return _from_west_to_east(_described(gaps, around, thresholds))


def _joined_voids(borders: Borders, loops: Loops, land: Answers, tolerance: float) -> Geometries:
    """Return the voids around entangled edges that are not covered and no simple loop's."""
    voids = _voids(borders.polygons[loops.entangled], tolerance)
    within = shapely.STRtree(loops.islands)
    for at, void in enumerate(voids):
        islands = within.query(void, predicate="contains")
        if len(islands):
            lying = in_fixed_order(loops.islands[islands])
            voids[at] = shapely.difference(void, shapely.union_all(lying))
    voids = voids[~shapely.is_empty(voids)]
    inside = shapely.point_on_surface(voids)
    told = _flagged(voids, shapely.STRtree(loops.voids).query(inside, predicate="intersects")[0])
    found: Geometries = voids[~(told | land.covered(inside))]
    return found


def _uncovered(voids: Geometries, borders: Borders, land: Answers, tolerance: float) -> Geometries:
    """Return the parts of voids that no polygon covers, wider than the tolerance."""
    open_ = borders.polygons[borders.open]
    tree, found = shapely.STRtree(open_), [np.zeros(0, dtype=object)]
    for void in voids:
        whole = shapely.buffer(void, tolerance / 2, **MITRE)
        near = in_fixed_order(open_[tree.query(whole, predicate="intersects")])
        rest = shapely.difference(whole, shapely.union_all(near))
        left = wide_parts(rest, tolerance_m=tolerance)
        parts = shapely.get_parts(np.array([left], dtype=object))
        found.append(parts[shapely.intersects(parts, void)])
    parts = np.concatenate(found)
    remaining: Geometries = parts[~land.covered(shapely.point_on_surface(parts))]
    return remaining


def _voids(bordering: Geometries, tolerance: float) -> Geometries:
    """Return the enclosed land between the polygons, each widened by half the tolerance.

    An island within a void is no part of it.  Each void is wholly gap, or wholly covered by
    polygons whose edges are all matched.
    """
    widened = shapely.buffer(in_fixed_order(bordering), tolerance / 2, **MITRE)
    joined = shapely.union_all(widened)
    if shapely.is_empty(joined):
        return np.zeros(0, dtype=object)
    frame = shapely.envelope(shapely.buffer(shapely.envelope(joined), 1.0, **MITRE))
    parts = shapely.get_parts(shapely.difference(frame, joined))
    voids: Geometries = parts[~shapely.intersects(parts, shapely.boundary(frame))]
    return voids


def _described(
    gaps: Geometries, around: Sequence[Sequence[int]], thresholds: Thresholds
) -> list[Gap]:
    """Return gaps with their neighbours and sizes."""
    sliver, area, width = slivers(gaps, thresholds), shapely.area(gaps), mean_width(gaps)
    return [
        Gap(gaps[i], tuple(sorted(around[i])), float(area[i]), float(width[i]), bool(sliver[i]))
        for i in range(len(gaps))
    ]


def _from_west_to_east(gaps: list[Gap]) -> list[Gap]:
    return sorted(gaps, key=lambda gap: (gap.polygon.bounds, shapely.to_wkb(gap.polygon)))


def _flagged(shapes: Geometries, at: Indices) -> Flags:
    flags = np.zeros(len(shapes), dtype=bool)
    flags[at] = True
    return flags
