"""Files that are not what their names say, are empty, or only point elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from xml.parsers import expat

from gangqu_gis.errors import InputError
from gangqu_gis.messages import message

#: First bytes of formats, what to call them, and the suffixes that they may have.
_MAGIC: tuple[tuple[bytes, str, frozenset[str]], ...] = (
    (b"SQLite format 3\0", "GeoPackage/SQLite", frozenset({".gpkg", ".sqlite", ".db"})),
    (b"PK\x03\x04", "ZIP", frozenset({".zip", ".kmz", ".ovkmz", ".xlsx", ".xlsm", ".ods"})),
    (b"fgb\x03", "FlatGeobuf", frozenset({".fgb"})),
    (b"\0\0\x27\x0a", "Shapefile", frozenset({".shp", ".shx"})),
    (b"PAR1", "Parquet", frozenset({".parquet", ".geoparquet"})),
    (b"AC10", "DWG", frozenset({".dwg"})),
    (b"%PDF", "PDF", frozenset()),
    (b"\x89PNG", "PNG", frozenset()),
    (b"\xff\xd8\xff", "JPEG", frozenset()),
    (b"Rar!", "RAR", frozenset({".rar"})),
    (b"7z\xbc\xaf", "7-Zip", frozenset({".7z"})),
    (b"\xd0\xcf\x11\xe0", "XLS/DOC", frozenset({".xls", ".doc"})),
)

#: A file that begins like this sends GDAL to other files, or over the network.
_POINTS_ELSEWHERE = re.compile(
    rb"<OGR\w*DataSource|<GDAL_WMS|<WFS|<VRTDataset|\"type\"\s*:\s*\"gdal", flags=re.IGNORECASE
)

_XML = frozenset({".kml", ".ovkml", ".gml", ".gpx"})


def refuse(path: Path) -> None:
    """Refuse a file that is empty, only points elsewhere, or is of another kind than its name.

    Raises
    ------
    InputError
        Saying which, and for broken XML on which line.
    """
    if not path.is_file():
        return
    with path.open("rb") as stream:
        head = stream.read(4096)
    if not head.strip(b"\0\r\n\t "):
        raise InputError(message("bad_file.empty"), file=str(path))
    if path.suffix.lower() == ".vrt" or _POINTS_ELSEWHERE.search(head):
        raise InputError(message("measure.redirection"), file=str(path))
    suffix = path.suffix.lower()
    for magic, name, suffixes in _MAGIC:
        if head.startswith(magic) and suffix not in suffixes:
            text = message("bad_file.disguised", kind=name, suffix=suffix or "-")
            raise InputError(text, file=str(path))
    if suffix in _XML:
        _refuse_broken_xml(path)


def _refuse_broken_xml(path: Path) -> None:
    """Refuse XML that is cut or malformed: GDAL reads what comes before, and says nothing."""
    parser = expat.ParserCreate()
    try:
        with path.open("rb") as stream:
            parser.ParseFile(stream)
    except expat.ExpatError as error:
        text = message("bad_file.xml", reason=expat.ErrorString(error.code))
        raise InputError(text, file=str(path), line=error.lineno) from error
    except (ValueError, LookupError) as error:
        text = message("bad_file.xml", reason=str(error))
        raise InputError(text, file=str(path), line=1) from error
