"""Coordinate reference systems: what layers are stored in, and what areas are taken in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from gangqu_gis.errors import InputError
from gangqu_gis.messages import message

if TYPE_CHECKING:
    from pyproj import CRS, Transformer

#: CGCS2000, longitude and latitude in degrees; stored in (lon, lat) order.
STORAGE_EPSG = 4490
#: The 2008 ``crs`` member that every stored layer carries.
STORAGE_URN = f"urn:ogc:def:crs:EPSG::{STORAGE_EPSG}"
#: Decimals of a stored degree: 1e-9° is 0.1 mm.
STORAGE_DECIMALS = 9


@cache
def named(name: str, *, file: str | None = None) -> CRS:
    """Return the CRS called ``name`` ("EPSG:4549", WKT …).

    Raises
    ------
    InputError
        PROJ knows no such CRS.
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_user_input(name)
    except CRSError as error:
        raise InputError(message("crs.unknown", name=name), file=file) from error


def storage() -> CRS:
    """Return the CRS of every stored layer."""
    return named(f"EPSG:{STORAGE_EPSG}")


def planar(name: str, *, file: str | None = None) -> CRS:
    """Return the projected CRS called ``name``, in metres and fit for areas.

    Raises
    ------
    InputError
        The CRS is unknown, not projected, not in metres, on another datum than CGCS2000 (no
        datum shift is known), or a Mercator (whose areas are 1.35 times too large at 30.6°N,
        field conventions 3).
    """
    found = named(name, file=file)
    if not fit_for_planar_areas(found):
        raise InputError(message("crs.not_planar", name=name), file=file)
    if not same_datum(found, storage()):
        raise InputError(message("crs.other_datum", name=label(found)), file=file)
    return found


def fit_for_planar_areas(crs: CRS) -> bool:
    """Whether areas may be taken in the plane of ``crs``."""
    if not crs.is_projected or is_mercator(crs):
        return False
    return all(axis.unit_conversion_factor == 1.0 for axis in crs.axis_info[:2])


def is_mercator(crs: CRS) -> bool:
    """Whether ``crs`` is a Mercator (that of web maps included), which no area survives."""
    operation = crs.coordinate_operation
    name = "" if operation is None else operation.method_name.lower()
    return "mercator" in name and "transverse" not in name and "oblique" not in name


def same_datum(a: CRS, b: CRS) -> bool:
    """Whether coordinates of ``a`` and ``b`` may be brought together without a datum shift.

    WGS 84 and CGCS2000 count as one for measuring: their ellipsoids differ by 0.1 mm, and an
    area does not feel the decimetres between them.
    """
    names = [_datum_name(crs) for crs in (a, b)]
    return names[0] == names[1] or all(name in _ONE_DATUM for name in names)


_ONE_DATUM = frozenset(("china 2000", "world geodetic system 1984"))


def is_cgcs2000(crs: CRS) -> bool:
    """Whether the datum of ``crs`` is CGCS2000, under any of its names."""
    return _datum_name(crs) == "china 2000"


def _datum_name(crs: CRS) -> str:
    datum = crs.datum
    name = "" if datum is None else datum.name.lower().replace("_", " ")
    return next((known for known in _ONE_DATUM if known in name), name)


@cache
def transformer(source: CRS, target: CRS) -> Transformer:
    """Return the transformer between two CRSs, coordinates always in (east, north) order."""
    from pyproj import Transformer

    return Transformer.from_crs(source, target, always_xy=True)


def is_placed(crs: CRS) -> bool:
    """Whether coordinates of ``crs`` can be led to longitude and latitude.

    Local and engineering systems (城市独立坐标系) cannot: nothing ties them to the Earth.
    """
    from pyproj.exceptions import ProjError

    if not (crs.is_geographic or crs.is_projected) or crs.geodetic_crs is None:
        return False
    try:
        transformer(crs, crs.geodetic_crs)
    except ProjError:
        return False
    return True


def geographic(crs: CRS) -> CRS:
    """Return the geographic CRS under ``crs``: the same datum, no datum shift."""
    base = crs.geodetic_crs
    if base is None:
        raise InputError(message("crs.no_datum", name=crs.name))
    return base


def in_plain_degrees(crs: CRS) -> bool:
    """Whether ``crs`` is geographic, in degrees from Greenwich."""
    meridian = crs.prime_meridian
    degree = 0.017453292519943295
    in_degrees = all(abs(a.unit_conversion_factor - degree) < 1e-12 for a in crs.axis_info[:2])
    return crs.is_geographic and in_degrees and meridian is not None and meridian.longitude == 0.0


def equal_area_around(west: float, south: float, east: float, north: float) -> CRS:
    """Return an equal-area plane at the middle of an extent in degrees: good for what is near.

    Distances near by are good to 1e-4.  Of no extent (NaN) it is one at 0° 0°.
    """
    if not west == west:
        west = south = east = north = 0.0
    lon, lat = (west + east) / 2, (south + north) / 2
    return named(f"+proj=laea +lon_0={lon} +lat_0={lat} +ellps=GRS80")


def text(crs: CRS) -> str:
    """Return ``crs`` as a text that :func:`named` reads: its code where it has one, else WKT."""
    authority = crs.to_authority()
    return ":".join(authority) if authority else str(crs.to_wkt())


def label(crs: CRS) -> str:
    """Return name and code of ``crs``, for people."""
    authority = crs.to_authority()
    return f"{crs.name} ({':'.join(authority)})" if authority else str(crs.name)


def same(a: CRS, b: CRS) -> bool:
    """Whether two CRSs are the same for data in (east, north) order, whatever their names."""
    if a == b or bool(a.equals(b, ignore_axis_order=True)):
        return True
    return a.is_projected and b.is_projected and _signature(a) == _signature(b)


