"""Reading feature by feature with fiona: KML, DXF, GML and GPX, whose features may be anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import fiona
import numpy as np
import shapely
from fiona.errors import FionaError
from numpy.typing import NDArray

from gangqu_gis.crs import named
from gangqu_gis.errors import InputError
from gangqu_gis.formats.vector import VectorFile, chosen_layer
from gangqu_gis.messages import message


def read(path: Path, layer: str | None) -> VectorFile:
    """Read one layer; raises as :func:`gangqu_gis.formats.read_vector` does."""
    source = str(path)
    try:
        name = chosen_layer(source, _layers(path), layer)
        with fiona.open(path, layer=name, allow_unsupported_drivers=True) as collection:
            wkt = collection.crs_wkt
            fields = list(collection.schema["properties"])
            features = [(f.properties, _geometry(f.geometry)) for f in collection]
    except (FionaError, OSError, UnicodeDecodeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(message("measure.unreadable", reason=reason), file=source) from error
    crs = named(wkt, file=source) if wkt else None
    return VectorFile(
        source,
        name,
        _objects([geometry for _, geometry in features]),
        {field: _objects([p.get(field) for p, _ in features]) for field in fields},
        crs,
    )


def _layers(path: Path) -> list[str]:
    """Return the layers; fiona leaves KML off until it is asked for."""
    for driver in ("KML", "LIBKML"):
        fiona.drvsupport.supported_drivers.setdefault(driver, "r")
    return [str(name) for name in fiona.listlayers(path)]


def _geometry(value: Any) -> Any:
    if value is None:
        return None
    return shapely.force_2d(shapely.from_geojson(json.dumps(value.__geo_interface__)))


def _objects(values: list[Any]) -> NDArray[np.object_]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
