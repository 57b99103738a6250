"""GeoPackage: a layer that a GIS opens, searches and edits in place, however large it is."""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import shapely

from gangqu_gis import crs
from gangqu_gis.errors import InputError
from gangqu_gis.gdal import Drawn, Target, clock_at, write_layer
from gangqu_gis.layerfile import shapes, table
from gangqu_gis.layerfile.rows import Row, StoredFeature
from gangqu_gis.messages import message
from gangqu_gis.schema import Schema

#: The version that QGIS and ArcGIS of the last years read without a warning.
_VERSION = "1.2"
#: What stands for the time of writing: equal layers must make equal files; the history knows when.
_NO_TIME = date(1980, 1, 1)


def layer_bytes(name: str, features: Sequence[StoredFeature], schema: Schema) -> bytes:
    """Return a GeoPackage with one layer, features in order, columns typed and labelled.

    Raises
    ------
    InputError
        A geometry cannot be written, or GDAL cannot write the file or warns of a loss.
    """
    columns = table.columns_of(name, features, schema)
    drawn = None
    if shapes.are_drawn(name, features, schema):
        geometry = shapes.shapes_of(features, shown=f"{name}.gpkg")
        drawn = Drawn(geometry.tolist(), _type_of(geometry), f"EPSG:{crs.STORAGE_EPSG}")
    with TemporaryDirectory() as folder, clock_at(_NO_TIME):
        path = Path(folder) / f"{name}.gpkg"
        options = {"FID": "fid"} | ({"GEOMETRY_NAME": "geom"} if drawn is not None else {})
        target = Target(path, "GPKG", options, path.name, {"VERSION": _VERSION})
        told = write_layer(target, name, columns, drawn)
        if told:
            raise InputError(message("file.cannot_write", reason=told[0]), file=path.name)
        return path.read_bytes()


def rows_in(raw: bytes, *, name: str, shown: str) -> list[Row]:
    """Return the features of the layer ``name`` (of the only layer, whatever its name), by fid.

    Raises
    ------
    InputError
        The file is damaged, has no such layer or another CRS, or a geometry cannot be read.
    """
    import pyogrio.raw

    from gangqu_gis.formats.bulk import FAULTS, unreadable

    with _database(raw, shown) as base:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                own = _own_layer(_tables(raw), name, shown)
                meta, found = pyogrio.raw.read_arrow(raw, layer=own)
        except FAULTS as error:
            raise unreadable(shown, error) from error
        _refuse_words_as_numbers(base, own, shown)
    if meta["geometry_type"] is None:
        return shapes.rows_of(table.attributes_of(found, shown=shown), None, shown=shown)
    declared = meta["crs"]
    if not declared or not crs.same(crs.named(declared, file=shown), crs.storage()):
        text = message("layer.crs_of_table", declared=declared or "-", epsg=crs.STORAGE_EPSG)
        raise InputError(text, file=shown)
    geometry = meta["geometry_name"] or "wkb_geometry"
    wkb = found.column(geometry).to_pylist()
    rest = found.drop_columns([geometry])
    return shapes.rows_of(table.attributes_of(rest, shown=shown), wkb, shown=shown)


def other_tables(raw: bytes, *, name: str, shown: str) -> list[str]:
    """Return what else a GeoPackage holds: writing the layer anew would drop it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tables = _tables(raw)
    own = _own_layer(tables, name, shown)
    return [table for table, _ in tables if table != own]


def _tables(raw: bytes) -> list[tuple[str, Any]]:
    import pyogrio

    return [(str(table), kind) for table, kind in pyogrio.list_layers(raw)]


def _own_layer(tables: list[tuple[str, Any]], name: str, shown: str) -> str:
    names = [table for table, _ in tables]
    if name in names:
        return name
    drawn = [table for table, kind in tables if kind is not None]
    if len(drawn) == 1 or len(names) == 1:
        return (drawn or names)[0]
    known = ", ".join(names) or "-"
    raise InputError(message("layer.not_in_file", layer=name, known=known), file=shown)


@contextmanager
def _database(raw: bytes, shown: str) -> Iterator[sqlite3.Connection]:
    """Open the bytes of a file in SQLite, which looks over its own pages first.

    GDAL reads past damaged ones without a word.
    """
    # A file left in the write-ahead mode cannot be opened from memory; its pages are the same.
    plain = raw[:18] + b"\x01\x01" + raw[20:]
    with closing(sqlite3.connect(":memory:")) as base:
        try:
            base.deserialize(plain)
            told = [row[0] for row in base.execute("PRAGMA quick_check(1)")]
        except sqlite3.Error as error:
            told = [str(error)]
        if told != ["ok"]:
            reason = str(told[0]).split("\n")[-1]
            raise InputError(message("layer.damaged_table", reason=reason), file=shown)
        yield base


def _refuse_words_as_numbers(base: sqlite3.Connection, layer: str, shown: str) -> None:
    """SQLite keeps a text in any column, and GDAL reads 12abc there as 12."""
    own = _quoted(layer)
    for _, name, declared, *_ in base.execute(f"PRAGMA table_info({own})").fetchall():
        if not str(declared).upper().startswith(_NUMERIC):
            continue
        column = _quoted(name)
        found = base.execute(
            f"SELECT number, value FROM (SELECT row_number() OVER (ORDER BY rowid) AS number,"
            f" {column} AS value, typeof({column}) AS type FROM {own})"
            " WHERE type IN ('text', 'blob') LIMIT 1"
        ).fetchone()
        if found is not None:
            text = message("layer.words_as_number", name=name, value=str(found[1])[:40])
            raise InputError(text, file=shown, line=found[0])


#: How the names of SQLite's and GeoPackage's numeric types begin.
_NUMERIC = ("BOOL", "TINYINT", "SMALLINT", "MEDIUMINT", "INT", "REAL", "DOUBLE", "FLOAT")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _type_of(geometry: Any) -> str:
    """Return the one type of a layer's geometries as GDAL calls it."""
    kinds = {shape.geom_type for shape in geometry[~shapely.is_missing(geometry)]}
    plain = not bool(np.any(shapely.has_z(geometry)))
    return kinds.pop() if len(kinds) == 1 and plain else "Unknown"
