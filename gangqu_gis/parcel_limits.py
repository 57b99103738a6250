"""How much land a parcel has at most: by the plan's figure, and by its own boundary.

A schematic boundary limits nothing; where there is neither, nothing can be said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from gangqu_gis import tolerance
from gangqu_gis.messages import Text, message
from gangqu_gis.plan import Plan
from gangqu_gis.reconcile import Measured
from gangqu_gis.targets import Targets
from gangqu_gis.units import half_up


@dataclass(frozen=True, slots=True)
class Limit:
    """The most land that a parcel has, in m², and where that comes from."""

    m2: Fraction
    text: Text


def limits_of(
    plan: Plan, targets: Targets, measured: Mapping[str, Measured], id_: str
) -> list[Limit]:
    """Return every limit on the land of parcel ``id_``; an empty list where none is known."""
    return [*_stated(plan, targets, id_), *_drawn(plan, measured, id_)]


def _stated(plan: Plan, targets: Targets, id_: str) -> list[Limit]:
    quantity = targets.stated.get("land_m2")
    found = []
    for figure in plan.register.of_feature(id_):
        high = figure.base_interval.high
        if figure.quantity.id == quantity and high is not None:
            text = message("limits.stated", figure=figure.stated, most=_m2(high))
            found.append(Limit(high, text))
    return found


def _drawn(plan: Plan, measured: Mapping[str, Measured], id_: str) -> list[Limit]:
    """Return the limit of a proven boundary: the larger kind of area and its tolerance.

    Contracts state planar areas and planning databases ellipsoidal ones (field conventions 2.1);
    a record does not say which, so neither is held against it.
    """
    part = measured.get(id_)
    if part is None or part.basis == "schematic" or part.ellipsoidal_m2 is None:
        return []
    area = max(part.ellipsoidal_m2, part.planar_m2 or 0.0)
    defaults = plan.workspace.tolerance
    if part.basis == "surveyed":
        error = part.feature.number_of("point_error_m") or float(defaults.point_error_m)
        allowed = tolerance.surveyed(part.in_plane, point_error_m=error)
    else:
        scale = part.feature.number_of("map_scale")
        if scale is None or scale <= 0:
            return []
        error = float(defaults.map_error_m)
        allowed = tolerance.digitized(part.ellipsoidal_m2, map_scale=scale, map_error_m=error)
    if tolerance.too_coarse(allowed, part.ellipsoidal_m2, defaults) is not None:
        return []
    most = Fraction(area + allowed.value_m2)
    text = message("limits.drawn", area=half_up(area, 2), tolerance=half_up(allowed.value_m2, 2))
    return [Limit(most, text)]


def _m2(value: Fraction) -> object:
    return half_up(value, 2)
