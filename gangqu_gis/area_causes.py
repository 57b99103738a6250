"""Why a measured area differs from the figure that states it: causes tested, simplest first.

A cause fits when it brings the two within the tolerance of the check; an explanation by the
plan's own figures or by a misprint must fit the printed digits as well, and is only "possible".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import shapely

from gangqu_gis import crs, gcj02
from gangqu_gis.causes import UNIT_SLIPS, misreadings
from gangqu_gis.checks import Cause
from gangqu_gis.figures import Figure, Register, decimals
from gangqu_gis.measure import Floats, areas, to_crs
from gangqu_gis.messages import message
from gangqu_gis.units import half_up, shortest
from gangqu_gis.zones import crs_title

#: The sphere of EPSG:3857.
EARTH_RADIUS_M = 6378137.0


@dataclass(frozen=True, slots=True)
class Difference:
    """What is known of one difference: the figure, both areas, the polygons, the tolerance.

    ``polygons`` are in ``plane``; ``former_m2`` are ellipsoidal areas that the same features had
    before earlier change sets, with the number of the change set.
    """

    figure: Figure
    register: Register
    ellipsoidal_m2: float
    planar_m2: float
    polygons: Sequence[Any]
    plane: Any
    tolerance_m2: float
    former_m2: Sequence[tuple[int, float]] = ()

    def fits(self, area_m2: float) -> bool:
        """Whether ``area_m2`` lies within the tolerance of the figure's interval."""
        distance = self.figure.base_interval.distance(Fraction(area_m2))
        return abs(float(distance)) <= self.tolerance_m2

    def apart_m2(self, area_m2: float) -> str:
        """Return how far ``area_m2`` is from the printed value, as text."""
        return str(half_up(abs(Fraction(area_m2) - self.figure.base_value), 2))


def explain_area(difference: Difference) -> Cause | None:
    """Return the first cause that fits, or ``None``."""
    for search in _SEARCHES:
        found = list(search(difference))
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _other_kind(d: Difference) -> Iterator[Cause]:
    if d.fits(d.planar_m2):
        text = message("area_cause.planar", apart=d.apart_m2(d.planar_m2), crs=crs_title(d.plane))
        yield Cause("planar", text, certain=True)


def _unit_slip(d: Difference) -> Iterator[Cause]:
    for factor, name in UNIT_SLIPS:
        for ratio in (factor, 1 / factor):
            if d.fits(d.ellipsoidal_m2 * float(ratio)):
                exact = d.figure.base_value / Fraction(d.ellipsoidal_m2)
                text = message(
                    "area_cause.unit",
                    ratio=shortest(exact, digits=4),
                    slip=message(f"cause.slip_{name}"),
                )
                yield Cause("unit", text, certain=True)


def _web_mercator(d: Difference) -> Iterator[Cause]:
    area = sum(_area_through(d, polygon, _to_mercator) for polygon in d.polygons)
    if d.fits(area):
        ratio = f"{area / d.ellipsoidal_m2:.3f}"
        yield Cause("web_mercator", message("area_cause.web_mercator", ratio=ratio), certain=True)


def _gcj02(d: Difference) -> Iterator[Cause]:
    degrees = to_crs(_array(d.polygons), source=d.plane, target=crs.geographic(d.plane))
    moved = shapely.transform(degrees, gcj02.shifted)
    area = areas(moved, crs=crs.geographic(d.plane), plane=d.plane).ellipsoidal_m2.sum()
    if d.fits(float(area)):
        yield Cause("gcj02", message("area_cause.gcj02", apart=d.apart_m2(float(area))))


def _hole(d: Difference) -> Iterator[Cause]:
    holes = [
        float(areas(_array([shapely.Polygon(ring)]), crs=d.plane, plane=d.plane).ellipsoidal_m2[0])
        for polygon in d.polygons
        for part in shapely.get_parts(polygon)
        for ring in part.interiors
    ]
    total = sum(holes)
    for count, name in ((1, "filled"), (2, "added")):
        area = d.ellipsoidal_m2 + count * total
        if total and d.fits(area):
            text = message(f"area_cause.hole_{name}", holes=len(holes), area=f"{total:.2f}")
            yield Cause("hole", text, certain=True)


def _stale(d: Difference) -> Iterator[Cause]:
    for number, area in d.former_m2:
        if d.fits(area):
            yield Cause("stale", message("area_cause.stale", entry=number))


def _rounding(d: Difference) -> Iterator[Cause]:
    """The figure was rounded to fewer digits than it prints (4.30 for 4.3463)."""
    printed = d.figure.printed
    kept = decimals(printed.rstrip("0").rstrip(".") if "." in printed else printed)
    value = Fraction(d.ellipsoidal_m2) / d.figure.unit.factor
    if kept < decimals(printed) and Fraction(half_up(value, kept)) == d.figure.value:
        yield Cause("rounding", message("area_cause.rounding", digits=kept))


def _own_part(d: Difference) -> Iterator[Cause]:
    """The measured area less, or plus, one of the subject's own figures."""
    for part in d.register.figures.values():
        same_subject = part.subject.id == d.figure.subject.id and part.id != d.figure.id
        if not same_subject or part.unit.dimension != "area" or part.base_value <= 0:
            continue
        for sign, name in ((-1, "less"), (1, "plus")):
            area = Fraction(d.ellipsoidal_m2) + sign * part.base_value
            if abs(float(d.figure.printed_interval.distance(area))) <= d.tolerance_m2:
                text = message(
                    f"area_cause.own_part_{name}",
                    part=part.stated,
                    quantity=part.quantity.label,
                    place=part.place,
                )
                yield Cause("part_left_out", text)


def _misprint(d: Difference) -> Iterator[Cause]:
    if "-" in d.figure.printed:
        return
    value = Fraction(d.ellipsoidal_m2) / d.figure.unit.factor
    for printed, how in misreadings(d.figure):
        if Fraction(half_up(value, decimals(printed))) == Fraction(printed):
            text = message(
                "cause.misprint",
                printed=d.figure.printed,
                intended=printed,
                how=message(f"cause.how_{how}"),
                place=d.figure.place,
            )
            yield Cause("misprint", text)


_SEARCHES: tuple[Callable[[Difference], Iterator[Cause]], ...] = (
    _other_kind,
    _unit_slip,
    _web_mercator,
    _hole,
    _stale,
    _gcj02,
    _rounding,
    _own_part,
    _misprint,
)


def _array(polygons: Sequence[Any]) -> Any:
    array = np.empty(len(polygons), dtype=object)
    array[:] = list(polygons)
    return array


def _area_through(d: Difference, polygon: Any, change: Callable[[Floats], Floats]) -> float:
    degrees = to_crs(_array([polygon]), source=d.plane, target=crs.geographic(d.plane))
    return float(shapely.area(shapely.transform(degrees, change)[0]))


def _to_mercator(lonlat: Floats) -> Floats:
    """Return Web Mercator metres (the spherical formula of EPSG:3857)."""
    lon, lat = np.deg2rad(lonlat).T
    return EARTH_RADIUS_M * np.column_stack([lon, np.arctanh(np.sin(lat))])
