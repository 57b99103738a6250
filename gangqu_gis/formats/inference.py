"""Inferring the CRS of coordinates that declare none, each inference with its evidence.

Only CGCS2000 is inferred, and only within China: degrees, a zone prefix, Web Mercator, or a false
easting without a prefix.  The last says nothing of its central meridian; the workspace's own plane
is proposed where the coordinates then lie in its extent.  Sources: field conventions 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gangqu_gis import crs as crs_module
from gangqu_gis.messages import Text, message
from gangqu_gis.zones import crs_title

if TYPE_CHECKING:
    from pyproj import CRS

#: West, south, east, north (or least and largest of the first and second coordinate).
Bounds = tuple[float, float, float, float]

#: Longitudes and latitudes of China, degrees.
CHINA: Bounds = (73.0, 3.0, 136.0, 54.0)

#: Northings of China, metres, and eastings from a zone's false origin that its width allows.
_NORTHINGS = (3.0e5, 6.1e6)
_EASTINGS = (2.0e5, 8.0e5)
#: Web Mercator of China, metres.
_MERCATOR: Bounds = (8.1e6, 3.3e5, 1.52e7, 7.2e6)


@dataclass(frozen=True, slots=True)
class Inference:
    """A CRS that fits the coordinates; ``swapped`` when they stand north first."""

    crs: CRS
    swapped: bool
    evidence: Text


def infer(bounds: Bounds, *, extent: Bounds | None, plane: CRS | None) -> list[Inference]:
    """Return the CRSs that fit coordinates with these ``bounds``; one is an answer, several none.

    Where ``extent`` (degrees) is given and some candidates lie near it, only those are returned.
    """
    found = [
        candidate
        for swapped in (False, True)
        for candidate in _candidates(flipped(bounds) if swapped else bounds, swapped, plane)
        if _in_china(candidate, bounds)
    ]
    if extent is None:
        return [c for c in found if c.crs is not plane]
    near = [c for c in found if _overlap(_degrees(c, bounds), widened(extent))]
    if near:
        return [_with_place(c) for c in near]
    return [c for c in found if c.crs is not plane]


def looks_truncated(bounds: Bounds) -> bool:
    """Whether these are eastings with a false origin and no zone prefix, in either order."""
    return any(
        _all_within(b[0], b[2], _EASTINGS) and _all_within(b[1], b[3], _NORTHINGS)
        for b in (bounds, flipped(bounds))
    )


def northing_first(a: float, b: float) -> bool | None:
    """Whether (a, b) is a northing and an easting, or degrees north and east, of China.

    ``None`` when it is neither, in either order.
    """
    for north, east, answer in ((a, b, True), (b, a, False)):
        in_plane = zone_of(east) is not None or 2e5 <= east <= 8e5
        if in_plane and 8e5 < north <= 6.1e6:
            return answer
        if CHINA[1] <= north <= CHINA[3] and CHINA[0] <= east <= CHINA[2]:
            return answer
    return None


def zone_of(easting: float) -> int | None:
    """Return the zone that a prefixed easting begins with, ``None`` where there is none."""
    zone, rest = divmod(easting, 1e6)
    known = 13 <= zone <= 23 or 25 <= zone <= 45
    return int(zone) if known and _EASTINGS[0] <= rest <= _EASTINGS[1] else None


def zone_width(zone: int) -> int:
    """Return how many degrees wide a numbered zone is: 25-45 are 3°, 13-23 are 6°."""
    return 3 if zone >= 25 else 6


def central_meridian(zone: int) -> int:
    """Return the central meridian of a zone, degrees east."""
    return 3 * zone if zone_width(zone) == 3 else 6 * zone - 3


def flipped(bounds: Bounds) -> Bounds:
    """Return the bounds with both coordinates exchanged."""
    return bounds[1], bounds[0], bounds[3], bounds[2]


def widened(extent: Bounds) -> Bounds:
    """Return an extent with half its width and height more on each side: near it."""
    west, south, east, north = extent
    dx, dy = (east - west) / 2, (north - south) / 2
    return west - dx, south - dy, east + dx, north + dy


def _candidates(b: Bounds, swapped: bool, plane: CRS | None) -> list[Inference]:
    order = message("placing.north_first" if swapped else "placing.east_first")
    found = []
    if _overlap(b, CHINA) and _contains(CHINA, b):
        text = message("placing.degrees", x=f"{b[0]:.4f}", y=f"{b[1]:.4f}", order=order)
        found.append(Inference(crs_module.storage(), swapped, text))
    zone = zone_of(b[0])
    northings = _all_within(b[1], b[3], _NORTHINGS)
    if zone is not None and zone == zone_of(b[2]) and northings:
        text = prefix_text(zone, b[0], order)
        found.append(Inference(crs_module.gauss_zone(zone), swapped, text))
    if _contains(_MERCATOR, b):
        text = message("placing.mercator", x=f"{b[0]:.0f}", order=order)
        found.append(Inference(crs_module.named("EPSG:3857"), swapped, text))
    if plane is not None and _all_within(b[0], b[2], _EASTINGS) and northings:
        name = crs_title(plane)
        text = message("placing.truncated", x=f"{b[0]:.0f}", crs=name, order=order)
        found.append(Inference(plane, swapped, text))
    return found


def prefix_text(zone: int, easting: float, order: Text) -> Text:
    """Return the evidence of a zone prefix, in words."""
    return message(
        "placing.prefix",
        x=f"{easting:.0f}",
        zone=zone,
        width=zone_width(zone),
        meridian=central_meridian(zone),
        order=order,
    )


def _with_place(found: Inference) -> Inference:
    text = message("placing.in_extent", evidence=found.evidence)
    return Inference(found.crs, found.swapped, text)


def _degrees(found: Inference, bounds: Bounds) -> Bounds:
    west, south, east, north = flipped(bounds) if found.swapped else bounds
    if found.crs.is_geographic:
        return west, south, east, north
    change = crs_module.transformer(found.crs, crs_module.geographic(found.crs))
    left, bottom, right, top = change.transform_bounds(west, south, east, north)
    return left, bottom, right, top


def _in_china(found: Inference, bounds: Bounds) -> bool:
    return _overlap(_degrees(found, bounds), CHINA)


def _overlap(a: Bounds, b: Bounds) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def _contains(outer: Bounds, inner: Bounds) -> bool:
    return (
        outer[0] <= inner[0] and inner[2] <= outer[2] and outer[1] <= inner[1]
        and inner[3] <= outer[3]
    )  # fmt: skip


def _all_within(least: float, largest: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= least and largest <= limits[1]
