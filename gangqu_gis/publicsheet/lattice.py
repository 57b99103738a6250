"""Boundaries on a coarse lattice: what is left of a geometry when each corner is only a cell.

Every corner is replaced by the middle of its cell.  A straight side that was densified would then
run in steps, and the steps would tell where it crosses the cells; so the lattice line is
simplified by one cell, after the corners were replaced: the result depends on the cells alone.

Neighbours are simplified each on its own, so that their common border could come out twice.  It is
led through the corners that either of them has there (:func:`meeting`), again from cells alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

#: Simplification of a lattice line, in cells: a straight side in steps deviates by less.
SIMPLIFY_CELLS = 1.0
#: How far a corner of one shape may lie from a side of another that is taken to pass it, in cells:
#: one that this side lost when it was simplified, and as much again as rounding leaves of a side.
MEET_CELLS = 1.25


def on_lattice(geometry: Any, cell_m: float) -> Any | None:
    """Return ``geometry`` (metres) in whole cells, or ``None`` where nothing of it is left.

    A polygon that is smaller than a cell, or that collapses, is gone: draw a symbol for it.
    """
    if geometry is None or shapely.is_empty(geometry):
        return None
    cells = shapely.transform(geometry, lambda xy: np.floor(xy / cell_m + 0.5))
    simple = shapely.simplify(cells, SIMPLIFY_CELLS, preserve_topology=False)
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return _land(simple)
    if shapely.is_empty(simple) or shapely.length(simple) == 0:
        return None
    return shapely.normalize(simple)


def meeting(shapes: Sequence[Any]) -> list[Any]:
    """Return lattice polygons with their sides led through the corners of others that are near.

    A corner counts as near within :data:`MEET_CELLS`.  Shapes keep their order; a corner of a
    shape that has it already is left alone.
    """
    if not shapes:
        return []
    corners = np.unique(np.concatenate([shapely.get_coordinates(s) for s in shapes]), axis=0)
    tree = shapely.STRtree(shapely.points(corners))
    met = []
    for shape in shapes:
        parts = [
            shapely.Polygon(
                _led(part.exterior, tree, corners), [_led(h, tree, corners) for h in part.interiors]
            )
            for part in shapely.get_parts(shape)
        ]
        met.append(_land(shapely.MultiPolygon(parts)) or shape)
    return met


def _led(ring: Any, tree: Any, corners: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Return the corners of a ring with those that its sides pass; each at most once."""
    row = [(float(x), float(y)) for x, y in shapely.get_coordinates(ring)[:-1]]
    while True:
        have, found = set(row), []
        for start, end in zip(row, [*row[1:], row[0]], strict=True):
            side = shapely.LineString([start, end])
            near = corners[tree.query(side, predicate="dwithin", distance=MEET_CELLS)]
            along = shapely.line_locate_point(side, shapely.points(near))
            beside = sorted((at, (x, y)) for at, (x, y) in zip(along, near.tolist(), strict=True))
            inner = [spot for at, spot in beside if 0 < at < side.length and spot not in have]
            found += [start, *inner]
            have.update(inner)
        if len(found) == len(row):
            return row
        row = found


def _land(shape: Any) -> Any | None:
    """Return the polygons of a shape that have an area, made valid; ``None`` without any."""
    mended = shapely.make_valid(shape, method="structure")
    parts = [p for p in shapely.get_parts(mended) if p.geom_type == "Polygon" and p.area > 0]
    return shapely.normalize(shapely.MultiPolygon(parts)) if parts else None


def cell_of(geometry: Any, cell_m: float) -> tuple[float, float]:
    """Return the cell of the middle of a geometry's corners' cells: where its symbol goes."""
    cells = np.floor(shapely.get_coordinates(geometry) / cell_m + 0.5)
    low, high = cells.min(axis=0), cells.max(axis=0)
    middle = np.floor((low + high) / 2 + 0.5)
    return float(middle[0]), float(middle[1])
