"""The files that stored layers are kept in: GeoJSON, GeoPackage or GeoParquet, told by the suffix.

Every form holds the same features: EPSG:4490 in (lon, lat) order, nine decimals, attributes of
any JSON type, in their order.  Equal features make equal bytes (of one version of GDAL or Arrow),
so that a layer is known by the SHA-256 of its file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gangqu_gis.records import Record, parsed, stored
from gangqu_gis.schema import Schema

if TYPE_CHECKING:
    from gangqu_gis.layerfile.rows import Row, StoredFeature

#: What SQLite lays beside a GeoPackage that is open somewhere: what was last written may be there.
_OPEN = ("-wal", "-shm", "-journal")


def rows_in(raw: bytes, *, name: str, shown: str) -> list[Row]:
    """Return the features in the bytes of a layer's file, in order.

    ``name`` is the layer's; ``shown`` is the file's name in messages, whose suffix tells its form.

    Raises
    ------
    InputError
        The file is damaged, holds no layer of that name, declares no CRS or another one, or holds
        what a layer cannot.
    """
    suffix = Path(shown).suffix.lower()
    if suffix == ".gpkg":
        from gangqu_gis.layerfile import geopackage

        return geopackage.rows_in(raw, name=name, shown=shown)
    if suffix == ".parquet":
        from gangqu_gis.layerfile import geoparquet

        return geoparquet.rows_in(raw, shown=shown)
    from gangqu_gis.layerfile import geojson

    return geojson.rows_in(raw, shown=shown)


def records_in(raw: bytes, *, name: str, shown: str) -> list[Record]:
    """Return the features in the bytes of a layer's file as records, with the digits that are kept.

    Raises
    ------
    InputError
        As :func:`rows_in`; the CRS of a GeoJSON is not asked for.
    """
    if Path(shown).suffix.lower() not in (".gpkg", ".parquet"):
        return parsed(raw, shown=shown)
    from gangqu_gis.layerfile.rows import record_of

    return [stored(record_of(row)) for row in rows_in(raw, name=name, shown=shown)]


def layer_bytes(
    name: str, features: Sequence[StoredFeature], schema: Schema, *, suffix: str = ".geojson"
) -> bytes:
    """Return the bytes of a layer's file.

    Raises
    ------
    InputError
        A feature has a geometry that only GeoJSON can keep as it stands.
    """
    if suffix == ".gpkg":
        from gangqu_gis.layerfile import geopackage

        return geopackage.layer_bytes(name, features, schema)
    if suffix == ".parquet":
        from gangqu_gis.layerfile import geoparquet

        return geoparquet.layer_bytes(name, features, schema)
    from gangqu_gis.layerfile import geojson

    text = geojson.format_layer(name, features, schema)
    # Half of a surrogate pair has no UTF-8; JSON has an escape for it.
    return text.encode("utf-8", "backslashreplace")


def other_tables(raw: bytes, *, name: str, shown: str) -> list[str]:
    """Return what else a layer's file holds: writing the layer anew would drop it.

    Raises
    ------
    InputError
        The file has no layer of that name.
    """
    if Path(shown).suffix.lower() != ".gpkg":
        return []
    from gangqu_gis.layerfile import geopackage

    return geopackage.other_tables(raw, name=name, shown=shown)


def beside(path: Path) -> Path | None:
    """Return the file that says that ``path`` is open in another program, if there is one."""
    if path.suffix.lower() != ".gpkg":
        return None
    marks = (path.with_name(path.name + ending) for ending in _OPEN)
    return next((mark for mark in marks if mark.exists()), None)
