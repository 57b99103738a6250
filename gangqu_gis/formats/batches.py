"""Reading large layers in batches by Arrow: WKB and columns as they lie in memory.

For layers of plain polygons that declare their CRS, in GeoPackage, FlatGeobuf, Shapefile and
GeoParquet.  Large text files (GeoJSON, GML …) come feature by feature in the same batches;
everything else is read whole.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gangqu_gis import crs as crs_module
from gangqu_gis.errors import InputError, UsageError
from gangqu_gis.formats.vector import own_name
from gangqu_gis.geo_metadata import SUFFIXES, bookkeeping, geometry_column
from gangqu_gis.messages import message

if TYPE_CHECKING:
    from pyproj import CRS

#: Features of a batch: 65 536 parcels take some 30 MB.
BATCH = 65_536
#: Layers of fewer features than this are read whole.
LARGE = 200_000
#: No polygon takes fewer bytes in binary formats, or in text, so that a small file need not be
#: opened.
LEAST_BYTES, LEAST_TEXT_BYTES = 50, 120

#: Text, which Arrow cannot take: read feature by feature.
STREAMED = frozenset({".geojson", ".json", ".geojsonl", ".geojsons", ".gml"})
_BY_GDAL = frozenset({".gpkg", ".fgb", ".shp"})
_PLAIN = frozenset(
    f"{before}{kind}{after}"
    for kind in ("Polygon", "MultiPolygon")
    for before, after in (("", ""), ("2.5D ", ""), ("", " Z"))
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some features in file order: WKB ``data[offset[i]:offset[i + 1]]`` and their columns."""

    first: int
    data: NDArray[np.uint8]
    offset: NDArray[np.int64]
    columns: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.offset) - 1


@dataclass(frozen=True, slots=True)
class LargeLayer:
    """A layer that is read in batches."""

    path: Path
    layer: str
    crs: CRS
    columns: tuple[str, ...]
    count: int

    def column_name(self, wanted: str) -> str:
        """Return a column's own name, whatever the case it was asked for in.

        Raises
        ------
        UsageError
            There is no such column.
        """
        return own_name(self.columns, wanted, source=str(self.path))

    def declared_extent(self) -> tuple[float, float, float, float] | None:
        """Return west, south, east, north as the file has them, or ``None``."""
        found: Sequence[float]
        if self.path.suffix.lower() in SUFFIXES:
            import pyarrow.parquet

            own = geometry_column(pyarrow.parquet.read_schema(self.path).metadata)
            found = () if own is None else own.bbox
        elif self.path.suffix.lower() in STREAMED:
            return None
        else:
            import pyogrio

            info = pyogrio.read_info(self.path, layer=self.layer, force_total_bounds=True)
            found = info["total_bounds"] or ()
        return tuple(map(float, found)) if len(found) == 4 else None  # type: ignore[return-value]

    def batches(self, columns: Sequence[str], *, geometry: bool = True) -> Iterator[Batch]:
        """Yield the features with some of their columns.

        Raises
        ------
        InputError
            A part of the file cannot be read: which features.
        """
        at = 0
        source = self._source(columns, geometry)
        while True:
            try:
                batch = next(source, None)
            except (InputError, UsageError):
                raise
            except Exception as error:
                reason = (str(error).splitlines() or ["?"])[0]
                text = message("batches.unreadable", first=at + 1, reason=reason)
                raise InputError(text, file=str(self.path)) from error
            if batch is None:
                return
            at += len(batch)
            yield batch

    def _source(self, columns: Sequence[str], geometry: bool) -> Iterator[Batch]:
        if self.path.suffix.lower() in STREAMED:
            from gangqu_gis.formats import stream

            yield from stream.batches(self, columns, geometry=geometry, size=BATCH)
            return
        read = _parquet_batches if self.path.suffix.lower() in SUFFIXES else _gdal_batches
        at = 0
        for table in read(self, list(columns), geometry):
            yield _batch(table, columns, at, geometry)
            at += table.num_rows


