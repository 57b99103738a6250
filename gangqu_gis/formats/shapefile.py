"""Shapefiles as offices have them: GBK without .cpg, cut values, missing .shx, .dbf or .prj.

Encoding, in the order of field conventions 7.1: .cpg, the DBF's language byte, strict UTF-8 over
all text, GB18030.  A declaration that the bytes contradict is noticed and not believed.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
from numpy.typing import NDArray

from gangqu_gis.errors import GangquError, InputError
from gangqu_gis.formats import bulk
from gangqu_gis.formats.dbf import Dbf, read_dbf
from gangqu_gis.formats.dbf_text import Decoded, decode_columns
from gangqu_gis.formats.remarks import Remarks
from gangqu_gis.formats.vector import VectorFile
from gangqu_gis.messages import message

#: The other files of a shapefile.
PARTS = (".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qpj", ".qix", ".fbn", ".fbx", ".ain",
         ".aih", ".atx", ".ixs", ".mxs", ".qmd", ".qml")  # fmt: skip

#: The first bytes of a .shp: file code 9994, big-endian; bytes 24-27 hold its length in words.
_FILE_CODE = b"\x00\x00\x27\x0a"

#: Every byte is a character of this encoding: text comes through GDAL as it stands in the file.
_BYTES = "ISO-8859-1"


def read(path: Path, layer: str | None) -> VectorFile:
    """Read a shapefile; raises as :func:`gangqu_gis.formats.read_vector` does."""
    remarks = Remarks()
    _refuse_broken(path)
    index, table, codepage = part(path, ".shx"), part(path, ".dbf"), part(path, ".cpg")
    dbf = None if table is None else read_dbf(table)
    if dbf is None:
        remarks.add("shapefile.no_dbf", message("shapefile.no_dbf"))
    if index is None:
        remarks.add("shapefile.no_shx", message("shapefile.no_shx"))
        found = _read_without_index(path, layer)
    else:
        found = bulk.contents_of(path, layer, encoding=_BYTES)
    columns = _columns(found, dbf, codepage, remarks)
    if dbf is not None and dbf.count != len(found.wkb):
        text = message("shapefile.counts", shapes=len(found.wkb), rows=dbf.count)
        raise InputError(text, file=str(path))
    named_by_content = part(path, ".prj") is not None
    contents = found if named_by_content else replace(found, crs=None)
    return bulk.as_file(path, contents, columns, remarks)


def part(path: Path, suffix: str) -> Path | None:
    """Return the part of a shapefile with this suffix, in any case, ``None`` without one."""
    for name in (suffix, suffix.upper(), suffix.capitalize()):
        found = path.with_suffix(name)
        if found.is_file():
            return found
    return None


def refuse_part(path: Path) -> None:
    """Refuse a part of a shapefile given in place of the .shp.

    Raises
    ------
    InputError
        Naming the .shp, whether it is there or missing.
    """
    main = part(path, ".shp")
    key = "shapefile.only_a_part" if main else "shapefile.no_shp"
    raise InputError(message(key, name=path.with_suffix(".shp").name), file=str(path))


def _refuse_broken(path: Path) -> None:
    """Refuse a .shp that is none, or that is shorter than its head says."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(100)
    if len(head) < 100 or head[:4] != _FILE_CODE:
        raise InputError(message("shapefile.not_one"), file=str(path))
    claimed = 2 * int.from_bytes(head[24:28], "big")
    if claimed > size:
        raise InputError(message("bad_file.shorter", claimed=claimed, size=size), file=str(path))


def _read_without_index(path: Path, layer: str | None) -> bulk.Contents:
    """Read a copy whose index GDAL restores; the file's own folder is left as it is."""
    with tempfile.TemporaryDirectory(prefix="gangqu-") as folder:
        copy = Path(folder) / f"{path.stem}.shp"
        shutil.copyfile(path, copy)
        for suffix in (".dbf", ".prj"):
            own = part(path, suffix)
            if own is not None:
                shutil.copyfile(own, copy.with_suffix(suffix))
        before = pyogrio.get_gdal_config_option("SHAPE_RESTORE_SHX")
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": "YES"})
        try:
            return bulk.contents_of(copy, layer, encoding=_BYTES)
        except GangquError as error:
            raise type(error)(error.text, file=str(path)) from error
        finally:
            pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": before})


def _columns(
    found: bulk.Contents, dbf: Dbf | None, codepage: Path | None, remarks: Remarks
) -> dict[str, NDArray[Any]]:
    """Return the columns with their names and texts decoded."""
    if dbf is None:
        return {}
    texts = [n for n, values in enumerate(found.values) if values.dtype == object]
    declared = codepage.read_bytes()[:64] if codepage else b""
    decoded: Decoded = decode_columns(
        [name.encode("latin-1") for name in found.fields],
        {n: found.values[n] for n in texts},
        dbf,
        declared=declared.decode("ascii", "ignore").strip(),
        remarks=remarks,
    )
    columns: dict[str, NDArray[Any]] = {}
    for n, name in enumerate(decoded.names):
        own = name if name not in columns else f"{name}_{n}"
        columns[own] = np.asarray(decoded.values.get(n, found.values[n]))
    return columns
