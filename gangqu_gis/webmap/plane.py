"""The workspace's plane as a page's script needs it, to take edges straight in the same plane."""

from __future__ import annotations

from typing import Any

from gangqu_gis import crs
from gangqu_gis.zones import crs_title

_TRANSVERSE_MERCATOR = "Transverse Mercator"
_NAMES = {
    "Latitude of natural origin": "lat0",
    "Longitude of natural origin": "lon0",
    "Scale factor at natural origin": "k0",
    "False easting": "x0",
    "False northing": "y0",
}


def parameters(planar_crs: str, lang: str) -> dict[str, Any]:
    """Return ellipsoid and projection of ``planar_crs``, and what it is called.

    ``projection`` is ``None`` unless it is a transverse Mercator in degrees and metres; the page
    then takes edges as geodesics and says so.
    """
    plane = crs.planar(planar_crs)
    ellipsoid, operation = plane.ellipsoid, plane.coordinate_operation
    assert ellipsoid is not None
    entry: dict[str, Any] = {
        "a": ellipsoid.semi_major_metre,
        "b": ellipsoid.semi_minor_metre,
        "name": crs_title(plane).render(lang),
        "projection": None,
    }
    if operation is not None and operation.method_name == _TRANSVERSE_MERCATOR:
        found = {_NAMES[p.name]: p.value for p in operation.params if p.name in _NAMES}
        if len(found) == len(_NAMES):
            entry["projection"] = found
    return entry
