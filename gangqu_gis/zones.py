"""The Gauss-Krüger zones of CGCS2000: 3° and 6° wide, eastings with the zone number before them
or without it (field conventions 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from gangqu_gis.crs import gauss_parameters, is_cgcs2000, label, named, same
from gangqu_gis.messages import Text, message, plain

if TYPE_CHECKING:
    from pyproj import CRS

#: EPSG codes of CGCS2000 zones less the zone's number, by width: with the prefix, without it.
_CODES = {3: (4488, 4509), 6: (4478, 4489)}
#: The zones that have such codes, by width.
_NUMBERS = {3: range(25, 46), 6: range(13, 24)}
#: What an easting gains by the prefix, per zone number, and the false easting of every zone.
PREFIX_M, FALSE_EASTING_M = 1_000_000, 500_000


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone of CGCS2000: its width in degrees, its number, whether eastings begin with it."""

    degrees: int
    number: int
    prefixed: bool

    @property
    def central_meridian(self) -> int:
        """Degrees east: 3n, or 6n - 3."""
        return 3 * self.number if self.degrees == 3 else 6 * self.number - 3

    @property
    def crs(self) -> CRS:
        """The CRS of the zone."""
        with_prefix, without = _CODES[self.degrees]
        return named(f"EPSG:{(with_prefix if self.prefixed else without) + self.number}")

    def with_prefix(self, wanted: bool = True) -> Zone:
        """Return the same zone, its eastings with the prefix or without it."""
        return Zone(self.degrees, self.number, wanted)


def zone_of(crs: CRS) -> Zone | None:
    """Return the zone that ``crs`` is, or ``None``.

    A meridian that both widths have (117°, 123° …) counts as the 3° zone unless the easting's
    prefix or the code says 6°: without a prefix the planes are the same.
    """
    if not crs.is_projected:
        return None
    candidates = [
        Zone(degrees, number, prefixed)
        for degrees, numbers in _NUMBERS.items()
        for number in numbers
        for prefixed in (False, True)
    ]
    code = crs.to_epsg()
    for zone in candidates:
        if code is not None and _code(zone) == code:
            return zone
    fitting = [zone for zone in candidates if _parameters(zone) == _own_parameters(crs)]
    return next((zone for zone in fitting if same(zone.crs, crs)), None)


@cache
def crs_title(crs: CRS) -> Text:
    """Return what a report calls ``crs``: PROJ's name and code.

    In Chinese a CRS of CGCS2000 is told by its own parameters, and only another by PROJ's name.
    """
    known = label(crs)
    words = _words(crs) if is_cgcs2000(crs) else None
    if words is None:
        return plain(known)
    authority = crs.to_authority()
    code = f" ({':'.join(authority)})" if authority else ""
    return Text(words.zh + code, known)


def _words(crs: CRS) -> Text | None:
    """Return a CRS of CGCS2000 in words: degrees, a zone, another Gauss-Krüger plane."""
    if crs.is_geographic:
        return message("crs.degrees")
    zone = zone_of(crs)
    if zone is not None:
        key = "crs.zone_prefixed" if zone.prefixed else "crs.zone"
        return message(
            key, degrees=zone.degrees, number=zone.number, meridian=zone.central_meridian
        )
    gauss = gauss_parameters(crs)
    if gauss is None:
        return None
    return message(
        "crs.gauss", meridian=f"{gauss.meridian:.10g}", easting=f"{gauss.false_easting:.10g}"
    )


def _code(zone: Zone) -> int:
    return _CODES[zone.degrees][0 if zone.prefixed else 1] + zone.number


def _parameters(zone: Zone) -> tuple[float, float]:
    easting = FALSE_EASTING_M + (zone.number * PREFIX_M if zone.prefixed else 0)
    return float(zone.central_meridian), float(easting)


def _own_parameters(crs: CRS) -> tuple[float, float]:
    operation = crs.coordinate_operation
    values = {} if operation is None else {p.name.lower(): p.value for p in operation.params}
    meridian = values.get("longitude of natural origin", values.get("central_meridian", -999.0))
    easting = values.get("false easting", values.get("false_easting", -1.0))
    return round(float(meridian), 6), round(float(easting), 3)
