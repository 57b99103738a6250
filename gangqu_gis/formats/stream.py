"""Reading feature by feature with fiona: GPX, whose features may be anything, and large text files.

GeoJSON, lines of GeoJSON and GML cannot be read in batches by Arrow; of a large one features
come one by one and are handed on in the same batches, in constant memory.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import fiona
import numpy as np
import shapely
from fiona.errors import FionaError
from numpy.typing import NDArray

from gangqu_gis.crs import named
from gangqu_gis.formats.batches import Batch, LargeLayer
from gangqu_gis.formats.bulk import flattened, unreadable
from gangqu_gis.formats.json_lines import refuse_lost_lines
from gangqu_gis.formats.remarks import Remarks
from gangqu_gis.formats.vector import VectorFile, chosen_layer
from gangqu_gis.messages import message

#: Stands for a geometry that cannot be made, which is not the same as none.
_UNREADABLE = object()


def read(path: Path, layer: str | None) -> VectorFile:
    """Read one layer; raises as :func:`gangqu_gis.formats.read_vector` does."""
    remarks = Remarks()
    found, wkt = _read(path, layer, str(path), remarks)
    crs = named(wkt, file=str(path)) if wkt else None
    return replace(found, crs=crs, notes=remarks.notes())


def layer_names(path: Path) -> list[str]:
    """Return the names of all layers, with geometries or without."""
    return [str(name) for name in fiona.listlayers(path)]


def _read(
    path: Path, layer: str | None, source: str, remarks: Remarks
) -> tuple[VectorFile, str | None]:
    try:
        name = chosen_layer(source, layer_names(path), layer)
        with fiona.open(path, layer=name, allow_unsupported_drivers=True) as collection:
            wkt = collection.crs_wkt
            fields = list(collection.schema["properties"])
            features = [(f.properties, _geometry(f.geometry)) for f in collection]
    except (FionaError, OSError, UnicodeDecodeError, ValueError) as error:
        raise unreadable(source, error) from error
    for number, (_, made) in enumerate(features, 1):
        if made is _UNREADABLE:
            remarks.add("geometry.unreadable", message("bad_file.geometry", number=number))
    shapes = [None if made is _UNREADABLE else made for _, made in features]
    geometry = flattened(_objects(shapes), remarks)
    columns = {field: _objects([p.get(field) for p, _ in features]) for field in fields}
    return VectorFile(source, name, geometry, columns, None), wkt


#: Features of a batch.
MOST_AT_ONCE = 8192

#: What a layer may declare and be streamed: whatever else there may be arcs, which need more care.
_STRAIGHT = frozenset({"Polygon", "MultiPolygon", "3D Polygon", "3D MultiPolygon"})


def large_layer(path: Path, layer: str | None) -> LargeLayer | None:
    """Return a layer of polygons with its number of features, or ``None``: none is meant.

    Raises
    ------
    FionaError, OSError
        It cannot be read.
    """
    with _opened(path, layer) as collection:
        if collection is None or not collection.crs_wkt:
            return None
        of_any_type = path.suffix.lower() != ".gml" and collection.schema["geometry"] == "Unknown"
        if collection.schema["geometry"] not in _STRAIGHT and not of_any_type:
            return None
        fields = tuple(collection.schema["properties"])
        crs, name = named(collection.crs_wkt), str(collection.name)
        try:
            count = len(collection)
        except TypeError:  # the driver does not know before the end
            count = sum(1 for _ in collection)
    return LargeLayer(path, name, crs, fields, count)


def batches(
    layer: LargeLayer, columns: Sequence[str], *, geometry: bool, size: int
) -> Iterator[Batch]:
    """Yield the features of a layer in batches of ``size``."""
    first = 0
    with _opened(layer.path, layer.layer, geometry=geometry) as collection:
        refuse_lost_lines(layer.path, layer.count)
        kept = (  # little of each feature: it takes thousands of bytes as it comes
            (_wkb(f.geometry) if geometry else b"", [f.properties.get(name) for name in columns])
            for f in collection
        )
        while some := list(islice(kept, min(size, MOST_AT_ONCE))):
            wkb, values = zip(*some, strict=True)
            yield Batch(
                first,
                np.frombuffer(b"".join(wkb), dtype=np.uint8),
                np.cumsum([0, *map(len, wkb)], dtype=np.int64),
                {name: _column([row[n] for row in values]) for n, name in enumerate(columns)},
            )
            first += len(some)


@contextmanager
def _opened(path: Path, layer: str | None, *, geometry: bool = True) -> Iterator[Any]:
    """Yield the one layer that is meant, or ``None``.

    GDAL writes a .gfs file beside a GML: it is given another name of the same file elsewhere.
    """
    with ExitStack() as stack:
        if path.suffix.lower() == ".gml":
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="gangqu-"))
            path = _other_name(path, Path(folder))
        names = layer_names(path)
        wanted = layer if layer in names else names[0] if layer is None and len(names) == 1 else ""
        if not wanted:
            yield None
            return
        opened = fiona.open(
            path, layer=wanted, allow_unsupported_drivers=True, ignore_geometry=not geometry
        )
        yield stack.enter_context(opened)


def _other_name(path: Path, folder: Path) -> Path:
    other = folder / path.name
    try:
        other.symlink_to(path.resolve())
    except OSError:  # a system where links are for administrators only
        shutil.copyfile(path, other)
    return other


def _wkb(value: Any) -> bytes:
    """Return a geometry as WKB; nothing for none, and one byte for what cannot be made."""
    made = _geometry(value)
    if made is None:
        return b""
    return b"\x01" if made is _UNREADABLE else shapely.to_wkb(made, output_dimension=3)


def _column(values: list[Any]) -> NDArray[Any]:
    """Return numbers as numbers, NaN where there is none, and everything else as it is."""
    if all(v is None or (isinstance(v, int | float) and not isinstance(v, bool)) for v in values):
        if all(isinstance(v, int) for v in values):
            return np.array(values, dtype=np.int64)
        return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    return _objects(values)


def _geometry(value: Any) -> Any:
    if value is None:
        return None
    made = shapely.from_geojson(json.dumps(value.__geo_interface__), on_invalid="ignore")
    return _UNREADABLE if made is None else made


def _objects(values: list[Any]) -> NDArray[np.object_]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
