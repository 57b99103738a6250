"""Readers of survey and other vector files, one declared reader per format.

pyogrio and fiona carry GDAL builds of their own, so each format is always read by the same one:
pyogrio in bulk where files are large, fiona feature by feature where a file may hold anything.
Boundary points in text and tables, and drawings, are read by readers of our own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gangqu_gis import crs as crs_module
from gangqu_gis.datum_shift import read_shift
from gangqu_gis.errors import InputError, UsageError
from gangqu_gis.formats import readers
from gangqu_gis.formats.gathering import expand, is_folder
from gangqu_gis.formats.partitioned import are_parts
from gangqu_gis.formats.scrutiny import refuse_half_the_globe, refuse_unusable, with_remarks
from gangqu_gis.formats.settling import settle
from gangqu_gis.formats.vector import VectorFile
from gangqu_gis.messages import message

if TYPE_CHECKING:
    from pyproj import CRS

#: West, south, east, north in degrees.
Extent = tuple[float, float, float, float]


def read_vector(
    path: Path,
    *,
    layer: str | None = None,
    crs: str | None = None,
    transform: Path | None = None,
    extent: Extent | None = None,
    plane: CRS | None = None,
) -> VectorFile:
    """Read the features of one layer of a local file.

    ``crs`` names the CRS of a file that declares none; it may repeat a declared one and never
    override it.  ``transform`` is a file of the office's own datum shift.  ``extent`` (west, south,
    east, north in degrees) and ``plane`` are where the workspace lies and what it is planned in:
    evidence where the file declares nothing.  What is inferred or mended stands in the notes.

    Raises
    ------
    InputError
        The file is missing, unreadable, or its CRS is unknown and cannot be inferred, differs from
        ``crs`` or from the coordinates, or is on a datum whose shift is not known.
    UsageError
        The file has several layers and ``layer`` names none of them, or ``transform`` is for
        another datum.
    """
    named = None if crs is None else crs_module.named(crs)
    shift = None if transform is None else read_shift(transform)
    readers.refuse_elsewhere(path)
    if not path.exists():
        raise InputError(message("file.missing"), file=str(path))
    found = readers.read(_only_file(path), layer)
    refuse_unusable(found)
    settled = settle(found, named=named, shift=shift, extent=extent, plane=plane)
    refuse_half_the_globe(settled)
    return with_remarks(settled)


def _only_file(path: Path) -> Path:
    """Return the one layer of a folder, or the file that ``path`` is."""
    if not is_folder(path):
        return path
    files = expand([path]).files
    if len(files) > 1:
        names = ", ".join(file.relative_to(path).as_posix() for file in files)
        key = "gather.partitions" if are_parts(files) else "gather.which"
        raise UsageError(message(key, names=names), file=str(path))
    return files[0]
