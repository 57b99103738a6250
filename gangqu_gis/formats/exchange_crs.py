"""What the head of a boundary-point file, with its coordinates, says of their CRS."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gangqu_gis import crs as crs_module
from gangqu_gis.formats.inference import (
    CHINA,
    Bounds,
    Inference,
    flipped,
    looks_truncated,
    zone_of,
    zone_width,
)
from gangqu_gis.formats.remarks import Remarks
from gangqu_gis.messages import message

if TYPE_CHECKING:
    from pyproj import CRS

#: What 坐标系 may say, and the datum that is meant; the first that fits.
_DATUMS = (
    (re.compile(r"2000"), "cgcs2000"),
    (re.compile(r"西安|xi'?an|80", re.IGNORECASE), "xian80"),
    (re.compile(r"北京|beijing|54", re.IGNORECASE), "beijing54"),
)

#: EPSG codes less the zone: 3° with prefix, 3° without, 6° with, 6° without (PROJ; verified).
_OLD_CODES = {"xian80": (2324, 2345, 2314, 2325), "beijing54": (2376, 2397, 21400, 21440)}
_OLD_GEOGRAPHIC = {"xian80": 4610, "beijing54": 4214}


@dataclass(frozen=True, slots=True)
class HeadPlace:
    """The CRS that the head declares, or what it suggests; ``swapped`` when Y stands first."""

    crs: CRS | None
    guess: Inference | None
    swapped: bool


def place(header: Mapping[str, str], bounds: Bounds, remarks: Remarks) -> HeadPlace:
    """Return what the head says of coordinates with ``bounds``, as printed (Y range as east).

    A datum in the head and a zone prefix in the coordinates declare the CRS together, or an EPSG
    code in the head does.  A zone
    (带号) in the head alone, without a prefix in the coordinates, only suggests it.
    """
    swapped = _north_first(bounds)
    if swapped:
        text = message("txt.swapped", y=f"{bounds[0]:.3f}", x=f"{bounds[1]:.3f}")
        remarks.add("txt.swapped", text, asks=True)
    seen = flipped(bounds) if swapped else bounds
    datum, stated = datum_of(header), _stated_zone(header)
    _remark_parameters(header, remarks)
    code = re.search(r"EPSG[:：]\s*(\d{4,5})", _said(header), re.IGNORECASE)
    if code:
        return HeadPlace(crs_module.named(f"EPSG:{code[1]}"), None, swapped)
    if -180 <= seen[0] <= 180 and -90 <= seen[1] <= 90:
        return HeadPlace(_geographic(datum), None, swapped)
    zone = zone_of(seen[0])
    if zone is not None and zone == zone_of(seen[2]):
        _compare(header, zone, remarks)
        if datum is None:
            return HeadPlace(None, None, swapped)
        return HeadPlace(_plane(datum, zone, prefixed=True), None, swapped)
    if looks_truncated(seen) and stated is not None:
        text = message("txt.zone_alone", zone=stated, y=f"{seen[0]:.3f}")
        crs = _plane(datum or "cgcs2000", stated, prefixed=False)
        return HeadPlace(None, Inference(crs, False, text), swapped)
    if datum in _OLD_GEOGRAPHIC:
        return HeadPlace(_geographic(datum), None, swapped)
    return HeadPlace(None, None, swapped)


def datum_of(header: Mapping[str, str]) -> str | None:
    """Return the datum that 坐标系 names in any spelling, ``None`` where it names none."""
    said = _said(header)
    return next((datum for pattern, datum in _DATUMS if pattern.search(said)), None)


def _said(header: Mapping[str, str]) -> str:
    return next((v for k, v in header.items() if k.endswith("坐标系")), "")


def _north_first(bounds: Bounds) -> bool:
    """Whether the column that should be the easting (Y) holds the northing."""

    def likely(b: Bounds) -> bool:
        if abs(b[0]) <= 180 and abs(b[1]) <= 180:
            return CHINA[0] <= b[0] <= CHINA[2] and CHINA[1] <= b[1] <= CHINA[3]
        return (zone_of(b[0]) is not None and 3e5 <= b[1] <= 6.1e6) or (
            2e5 <= b[0] <= 8e5 and 8e5 < b[1] <= 6.1e6
        )

    return not likely(bounds) and likely(flipped(bounds))


def _stated_zone(header: Mapping[str, str]) -> int | None:
    """Return 带号 where it is a zone of the stated width; a width (3, 6) by mistake is none."""
    digits = re.search(r"\d+", header.get("带号", ""))
    zone = int(digits[0]) if digits else 0
    if not (25 <= zone <= 45 or 13 <= zone <= 23):
        return None
    return zone if _width(header) in (None, zone_width(zone)) else None


def _width(header: Mapping[str, str]) -> int | None:
    said = header.get("几度分带") or header.get("分带") or ""
    found = re.search(r"[36三六]", said)
    return {"3": 3, "三": 3, "6": 6, "六": 6}[found[0]] if found else None


def _compare(header: Mapping[str, str], zone: int, remarks: Remarks) -> None:
    """Remark on a head that says another zone than the coordinates carry."""
    said, width = header.get("带号", ""), _width(header)
    stated = _stated_zone(header)
    if stated is not None and stated != zone:
        remarks.add("txt.zone", message("txt.other_zone", said=said, zone=zone), asks=True)
    elif ("带号" in header and stated is None) or (width is not None and width != zone_width(zone)):
        text = message("txt.zone_from_prefix", said=said or "-", zone=zone, width=zone_width(zone))
        remarks.add("txt.zone", text, inferred=True)


def _remark_parameters(header: Mapping[str, str], remarks: Remarks) -> None:
    if re.search(r"[1-9]", header.get("转换参数", "")):
        remarks.add("txt.parameters", message("txt.parameters"))


def _geographic(datum: str | None) -> CRS | None:
    if datum in _OLD_GEOGRAPHIC:
        return crs_module.named(f"EPSG:{_OLD_GEOGRAPHIC[datum]}")
    return crs_module.storage() if datum == "cgcs2000" else None


def _plane(datum: str, zone: int, *, prefixed: bool) -> CRS:
    if datum == "cgcs2000":
        return crs_module.gauss_zone(zone, prefixed=prefixed)
    at = (0 if zone_width(zone) == 3 else 2) + (0 if prefixed else 1)
    return crs_module.named(f"EPSG:{_OLD_CODES[datum][at] + zone}")