def large_layer(path: Path, layer: str | None, *, least: int = LARGE) -> LargeLayer | None:
    """Return the layer if it is large and plain enough to be read in batches, else ``None``."""
    suffix = path.suffix.lower()
    fewest = LEAST_TEXT_BYTES if suffix in STREAMED else LEAST_BYTES
    if not path.is_file() or path.stat().st_size < least * fewest:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if suffix in SUFFIXES:
                found = _parquet_layer(path)
            elif suffix in _BY_GDAL:
                found = _gdal_layer(path, layer)
            elif suffix in STREAMED:
                from gangqu_gis.formats import stream

                found = stream.large_layer(path, layer)
            else:
                return None
    except Exception:
        return None  # whatever is wrong is said by the reader of whole files
    return found if found is not None and found.count >= least else None


def _gdal_layer(path: Path, layer: str | None) -> LargeLayer | None:
    import pyogrio

    names = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    if layer is None and len(names) != 1:
        return None
    info = pyogrio.read_info(path, layer=layer or names[0], force_feature_count=True)
    if info["geometry_type"] not in _PLAIN or not info["crs"]:
        return None
    fields = tuple(map(str, info["fields"]))
    crs = crs_module.named(info["crs"])
    return LargeLayer(path, layer or names[0], crs, fields, int(info["features"]))


#: GDAL's own batches of FlatGeobuf write what follows a NULL geometry over what came before it
#: (seen in 3.12.4); those of its base are right.
_SOUND_BATCHES = {"OGR_FLATGEOBUF_STREAM_BASE_IMPL": "YES"}


def _gdal_batches(layer: LargeLayer, columns: list[str], geometry: bool) -> Iterator[Any]:
    import pyogrio

    pyogrio.set_gdal_config_options(_SOUND_BATCHES)
    with pyogrio.raw.open_arrow(
        layer.path, layer=layer.layer, columns=columns, read_geometry=geometry,
        batch_size=BATCH, use_pyarrow=True,
    ) as (meta, reader):  # fmt: skip
        for batch in reader:
            name = meta["geometry_name"] or "wkb_geometry"
            yield _named(batch, name if geometry else None)


def _parquet_layer(path: Path) -> LargeLayer | None:
    import pyarrow.parquet

    file = pyarrow.parquet.ParquetFile(path)
    schema = file.schema_arrow
    own = geometry_column(schema.metadata)
    if own is None or own.encoding != "WKB" or not own.types or not own.types <= _PLAIN:
        return None
    crs = own.crs(file=str(path))
    if crs is None:
        return None
    passed_over = {own.name, *bookkeeping(schema.metadata)}
    names = tuple(name for name in schema.names if name not in passed_over)
    return LargeLayer(path, path.stem, crs, names, int(file.metadata.num_rows))


def _parquet_batches(layer: LargeLayer, columns: list[str], geometry: bool) -> Iterator[Any]:
    import pyarrow.parquet

    # Threads of pyarrow's that are still starting when a short command ends abort it.
    file = pyarrow.parquet.ParquetFile(layer.path, pre_buffer=False)
    own = geometry_column(file.schema_arrow.metadata)
    assert own is not None
    wanted = [*columns, *([own.name] if geometry else [])]
    for batch in file.iter_batches(batch_size=BATCH, columns=wanted, use_threads=False):
        yield _named(batch, own.name if geometry else None)


def _named(batch: Any, geometry: str | None) -> Any:
    """Return a batch with its geometry column, if any, under an empty name."""
    names = ["" if name == geometry else name for name in batch.schema.names]
    return batch.rename_columns(names)


def _batch(table: Any, columns: Sequence[str], first: int, geometry: bool) -> Batch:
    data, offset = np.zeros(0, np.uint8), np.zeros(table.num_rows + 1, np.int64)
    if geometry:
        data, offset = arrow_bytes(table.column(""))
        if (np.diff(offset) < 0).any():
            raise ValueError("offsets of the batch")  # never measure one feature's bytes as another
    values = {name: table.column(name).to_numpy(zero_copy_only=False) for name in columns}
    return Batch(first, data, offset, values)


def arrow_bytes(column: Any) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the bytes and offsets of an Arrow column of WKB, without copying the bytes."""
    import pyarrow

    column = getattr(column, "storage", column)
    wide = pyarrow.types.is_large_binary(column.type)
    _, offsets, data = column.buffers()
    kind = np.int64 if wide else np.int32
    offset = np.frombuffer(offsets, dtype=kind)[column.offset : column.offset + len(column) + 1]
    raw = np.zeros(0, np.uint8) if data is None else np.frombuffer(data, dtype=np.uint8)
    return raw, offset.astype(np.int64)
