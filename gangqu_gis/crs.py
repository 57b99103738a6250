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
        The CRS is unknown, not projected, not in metres, or Web Mercator (whose areas are
        1.35 times too large at 30.6°N, field conventions 3).
    """
    found = named(name, file=file)
    if not fit_for_planar_areas(found):
        raise InputError(message("crs.not_planar", name=name), file=file)
    return found


def fit_for_planar_areas(crs: CRS) -> bool:
    """Whether areas may be taken in the plane of ``crs``."""
    if not crs.is_projected or is_web_mercator(crs):
        return False
    return all(axis.unit_conversion_factor == 1.0 for axis in crs.axis_info[:2])


def is_web_mercator(crs: CRS) -> bool:
    """Whether ``crs`` is the spherical Mercator of web maps, whatever its code or name."""
    operation = crs.coordinate_operation
    return operation is not None and "pseudo mercator" in operation.method_name.lower()


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
    return a == b or bool(a.equals(b, ignore_axis_order=True))
