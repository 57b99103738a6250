"""GeoParquet 1.1: a layer for analysis, small on disk and read column by column."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gangqu_gis import crs
from gangqu_gis.errors import InputError
from gangqu_gis.gdal import arrow_table
from gangqu_gis.geo_metadata import bookkeeping, geometry_column
from gangqu_gis.layerfile import shapes
from gangqu_gis.layerfile.rows import Row, StoredFeature
from gangqu_gis.layerfile.table import attributes_of, columns_of
from gangqu_gis.messages import message
from gangqu_gis.schema import Schema
from gangqu_gis.zones import crs_title

_GEOMETRY = "geometry"
#: Rows of a group, which is what a reader takes at once.
_GROUP = 65_536


def layer_bytes(name: str, features: Sequence[StoredFeature], schema: Schema) -> bytes:
    """Return a GeoParquet file with the features in order; of records, plain Parquet.

    Raises
    ------
    InputError
        A geometry cannot be written.
    """
    import pyarrow
    import pyarrow.parquet

    found = arrow_table(columns_of(name, features, schema), None)
    if shapes.are_drawn(name, features, schema):
        geometry = shapes.shapes_of(features, shown=f"{name}.parquet")
        wkb = pyarrow.array(list(shapely.to_wkb(geometry)), pyarrow.binary())
        found = found.append_column(_GEOMETRY, wkb)
        meta = json.dumps(_metadata(geometry), ensure_ascii=False)
        found = found.replace_schema_metadata({b"geo": meta.encode("utf-8")})
    sink = io.BytesIO()
    pyarrow.parquet.write_table(found, sink, compression="zstd", row_group_size=_GROUP)
    return sink.getvalue()


def rows_in(raw: bytes, *, shown: str) -> list[Row]:
    """Return the features in the order of the file.

    Raises
    ------
    InputError
        The file is damaged or no Parquet; its geometries are not WKB or not in EPSG:4490, or
        nothing tells that they are geometries.
    """
    import pyarrow
    import pyarrow.parquet

    try:
        # Threads of pyarrow's that are still starting when a short command ends abort it.
        found = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(raw)).read(use_threads=False)
        geometry = _geometry_column(found, shown)
        extra = bookkeeping(found.schema.metadata) & set(found.column_names)
        found = found.drop_columns(sorted(extra))
    except (pyarrow.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        reason = (str(error).splitlines() or ["?"])[0]
        raise InputError(message("layer.damaged_table", reason=reason), file=shown) from error
    if geometry is None:
        _refuse_lost_geometry(found, shown)
        return shapes.rows_of(attributes_of(found, shown=shown), None, shown=shown)
    wkb = found.column(geometry).to_pylist()
    rest = found.drop_columns([geometry])
    return shapes.rows_of(attributes_of(rest, shown=shown), wkb, shown=shown)


def _metadata(geometry: NDArray[np.object_]) -> dict[str, Any]:
    """Return the file metadata of GeoParquet 1.1.0."""
    drawn = geometry[~shapely.is_missing(geometry)]
    heights = {True: " Z", False: ""}
    types = sorted({shape.geom_type + heights[bool(shape.has_z)] for shape in drawn})
    own: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": types,
        "crs": crs.storage().to_json_dict(),
    }
    if len(drawn):
        own["bbox"] = shapely.total_bounds(drawn).tolist()
    return {"version": "1.1.0", "primary_column": _GEOMETRY, "columns": {_GEOMETRY: own}}


def _geometry_column(table: Any, shown: str) -> str | None:
    """Return the name of the geometry column, whose CRS and encoding are those of a layer."""
    own = geometry_column(table.schema.metadata)
    if own is None:
        return None
    own.refuse_other_than_wkb(file=shown)
    known = own.crs(file=shown)
    if known is None or not crs.same(known, crs.storage()):
        label = "-" if known is None else crs_title(known)
        other = message("layer.crs_of_table", declared=label, epsg=crs.STORAGE_EPSG)
        raise InputError(other, file=shown)
    return own.name


def _refuse_lost_geometry(table: Any, shown: str) -> None:
    """Refuse plain Parquet with a column of bytes: geometries that no longer say what they are."""
    import pyarrow

    types = pyarrow.types
    for field in table.schema:
        if types.is_binary(field.type) or types.is_large_binary(field.type):
            raise InputError(message("layer.no_geoparquet", name=field.name), file=shown)
