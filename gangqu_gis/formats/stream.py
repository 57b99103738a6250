"""Reading feature by feature with fiona: GPX, whose features may be anything."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import fiona
import numpy as np
import shapely
from fiona.errors import FionaError
from numpy.typing import NDArray

from gangqu_gis.crs import named
from gangqu_gis.formats.bulk import flattened, unreadable
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


def _read(
    path: Path, layer: str | None, source: str, remarks: Remarks
) -> tuple[VectorFile, str | None]:
    try:
        name = chosen_layer(source, [str(name) for name in fiona.listlayers(path)], layer)
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


def _geometry(value: Any) -> Any:
    if value is None:
        return None
    made = shapely.from_geojson(json.dumps(value.__geo_interface__), on_invalid="ignore")
    return _UNREADABLE if made is None else made


def _objects(values: list[Any]) -> NDArray[np.object_]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
