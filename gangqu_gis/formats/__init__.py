"""Readers of survey and other vector files, one declared reader per format.

pyogrio and fiona carry GDAL builds of their own, so each format is always read by the same one:
pyogrio in bulk where files are large, fiona feature by feature where a file may hold anything.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from gangqu_gis import crs as crs_module
from gangqu_gis.errors import InputError
from gangqu_gis.formats.vector import VectorFile
from gangqu_gis.messages import message

if TYPE_CHECKING:
    from pyproj import CRS

#: Formats whose files mix geometry types feature by feature; read by fiona.
STREAMED = frozenset({".kml", ".dxf", ".gml", ".gpx"})

#: West, south, east, north in degrees.
Extent = tuple[float, float, float, float]

Reader = Callable[[Path, str | None], VectorFile]


def read_vector(
    path: Path,
    *,
    layer: str | None = None,
    crs: str | None = None,
    extent: Extent | None = None,
    plane: CRS | None = None,
) -> VectorFile:
    """Read the features of one layer of a local file.

    ``crs`` names the CRS of a file that declares none; it may repeat a declared one and never
    override it.  ``extent`` (west, south, east, north in degrees) and ``plane`` are where the
    workspace lies and what it is planned in: evidence where the file declares nothing.

    Raises
    ------
    InputError
        The file is missing, unreadable, holds no polygons or curves, or its CRS is unknown,
        or differs from ``crs``.
    UsageError
        The file has several layers and ``layer`` names none of them.
    """
    if not path.exists():
        raise InputError(message("file.missing"), file=str(path))
    found = _reader(path)(path.resolve(), layer)
    settled = found.with_crs(_settled_crs(found, crs))
    _refuse_metres_as_degrees(settled)
    return settled


def _refuse_metres_as_degrees(file: VectorFile) -> None:
    """GDAL takes a GeoJSON without ``crs`` for degrees, whatever its numbers."""
    import shapely

    assert file.crs is not None
    if not len(file):
        return
    west, south, east, north = shapely.total_bounds(file.geometry)
    in_degrees = abs(west) <= 360 and abs(east) <= 360 and abs(south) <= 90 and abs(north) <= 90
    if file.crs.is_geographic and not in_degrees and west == west:
        text = message("measure.not_degrees", x=f"{west:g}", y=f"{south:g}")
        raise InputError(text, file=file.source)


def _reader(path: Path) -> Reader:
    if path.suffix.lower() in STREAMED:
        from gangqu_gis.formats.stream import read
    else:
        from gangqu_gis.formats.bulk import read
    return read


def _settled_crs(found: VectorFile, named: str | None) -> CRS:
    wanted = None if named is None else crs_module.named(named)
    if found.crs is None:
        if wanted is None:
            raise InputError(message("measure.no_crs"), file=found.source)
        return wanted
    if wanted is not None and not crs_module.same(wanted, found.crs):
        declared = crs_module.label(found.crs)
        text = message("measure.other_crs", declared=declared, named=crs_module.label(wanted))
        raise InputError(text, file=found.source)
    return found.crs