def _signature(crs: CRS) -> tuple[object, ...]:
    """Return what a projected CRS is, whatever it is called: ESRI files carry no codes."""
    operation, ellipsoid = crs.coordinate_operation, crs.ellipsoid
    assert operation is not None and ellipsoid is not None
    method = operation.method_name.lower().replace("gauss-kruger", "transverse mercator")
    values = tuple(sorted(round(float(parameter.value), 9) for parameter in operation.params))
    axes = (round(ellipsoid.semi_major_metre, 3), round(ellipsoid.inverse_flattening, 6))
    units = tuple(axis.unit_conversion_factor for axis in crs.axis_info[:2])
    return method.replace("_", " "), values, axes, units


@dataclass(frozen=True, slots=True)
class Gauss:
    """What a Gauss-Kruger plane is made of: degrees, metres."""

    meridian: float
    false_easting: float


@dataclass(frozen=True, slots=True)
class Match:
    """The known CRS that a CRS without a code is; not ``certain`` when its datum has no name."""

    crs: CRS
    certain: bool


def gauss_parameters(crs: CRS) -> Gauss | None:
    """Return what makes a Gauss-Kruger plane in metres, ``None`` for anything else."""
    operation = crs.coordinate_operation
    if operation is None or not fit_for_planar_areas(crs):
        return None
    method = operation.method_name.lower().replace("_", " ")
    if method not in ("transverse mercator", "gauss kruger", "gauss-kruger"):
        return None
    values = {p.name.lower().replace("_", " "): float(p.value) for p in operation.params}

    def value(*names: str, default: float) -> float:
        return next((values[name] for name in names if name in values), default)

    scale = value("scale factor at natural origin", "scale factor", default=1.0)
    northing = value("false northing", default=0.0)
    origin = value("latitude of natural origin", "latitude of origin", default=0.0)
    if (scale, northing, origin) != (1.0, 0.0, 0.0):
        return None
    return Gauss(
        value("longitude of natural origin", "central meridian", default=0.0),
        value("false easting", default=0.0),
    )


def gauss_zone(zone: int, *, prefixed: bool = True) -> CRS:
    """Return the CGCS2000 plane of a zone: 25-45 are 3° zones, 13-23 are 6° zones.

    EPSG numbers them 4488 + zone and 4478 + zone, without the prefix 4509 + zone and 4489 + zone
    (field conventions 3).
    """
    three = zone >= 25
    if prefixed:
        return named(f"EPSG:{(4488 if three else 4478) + zone}")
    return named(f"EPSG:{(4509 if three else 4489) + zone}")


def matched(crs: CRS) -> Match | None:
    """Return the CGCS2000 plane that ``crs``, which carries no code, is by its content.

    Matched by ellipsoid, central meridian and false easting, not by name: ``None`` where it has a
    code or is no such plane.
    """
    gauss = None if crs.to_authority() else gauss_parameters(crs)
    if gauss is None or not _has_axes(crs, _CGCS2000_AXES):
        return None
    found = _plane_of(gauss)
    name = _datum_name(crs)
    return None if found is None else Match(found, name == "china 2000" or "cgcs" in name)


def old_datum(crs: CRS) -> str | None:
    """Return "xian80" or "beijing54" where ``crs`` is on that datum's ellipsoid."""
    for name, axes in _OLD_AXES.items():
        if _has_axes(crs, axes):
            return name
    return None


def helmert(
    source: CRS, target: CRS, values: tuple[float, ...], *, convention: str
) -> Transformer:
    """Return the seven-parameter shift between two geographic CRSs, degrees in and out.

    ``values`` are three shifts in metres, three rotations in arc-seconds, and a scale in ppm.
    """
    from pyproj import Transformer

    names = ("x", "y", "z", "rx", "ry", "rz", "s")
    parameters = " ".join(f"+{n}={v!r}" for n, v in zip(names, values, strict=True))
    to_radians = "+proj=unitconvert +xy_in=deg +xy_out=rad"
    to_degrees = "+proj=unitconvert +xy_in=rad +xy_out=deg"
    steps = (
        to_radians,
        f"+proj=cart {_axes(source)}",
        f"+proj=helmert {parameters} +convention={convention}",
        f"+inv +proj=cart {_axes(target)}",
        to_degrees,
    )
    return Transformer.from_pipeline("+proj=pipeline " + " ".join(f"+step {s}" for s in steps))


#: Semi-major axis and inverse flattening (field conventions 2.2; Krassovsky 1940).
_CGCS2000_AXES = (6378137.0, 298.257222101)
_OLD_AXES = {"xian80": (6378140.0, 298.257), "beijing54": (6378245.0, 298.3)}


def _has_axes(crs: CRS, axes: tuple[float, float]) -> bool:
    found = crs.ellipsoid
    if found is None:
        return False
    parts = (found.semi_major_metre - axes[0], found.inverse_flattening - axes[1])
    return abs(parts[0]) < 1e-3 and abs(parts[1]) < 1e-7


def _axes(crs: CRS) -> str:
    found = crs.ellipsoid
    assert found is not None
    return f"+a={found.semi_major_metre!r} +rf={found.inverse_flattening!r}"


def _plane_of(gauss: Gauss) -> CRS | None:
    """Return the numbered CGCS2000 plane with this meridian and false easting."""
    zone, rest = divmod(gauss.false_easting, 1e6)
    if rest != 5e5:
        return None
    for number in (*range(25, 46), *range(13, 24)):
        meridian = 3 * number if number >= 25 else 6 * number - 3
        if meridian == gauss.meridian and zone in (0, number):
            return gauss_zone(number, prefixed=zone == number)
    return None
