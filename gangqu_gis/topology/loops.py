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
        turn, ends = _turns(following, loop, ~entangled)
        xy = np.column_stack([boundary.x[edge[turn]], boundary.y[edge[turn]]])
        rings = shapely.from_ragged_array(
            shapely.GeometryType.POLYGON, xy, (ends, np.arange(len(ends)))
        )
        owners = np.unique(boundary.polygon[edge[entangled]])
        around_land = shapely.is_ccw(shapely.get_exterior_ring(rings))
        rings = shapely.normalize(rings)  # where a loop begins is an accident of the order
        return cls(rings[~around_land], rings[around_land], owners)


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


def _turns(following: Indices, loop: Indices, wanted: Flags) -> tuple[Indices, Indices]:
    """Return the edges of the wanted loops in their order, closed, and where each loop ends."""
    after = following.tolist()
    turns: list[int] = []
    ends = [0]
    for first in np.unique(loop[wanted]).tolist():
        turn, at = [first], after[first]
        while at != first:
            turn.append(at)
            at = after[at]
        if len(turn) > 2:
            turns += [*turn, first]
            ends.append(len(turns))
    return np.array(turns, dtype=np.intp), np.array(ends, dtype=np.intp)
