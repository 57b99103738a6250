"""What should be a coverage: gaps between the polygons, and borders that do not match.

Every gap borders on unmatched edges only.  Where these are entangled the polygons that own them are
joined (elsewhere their loops tell it, :mod:`gangqu_gis.topology.loops`).  They are first widened
by half the tolerance: passages narrower than the tolerance close, also where polygons touch at a
point only, and cracks narrower than that disappear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gangqu_gis.measure import polygonal, sound_polygons
from gangqu_gis.topology.loops import Loops
from gangqu_gis.topology.matching import Borders
from gangqu_gis.topology.shapes import (
    MITRE,
    Flags,
    Floats,
    Geometries,
    Indices,
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


@dataclass(frozen=True, slots=True)
class EdgeMismatch:
    """A border that two polygons should share and draw differently.

    ``points`` are the vertices of either without a counterpart in the other; ``offset_m`` is how
    far the farthest of them lies from the other's border: up to the tolerance a vertex is only
    missing there, beyond it the borders part.
    """

    first: int
    second: int
    points: Any
    offset_m: float


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
    tolerance = thresholds.tolerance_m
    borders = borders or Borders.of(polygons, tolerance_m=tolerance)
    coverage = borders.polygons
    tree = tree or shapely.STRtree(coverage)
    loops = Loops.of(borders, tolerance_m=tolerance)
    core = shapely.buffer(loops.voids, -tolerance / 2, **MITRE)
    entered = np.zeros(len(core), dtype=bool)
    entered[tree.query(core, predicate="intersects")[0]] = True
    plain = loops.voids[~entered & ~shapely.is_empty(core)]
    joined = _joined_voids(borders, loops, tree, tolerance)
    looked_into = np.concatenate([loops.voids[entered], joined])
    found = [plain, *(_uncovered(void, borders, tree, tolerance) for void in looked_into)]
    gaps = np.concatenate(found)
    unsound = polygonal(polygons) & shapely.is_missing(coverage)
    doubtful = shapely.STRtree(shapely.make_valid(polygons[unsound]))
    gaps = np.delete(gaps, doubtful.query(gaps, predicate="intersects")[0])
    return sorted(_described(gaps, tree, thresholds), key=lambda gap: gap.polygon.bounds)


def _joined_voids(borders: Borders, loops: Loops, tree: Any, tolerance: float) -> Geometries:
    """Return the voids around entangled edges that are not covered and no simple loop's."""
    voids = _voids(borders.polygons[loops.entangled], tolerance)
    within = shapely.STRtree(loops.islands)
    for at, void in enumerate(voids):
        islands = within.query(void, predicate="contains")
        if len(islands):
            voids[at] = shapely.difference(void, shapely.union_all(loops.islands[islands]))
    voids = voids[~shapely.is_empty(voids)]
    inside = shapely.point_on_surface(voids)
    covered = tree.query(inside, predicate="intersects")[0]
    told = shapely.STRtree(loops.voids).query(inside, predicate="intersects")[0]
    return np.delete(voids, np.union1d(covered, told))


def _uncovered(void: Any, borders: Borders, tree: Any, tolerance: float) -> Geometries:
    """Return the parts of a void that no polygon covers, wider than the tolerance."""
    whole = shapely.buffer(void, tolerance / 2, **MITRE)
    near = np.intersect1d(tree.query(whole, predicate="intersects"), borders.open)
    covering = shapely.union_all(borders.polygons[near])
    left = wide_parts(shapely.difference(whole, covering), tolerance_m=tolerance)
    parts = shapely.get_parts(np.array([left], dtype=object))
    parts = parts[shapely.intersects(parts, void)]
    covered = tree.query(shapely.point_on_surface(parts), predicate="intersects")[0]
    found: Geometries = np.delete(parts, covered)
    return found


def find_slivers(polygons: Geometries, *, thresholds: Thresholds) -> Indices:
    """Return the indices of the sound polygons that are slivers (scale and shape)."""
    members = np.flatnonzero(sound_polygons(polygons))
    found: Indices = members[slivers(polygons[members], thresholds)]
    return found


