"""What should be a coverage: borders that do not match, and polygons that are slivers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gangqu_gis.measure import sound_polygons
from gangqu_gis.topology.matching import Borders
from gangqu_gis.topology.shapes import Flags, Floats, Geometries, Indices, slivers
from gangqu_gis.topology.thresholds import Thresholds


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
