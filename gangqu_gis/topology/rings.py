"""Faults of single rings: invalid ones, points too near one another, sharp angles, spikes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import shapely

from gangqu_gis.measure import keep_only, polygonal
from gangqu_gis.topology.boundary import Boundary
from gangqu_gis.topology.shapes import Floats, Geometries
from gangqu_gis.topology.thresholds import Thresholds


class RingRule(StrEnum):
    """The rules of a ring; the value of a fault is metres, or degrees for an angle."""

    INVALID = "invalid"
    REPEATED = "repeated_point"
    CLOSE = "close_vertices"
    SHARP = "sharp_angle"
    SPIKE = "spike"


@dataclass(frozen=True, slots=True)
class RingFault:
    """One fault: the polygon's index, the rule, where, and the measured value.

    The value is the distance of two points, m; the interior angle, degrees; the width of a
    spike, m (the distance of its shorter side's end from the other side); NaN if invalid.
    """

    index: int
    rule: RingRule
    point: Any
    value: float


def find_ring_faults(polygons: Geometries, *, thresholds: Thresholds) -> list[RingFault]:
    """Return every fault of single rings, by polygon, then rule, then from west to east.

    Neither the start nor the direction of a ring matters.  Angles are judged of valid polygons
    only; missing and empty entries, and what is no polygon, are left out.
    """
    drawn = polygonal(polygons)
    valid = shapely.is_valid(polygons)
    found = [
        RingFault(int(i), RingRule.INVALID, _invalid_place(polygons[i]), float("nan"))
        for i in np.flatnonzero(drawn & ~valid)
    ]
    boundary = Boundary.of(keep_only(polygons, drawn & _finite(polygons)))
    length = boundary.edge_lengths()
    repeated = length < thresholds.repeated_m
    found += _faults(boundary, RingRule.REPEATED, repeated, length)
    close = ~repeated & (length < thresholds.close_m)
    found += _faults(boundary, RingRule.CLOSE, close, length)
    angle, width = np.rad2deg(boundary.interior_angles()), _spike_widths(boundary, length)
    shorter = np.minimum(length, length[boundary.before])
    sharp = (angle < thresholds.sharp_deg) | (angle > thresholds.reflex_deg)
    sharp &= valid[boundary.polygon] & (shorter >= thresholds.close_m)
    spike = sharp & (width < thresholds.close_m)
    found += _faults(boundary, RingRule.SPIKE, spike, width)
    found += _faults(boundary, RingRule.SHARP, sharp & ~spike, angle)
    order = list(RingRule)
    return sorted(found, key=lambda f: (f.index, order.index(f.rule), _position(f.point)))


def _spike_widths(boundary: Boundary, length: Floats) -> Floats:
    """Return the distance of the shorter side's end from the line of the other, at each vertex."""
    before, after = boundary.before, boundary.after
    ax, ay = boundary.x[after] - boundary.x, boundary.y[after] - boundary.y
    bx, by = boundary.x[before] - boundary.x, boundary.y[before] - boundary.y
    longer = np.maximum(length, length[before])
    cross = np.abs(ax * by - ay * bx)
    return np.divide(cross, longer, out=np.zeros(len(cross)), where=longer > 0)


def _faults(boundary: Boundary, rule: RingRule, at: Any, value: Floats) -> list[RingFault]:
    return [
        RingFault(
            int(boundary.polygon[v]),
            rule,
            shapely.Point(boundary.x[v], boundary.y[v]),
            float(value[v]),
        )
        for v in np.flatnonzero(at)
    ]


def _finite(polygons: Geometries) -> Any:
    """Return which entries have finite coordinates only."""
    xy, index = shapely.get_coordinates(polygons, return_index=True)
    finite = np.ones(len(polygons), dtype=bool)
    finite[index[~np.isfinite(xy).all(axis=1)]] = False
    return finite


def _invalid_place(polygon: Any) -> Any:
    """Return the point where GEOS finds ``polygon`` invalid, or ``None`` if it does not say."""
    _, _, position = shapely.is_valid_reason(polygon).partition("[")
    try:
        x, y = (float(number) for number in position.rstrip("]").split())
    except ValueError:
        return None
    return shapely.Point(x, y) if np.isfinite([x, y]).all() else None


def _position(point: Any) -> tuple[float, float]:
    return (point.x, point.y) if point is not None else (float("-inf"), float("-inf"))