def find_edge_mismatches(
    polygons: Geometries,
    *,
    thresholds: Thresholds,
    reported: Sequence[Any] = (),
    borders: Borders | None = None,
) -> list[EdgeMismatch]:
    """Return the borders that do not match, by the indices of the two polygons.

    ``reported`` are the overlaps and gaps found already: what lies on them is not said again.
    ``borders`` are those of ``polygons``, where known already.
    """
    borders = borders or Borders.of(polygons, tolerance_m=thresholds.tolerance_m)
    boundary = borders.boundary
    vertex, other, offset = _loose_vertices(borders, thresholds)
    points = shapely.points(boundary.x[vertex], boundary.y[vertex])
    loose = ~_have_counterpart(points, borders.polygons, other, thresholds.tolerance_m)
    near = shapely.STRtree(np.asarray(reported, dtype=object)).query(
        points, predicate="dwithin", distance=thresholds.tolerance_m
    )[0]
    loose[near] = False
    first = np.minimum(boundary.polygon[vertex], other)[loose]
    second = np.maximum(boundary.polygon[vertex], other)[loose]
    return _by_pair(first, second, points[loose], offset[loose])


def _voids(bordering: Geometries, tolerance: float) -> Geometries:
    """Return the enclosed land between the polygons, each widened by half the tolerance.

    An island within a void is no part of it.  Each void is wholly gap, or wholly covered by
    polygons whose edges are all matched.
    """
    joined = shapely.union_all(shapely.buffer(bordering, tolerance / 2, **MITRE))
    if shapely.is_empty(joined):
        return np.zeros(0, dtype=object)
    frame = shapely.envelope(shapely.buffer(shapely.envelope(joined), 1.0, **MITRE))
    parts = shapely.get_parts(shapely.difference(frame, joined))
    voids: Geometries = parts[~shapely.intersects(parts, shapely.boundary(frame))]
    return voids


def _described(gaps: Geometries, tree: Any, thresholds: Thresholds) -> list[Gap]:
    """Return gaps with their neighbours and sizes."""
    at, other = tree.query(gaps, predicate="dwithin", distance=thresholds.tolerance_m)
    around: list[list[int]] = [[] for _ in gaps]
    for gap, neighbour in zip(at.tolist(), other.tolist(), strict=True):
        around[gap].append(neighbour)
    sliver, area, width = slivers(gaps, thresholds), shapely.area(gaps), mean_width(gaps)
    return [
        Gap(gaps[i], tuple(sorted(around[i])), float(area[i]), float(width[i]), bool(sliver[i]))
        for i in range(len(gaps))
    ]


def _loose_vertices(borders: Borders, thresholds: Thresholds) -> tuple[Indices, Indices, Floats]:
    """Return the ends of unmatched edges that lie near another polygon's unmatched edge.

    As (vertex, other polygon, distance from its nearest such edge), each pair once.
    """
    boundary, edge = borders.boundary, np.flatnonzero(borders.unmatched)
    end = boundary.after[edge]
    ends = np.stack(
        [boundary.x[edge], boundary.y[edge], boundary.x[end], boundary.y[end]], axis=1
    ).reshape(-1, 2, 2)
    segments = shapely.linestrings(ends)
    vertex = np.unique(np.concatenate([edge, end]))
    points = shapely.points(boundary.x[vertex], boundary.y[vertex])
    at, segment = shapely.STRtree(segments).query(
        points, predicate="dwithin", distance=thresholds.edge_match_m
    )
    foreign = boundary.polygon[vertex[at]] != boundary.polygon[edge[segment]]
    at, segment = at[foreign], segment[foreign]
    distance = shapely.distance(points[at], segments[segment])
    other = boundary.polygon[edge[segment]]
    order = np.lexsort((distance, other, at))
    at, other, distance = at[order], other[order], distance[order]
    nearest = np.append(True, (at[1:] != at[:-1]) | (other[1:] != other[:-1]))[: len(at)]
    return vertex[at[nearest]], other[nearest], distance[nearest]


def _have_counterpart(
    points: Geometries, polygons: Geometries, other: Indices, tolerance: float
) -> Flags:
    """Return which points have a vertex of the other polygon within the tolerance."""
    needed, of_point = np.unique(other, return_inverse=True)
    vertices = shapely.extract_unique_points(polygons[needed])
    near: Flags = shapely.dwithin(points, vertices[of_point], tolerance)
    return near


def _by_pair(
    first: Indices, second: Indices, points: Geometries, offset: Floats
) -> list[EdgeMismatch]:
    if not len(first):
        return []
    order = np.lexsort((second, first))
    first, second, points, offset = first[order], second[order], points[order], offset[order]
    begin = np.flatnonzero(np.append(True, (first[1:] != first[:-1]) | (second[1:] != second[:-1])))
    return [
        EdgeMismatch(
            int(first[at]),
            int(second[at]),
            shapely.union_all(points[at:stop]),
            float(offset[at:stop].max()),
        )
        for at, stop in zip(begin, [*begin[1:], len(first)], strict=True)
    ]
