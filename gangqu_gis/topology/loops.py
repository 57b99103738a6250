"""Unmatched edges followed from end to end: closed loops, and edges that are entangled.

Where the unmatched edges of a coverage form a loop that keeps its distance from all others, the
land on its right is one void or lies outside: nothing needs to be joined to see it.  Only what is
entangled (edges that cross, touch, or come nearer than the tolerance to one another) does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gangqu_gis.topology.matching import Borders
from gangqu_gis.topology.shapes import Flags, Geometries, Indices


@dataclass(frozen=True, slots=True)
class Loops:
    """The loops of unmatched edges as polygons, and the owners of those that are entangled.

    ``voids`` are what loops with the land outside enclose, ``islands`` those around land.
    """

    voids: Geometries
    islands: Geometries
    entangled: Indices

    @classmethod
    def of(cls, borders: Borders, *, tolerance_m: float) -> Loops:
        """Follow the unmatched edges of a coverage."""
        boundary, edge = borders.boundary, np.flatnonzero(borders.unmatched)
        start, end = borders.node[edge], borders.node[boundary.after[edge]]
        following, closed = _following(start, end)
        close = _close_pairs(borders, edge, tolerance_m)
        apart = (end[close[0]] != start[close[1]]) & (end[close[1]] != start[close[0]])
        loop = _labels(following)
        bad = np.zeros(len(edge), dtype=bool)
        bad[loop[~closed]] = True
        bad[loop[close[:, apart].ravel()]] = True
        entangled = bad[loop]
        rings = _rings(borders, edge, following, loop, ~entangled)
        turned = np.array([_signed_area(ring) for ring in rings])
        polygons = np.empty(len(rings), dtype=object)
        polygons[:] = [shapely.Polygon(ring) for ring in rings]
        owners = np.unique(boundary.polygon[edge[entangled]])
        return cls(polygons[turned < 0], polygons[turned > 0], owners)


def _following(start: Indices, end: Indices) -> tuple[Indices, Flags]:
    """Return the edge that follows each, and where exactly one does and comes from one only."""
    order = np.argsort(start, kind="stable")
    at = np.searchsorted(start[order], end)
    found = at < len(order)
    found[found] = start[order[at[found]]] == end[found]
    following = np.where(found, order[np.minimum(at, len(order) - 1)], np.arange(len(start)))
    nodes = int(max(start.max(initial=-1), end.max(initial=-1))) + 1
    single = (np.bincount(start, minlength=nodes) == 1) & (np.bincount(end, minlength=nodes) == 1)
    return following, single[start] & single[end]


def _close_pairs(borders: Borders, edge: Indices, tolerance_m: float) -> Indices:
    """Return the pairs of unmatched edges within the tolerance of one another, shape (2, n)."""
    boundary = borders.boundary
    end = boundary.after[edge]
    ends = [boundary.x[edge], boundary.y[edge], boundary.x[end], boundary.y[end]]
    segments = shapely.linestrings(np.stack(ends, axis=1).reshape(-1, 2, 2))
    pairs: Indices = shapely.STRtree(segments).query(
        segments, predicate="dwithin", distance=tolerance_m
    )
    return pairs[:, pairs[0] < pairs[1]]


def _labels(following: Indices) -> Indices:
    """Return the lowest number among all edges that are linked to each (connected components)."""
    label = np.arange(len(following))
    while True:
        lower = np.minimum(label, label[following])
        np.minimum.at(lower, following, label)
        lower = lower[lower]
        if (lower == label).all():
            return label
        label = lower


def _rings(
    borders: Borders, edge: Indices, following: Indices, loop: Indices, wanted: Flags
) -> list[list[tuple[float, float]]]:
    """Return the closed rings of the wanted loops."""
    x, y = borders.boundary.x[edge].tolist(), borders.boundary.y[edge].tolist()
    after, rings = following.tolist(), []
    for first in np.unique(loop[wanted]).tolist():
        ring, at = [(x[first], y[first])], after[first]
        while at != first:
            ring.append((x[at], y[at]))
            at = after[at]
        if len(ring) > 2:
            rings.append([*ring, ring[0]])
    return rings


def _signed_area(ring: list[tuple[float, float]]) -> float:
    xy = np.array(ring) - ring[0]
    return float(np.sum(xy[:-1, 0] * xy[1:, 1] - xy[1:, 0] * xy[:-1, 1])) / 2
