"""Boundaries on a coarse lattice: what is left of a geometry when each corner is only a cell.

Every corner is replaced by the middle of its cell.  A straight side that was densified would then
run in steps, and the steps would tell where it crosses the cells; so the lattice line is
simplified by one cell, after the corners were replaced: the result depends on the cells alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

#: Simplification of a lattice line, in cells: a straight side in steps deviates by less.
SIMPLIFY_CELLS = 1.0


def on_lattice(geometry: Any, cell_m: float) -> Any | None:
    """Return ``geometry`` (metres) in whole cells, or ``None`` where nothing of it is left.

    A polygon that is smaller than a cell, or that collapses, is gone: draw a symbol for it.
    """
    if geometry is None or shapely.is_empty(geometry):
        return None
    cells = shapely.transform(geometry, lambda xy: np.floor(xy / cell_m + 0.5))
    simple = shapely.simplify(cells, SIMPLIFY_CELLS, preserve_topology=False)
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        mended = shapely.make_valid(simple, method="structure")
        parts = [
            part
            for part in shapely.get_parts(mended)
            if part.geom_type == "Polygon" and part.area > 0
        ]
        return shapely.normalize(shapely.MultiPolygon(parts)) if parts else None
    if shapely.is_empty(simple) or shapely.length(simple) == 0:
        return None
    return shapely.normalize(simple)


def cell_of(geometry: Any, cell_m: float) -> tuple[float, float]:
    """Return the cell of the middle of a geometry's corners' cells: where its symbol goes."""
    cells = np.floor(shapely.get_coordinates(geometry) / cell_m + 0.5)
    low, high = cells.min(axis=0), cells.max(axis=0)
    middle = np.floor((low + high) / 2 + 0.5)
    return float(middle[0]), float(middle[1])
