"""Polygons drawn by hand, in metres, and the slow answers that the search is compared with."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon, box

from gangqu_gis.topology import Thresholds

#: A place in EPSG:4549 at 港区, so that coordinates are as long as real ones.
EAST, NORTH = 603_700.0, 3_387_000.0

LIMITS = Thresholds()


def rectangle(west: float, south: float, east: float, north: float) -> Polygon:
    """Return a rectangle, metres from the place."""
    return box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def polygon(*points: tuple[float, float], holes: Iterable[Any] = ()) -> Polygon:
    """Return a polygon with its points, metres from the place."""

    def moved(ring: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(EAST + x, NORTH + y) for x, y in ring]

    return Polygon(moved(points), [moved(hole) for hole in holes])


def array(*shapes: Any) -> NDArray[np.object_]:
    """Return shapes as an array; a single multipolygon stays one entry."""
    result = np.empty(len(shapes), dtype=object)
    result[:] = shapes
    return result


def exhaustive_overlaps(polygons: NDArray[np.object_]) -> dict[tuple[int, int], float]:
    """Return the shared area, m², of every pair that shares any, tried one by one.

    For drawings on whole metres: nothing there is narrower than the tolerance.
    """
    shared = {}
    for i, j in combinations(range(len(polygons)), 2):
        area = polygons[i].intersection(polygons[j]).area
        if area > 1e-6:
            shared[i, j] = area
    return shared


def painted_gaps(cells: Iterable[tuple[int, int, int, int]], size: int) -> list[int]:
    """Return the areas of the enclosed gaps between rectangles on a grid of ``size`` cells.

    The rectangles are painted on squared paper, and the land outside is flooded from the rim,
    never across a corner.
    """
    paper = np.zeros((size + 2, size + 2), dtype=int)
    for west, south, east, north in cells:
        paper[west + 1 : east + 1, south + 1 : north + 1] = 1
    _flood(paper, (0, 0))
    gaps = []
    while len(free := np.argwhere(paper == 0)):
        gaps.append(_flood(paper, (int(free[0][0]), int(free[0][1]))))
    return sorted(gaps)


def _flood(paper: NDArray[np.int_], start: tuple[int, int]) -> int:
    queue, area = [start], 0
    while queue:
        x, y = queue.pop()
        if not (0 <= x < len(paper) and 0 <= y < len(paper)) or paper[x, y]:
            continue
        paper[x, y], area = 2, area + 1
        queue += [(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)]
    return area


def redrawn(shape: Any, start: int) -> Any:
    """Return a polygon without holes, drawn the other way from another point."""
    ring = np.roll(shapely.get_coordinates(shape)[:-1], start, axis=0)[::-1]
    return Polygon(ring)
