"""Which reader a file is read with, and which names are refused before any is asked."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from gangqu_gis.errors import GangquError, InputError
from gangqu_gis.formats import archives, disguises
from gangqu_gis.formats.vector import VectorFile
from gangqu_gis.geo_metadata import SUFFIXES
from gangqu_gis.messages import message

Reader = Callable[[Path, str | None], VectorFile]

#: Formats whose files mix geometry types feature by feature; read by fiona.
_STREAMED = frozenset({".gpx"})
_KML = frozenset({".kml", ".ovkml"})
#: Text files of boundary points, and tables of them.
_TEXTS = frozenset({".txt"})
_TABLES = frozenset({".xlsx", ".xlsm", ".csv"})
#: The parts of a shapefile that are mistaken for it.
_PARTS = frozenset({".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qpj"})
#: What cannot be read, and what to do with it.
_REFUSED = {".dwg": "dwg", ".xls": "xls", ".rar": "rar", ".7z": "rar"}

#: A scheme or a GDAL prefix in place of a file; a single letter is a drive.
_ELSEWHERE = re.compile(r"(/vsi|[a-z][a-z0-9+.-]+:)", re.IGNORECASE)

#: What pyogrio takes for more than a name.
_MISREAD = re.compile("[!;]")


def is_table(path: Path) -> bool:
    """Whether a path is an existing spreadsheet or CSV."""
    return path.is_file() and path.suffix.lower() in _TABLES


def refuse_elsewhere(path: Path) -> None:
    """Refuse a URL or a GDAL virtual path: only local files are read.

    Raises
    ------
    InputError
        ``path`` is one.
    """
    is_virtual = path.as_posix().startswith("/vsi")
    if is_virtual or (_ELSEWHERE.match(str(path)) and not path.exists()):
        raise InputError(message("bad_file.not_local", name=str(path)[:60]), file=str(path))


def read(path: Path, layer: str | None) -> VectorFile:
    """Read one layer of a file or archive; its CRS is as the file has it.

    Raises
    ------
    InputError, UsageError
        As :func:`gangqu_gis.formats.read_vector` does.
    """
    disguises.refuse(path)
    if archives.is_archive(path):
        return archives.read(path, layer, reader=_read_file)
    if path.suffix.lower() == ".gml" or _MISREAD.search(str(path)):
        return _read_copy(path, layer)
    return _read_file(path, layer)


def _read_file(path: Path, layer: str | None) -> VectorFile:
    disguises.refuse(path)
    suffix = path.suffix.lower()
    if suffix == ".gdb" and not any(path.glob("*.gdbtable")):
        raise InputError(message("bad_file.gdb"), file=str(path))
    if suffix in _REFUSED:
        raise InputError(message(f"bad_file.instead_{_REFUSED[suffix]}"), file=str(path))
    return _reader(path, suffix)(path, layer)


def _reader(path: Path, suffix: str) -> Reader:
    if suffix in _STREAMED:
        from gangqu_gis.formats.stream import read as chosen
    elif suffix in _KML:
        from gangqu_gis.formats.kml import read as chosen
    elif suffix == ".shp":
        from gangqu_gis.formats.shapefile import read as chosen
    elif suffix == ".dxf":
        from gangqu_gis.formats.drawing import read as chosen
    elif suffix in _TEXTS:
        from gangqu_gis.formats.text_file import read as chosen
    elif suffix in _TABLES:
        from gangqu_gis.formats.tables import read as chosen
    elif suffix in SUFFIXES:
        from gangqu_gis.formats.parquet import read as chosen
    elif suffix in _PARTS:
        from gangqu_gis.formats.shapefile import refuse_part

        refuse_part(path)
    else:
        from gangqu_gis.formats.bulk import read as chosen
    return chosen


def _read_copy(path: Path, layer: str | None) -> VectorFile:
    """Read a copy, in a folder of its own and under a plain name.

    GDAL writes a .gfs file beside a GML and follows the schema that lies there, and pyogrio takes
    ``!`` and ``;`` in a path for signs of its own.
    """
    with tempfile.TemporaryDirectory(prefix="gangqu-") as folder:
        copy = Path(folder) / f"{_MISREAD.sub('_', path.stem)}{path.suffix}"
        if path.is_dir():
            shutil.copytree(path, copy)
        else:
            for part in _parts_of(path):
                shutil.copyfile(part, copy.with_suffix(part.suffix))
        try:
            found = _read_file(copy, layer)
        except GangquError as error:
            own = path.with_suffix(Path(error.file or path).suffix)
            raise type(error)(error.text, file=str(own), line=error.line) from error
    return replace(found, source=str(path))


def _parts_of(path: Path) -> list[Path]:
    if path.suffix.lower() != ".shp":
        return [path]
    return [part for part in path.parent.iterdir() if part.stem == path.stem and part.is_file()]
