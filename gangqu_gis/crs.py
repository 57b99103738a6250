"""Coordinate reference systems: what layers are stored in, and what areas are taken in."""

from __future__ import annotations

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


def _datum_name(crs: CRS) -> str:
    datum = crs.datum
    name = "" if datum is None else datum.name.lower().replace("_", " ")
    return next((known for known in _ONE_DATUM if known in name), name)


@cache
def transformer(source: CRS, target: CRS) -> Transformer:
    """Return the transformer between two CRSs, coordinates always in (east, north) order."""
    from pyproj import Transformer

    return Transformer.from_crs(source, target, always_xy=True)


def geographic(crs: CRS) -> CRS:
    """Return the geographic CRS under ``crs``: the same datum, no datum shift."""
    base = crs.geodetic_crs
    if base is None:
        raise InputError(message("crs.no_datum", name=crs.name))
    return base


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
