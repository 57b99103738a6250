"""Shapefiles: always with .cpg and .prj, and a table of what the 10-byte names mean."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from gangqu_gis.export.content import Content
from gangqu_gis.export.encoding import refuse_unencodable
from gangqu_gis.export.losses import LONGEST_DBF_TEXT
from gangqu_gis.export.tables import columns, drawn
from gangqu_gis.fieldnames import short_names
from gangqu_gis.gdal import Column, Target, write_layer
from gangqu_gis.messages import message

#: Files of one shapefile that are written, and others that a GIS lays beside it and that would
#: be stale: spatial and attribute indexes.
SUFFIXES = (".shp", ".shx", ".dbf", ".prj", ".cpg")
STALE_SUFFIXES = (".qix", ".sbn", ".sbx", ".ain", ".aih", ".fbn", ".fbx", ".ixs", ".mxs", ".idm")
#: How the encodings are called: for Python, for GDAL, in the .cpg.
_ENCODINGS = {"utf-8": ("utf-8", "UTF-8", "UTF-8"), "gbk": ("gbk", "CP936", "936")}


def names(stem: str) -> list[str]:
    """Return the names of all files of the shapefile ``stem``."""
    return [stem + suffix for suffix in SUFFIXES] + [table_name(stem)]


def table_name(stem: str) -> str:
    """Return the name of the table of fields beside the shapefile."""
    return f"{stem}_字段说明.csv"


def write(content: Content, path: Path, *, encoding: str) -> None:
    """Write the files of a shapefile beside ``path``; texts in ``encoding`` (utf-8 or gbk).

    A text longer than 254 bytes is cut after its last whole character.

    Raises
    ------
    InputError
        A text cannot be written in GBK.
    UsageError
        The layer holds lines and polygons.
    """
    codec, gdal_name, page = _ENCODINGS[encoding]
    short = short_names(content.fields)
    fitted = [_fitted(content, c, codec) for c in columns(content, short, longs=True)]
    options = {
        "DBF_DATE_LAST_UPDATE": content.day.isoformat(),
        "ADJUST_GEOM_TYPE": "NO",
    }
    target = Target(path, "ESRI Shapefile", options, path.name)
    write_layer(target, path.stem, fitted, drawn(content, multi=False), encoding=gdal_name)
    path.with_suffix(".cpg").write_text(page, encoding="ascii")
    table = _field_table(content, short)
    bom = b"\xef\xbb\xbf" if codec == "utf-8" else b""
    (path.parent / table_name(path.stem)).write_bytes(bom + table.encode(codec, "replace"))


def write_zip(content: Content, path: Path, *, encoding: str) -> None:
    """Write a shapefile as one zip archive; the files in it bear the archive's name."""
    folder = path.parent / "shapefile"
    folder.mkdir()
    stem = path.name.removesuffix(path.suffix).removesuffix(".shp")
    write(content, folder / f"{stem}.shp", encoding=encoding)
    when = content.day.timetuple()[:6]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names(stem):
            info = zipfile.ZipInfo(name, when)
            info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, (folder / name).read_bytes())


def _fitted(content: Content, column: Column, codec: str) -> Column:
    """Return a text column within the room of a DBF, wide enough for its longest text."""
    if column.type != "text":
        return column
    for item, text in zip(content.items, column.values, strict=True):
        refuse_unencodable(item, text or "", codec)
    values = [None if text is None else _cut(text, codec) for text in column.values]
    longest = max((len(text.encode(codec)) for text in values if text is not None), default=1)
    return replace(column, values=values, width=max(longest, 1))


def _cut(text: str, codec: str) -> str:
    raw = text.encode(codec)
    return text if len(raw) <= LONGEST_DBF_TEXT else raw[:LONGEST_DBF_TEXT].decode(codec, "ignore")


def _field_table(content: Content, short: Mapping[str, str]) -> str:
    """Return the table of fields as CSV: what each short name means."""
    stream = io.StringIO()
    rows = csv.writer(stream, lineterminator="\r\n")
    heads = ("short", "label", "name", "type", "unit")
    rows.writerow(message(f"export.column_{head}").render(content.lang) for head in heads)
    for field in content.fields:
        type_ = message(f"export.type_{field.type}").render(content.lang)
        label = content.aliases[field.name]
        rows.writerow((short[field.name], label, field.name, type_, field.unit or ""))
    return stream.getvalue()
