"""Reading KML with GDAL's LIBKML, which knows the data of a placemark: also that of 奥维.

Files of 奥维 (ovkml) are KML in GCJ-02 since its version 9.3.0 (field conventions 3): they declare
nothing that could be believed, and are read only when the user says so.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from gangqu_gis.formats import bulk
from gangqu_gis.formats.remarks import Remarks
from gangqu_gis.formats.vector import VectorFile
from gangqu_gis.messages import message

#: What files of 奥维 say of themselves.
_OVITAL = re.compile(rb"ovital|ovkml|\xe5\xa5\xa5\xe7\xbb\xb4", re.IGNORECASE)

#: Columns that LIBKML gives every placemark for how it is to be shown: no data of anybody's.
_SHOWING = frozenset(
    "timestamp begin end altitudemode tessellate extrude visibility draworder icon snippet".split()
)


def read(path: Path, layer: str | None) -> VectorFile:
    """Read one layer; raises as :func:`gangqu_gis.formats.read_vector` does."""
    if path.suffix.lower() != ".ovkml":
        found = _read(path, path, layer)
    else:
        with tempfile.TemporaryDirectory(prefix="gangqu-") as folder:
            copy = Path(shutil.copyfile(path, Path(folder) / f"{path.stem}.kml"))
            found = _read(copy, path, layer)
    if not _is_ovital(path):
        return found
    remarks = Remarks()
    remarks.add("crs.ovital", message("bad_file.ovital_declared"), asks=True)
    return replace(found, crs=None, notes=(*remarks.notes(), *found.notes))


def _read(path: Path, named: Path, layer: str | None) -> VectorFile:
    contents = bulk.contents_of(path, layer, source=str(named))
    own = dict(zip(contents.fields, contents.values, strict=True))
    columns = {name: values for name, values in own.items() if not _is_idle(name, values)}
    return replace(bulk.as_file(path, contents, columns, Remarks()), source=str(named))


def _is_idle(name: str, values: NDArray[Any]) -> bool:
    """Whether a column only says how to show a placemark, or is an empty second of another."""
    if name.lower() in _SHOWING:
        return True
    return name[-1:] == "2" and all(value is None or value != value for value in values)


def _is_ovital(path: Path) -> bool:
    with path.open("rb") as stream:
        return path.suffix.lower() == ".ovkml" or _OVITAL.search(stream.read(4096)) is not None
