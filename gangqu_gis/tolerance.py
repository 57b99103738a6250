"""Tolerances of an area, each with its formula, filled in, and its source.

The formulas are those of docs/tolerance.md (field conventions 2.5-2.6).  The square root sums
run over the boundary points that carry shape: a point on a straight line between its neighbours
was interpolated, not surveyed, and must not shrink the tolerance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from gangqu_gis.checks import Tolerance
from gangqu_gis.measure import Floats, Rings, neighbour_squares
from gangqu_gis.messages import Text, message
from gangqu_gis.workspace import ToleranceDefaults


def surveyed(polygon: Any, *, point_error_m: float) -> Tolerance:
    """Return the tolerance of two surveys of one parcel: 2√2·m_j·√(ΣD²/8).

    ``polygon`` is in metres; D is the distance between the two neighbours of a boundary point.
    """
    points, squares = _neighbour_squares(polygon)
    value = 2 * math.sqrt(2) * point_error_m * math.sqrt(squares / 8)
    formula = message(
        "tolerance.surveyed",
        error=f"{point_error_m:g}",
        points=points,
        squares=f"{squares:.2f}",
        value=f"{value:.2f}",
    )
    return Tolerance(value, "surveyed", formula)


def digitized(area_m2: float, *, map_scale: float, map_error_m: float) -> Tolerance:
    """Return the tolerance of an area taken from a map: 0.0003·M·√P (P in m²)."""
    value = map_error_m * map_scale * math.sqrt(area_m2)
    formula = message(
        "tolerance.digitized",
        error=f"{map_error_m:g}",
        scale=f"{map_scale:.0f}",
        area=f"{area_m2:.2f}",
        value=f"{value:.2f}",
    )
    return Tolerance(value, "digitized", formula)


def same_coordinates(polygon: Any, *, coordinate_m: float, column_half_unit_m2: float) -> Tolerance:
    """Return what rounding alone can make between a stored area and its own geometry.

    Coordinates rounded to ``coordinate_m`` are off by coordinate_m/√12 each; twice the standard
    error of the area, at least 0.01 m², plus half a unit of the stored column.
    """
    _, squares = _neighbour_squares(polygon)
    return same_coordinates_over(
        squares, coordinate_m=coordinate_m, column_half_unit_m2=column_half_unit_m2
    )


def same_coordinates_over(
    squares: float, *, coordinate_m: float, column_half_unit_m2: float, decimals: int | None = None
) -> Tolerance:
    """Return the same from ΣD² over the shape points, m².

    ``decimals`` are those of the coordinates, where ``coordinate_m`` was read off them.
    """
    value = float(
        same_coordinates_values(
            np.array([squares]), coordinate_m=coordinate_m, column_half_unit_m2=column_half_unit_m2
        )[0]
    )
    inputs = {
        "squares": f"{squares:.2f}",
        "half": f"{column_half_unit_m2:g}",
        "value": f"{value:.2f}",
    }
    if decimals is None:
        formula = message("tolerance.same_coordinates", step=f"{coordinate_m:g}", **inputs)
    else:
        step = f"{coordinate_m:.2g}"
        formula = message("tolerance.coordinate_digits", digits=decimals, step=step, **inputs)
    return Tolerance(value, "same_coordinates", formula)


def same_coordinates_values(
    squares: Floats, *, coordinate_m: float | Floats, column_half_unit_m2: float
) -> Floats:
    """Return the values of :func:`same_coordinates`, m², for many ΣD² at once."""
    spread = coordinate_m / math.sqrt(12)
    values: Floats = np.maximum(0.01, 2 * spread * 0.5 * np.sqrt(squares)) + column_half_unit_m2
    return values


def total(parts: Sequence[Tolerance]) -> Tolerance:
    """Return the tolerance of a sum of areas: √(Σt²)."""
    if len(parts) == 1:
        return parts[0]
    value = math.sqrt(sum(part.value_m2**2 for part in parts))
    terms = " + ".join(f"{part.value_m2:.2f}^2" for part in parts)
    return Tolerance(value, "total", message("tolerance.total", terms=terms, value=f"{value:.2f}"))


def too_coarse(tolerance: Tolerance, area_m2: float, defaults: ToleranceDefaults) -> Text | None:
    """Return why a geometry is too coarse to be evidence, or ``None``: t may not pass 1/200."""
    share = float(defaults.largest_share)
    if tolerance.value_m2 <= share * area_m2:
        return None
    return message(
        "tolerance.too_coarse",
        value=f"{tolerance.value_m2:.2f}",
        limit=f"{share * area_m2:.2f}",
        share=f"1/{1 / share:.0f}",
    )


def _neighbour_squares(polygon: Any) -> tuple[int, float]:
    """Return the number of shape points and ΣD² over all rings of ``polygon``."""
    column = np.empty(1, dtype=object)
    column[0] = polygon
    squares, points = neighbour_squares(Rings.of(column))
    return int(points[0]), float(squares[0])
