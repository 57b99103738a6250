"""Reading whole layers at once with pyogrio: GeoPackage, Shapefile, FileGDB, GeoJSON …"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyogrio
import shapely
from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FieldError

from gangqu_gis.crs import named
from gangqu_gis.errors import InputError
from gangqu_gis.formats.polygons import PolygonFile, chosen_layer
from gangqu_gis.messages import message

_CURVES = ("Curve", "Surface", "Compound", "Circular")


def read(path: Path, layer: str | None) -> PolygonFile:
    """Read one layer; raises as :func:`gangqu_gis.formats.read_polygons` does."""
    source = str(path)
    try:
        available = pyogrio.list_layers(path)
        drawn = [str(name) for name, kind in available if kind is not None]
        name = chosen_layer(source, drawn, layer)
        _refuse_curves(path, name)
        meta, _, wkb, values = pyogrio.raw.read(path, layer=name, force_2d=True)
    except (
        DataSourceError,
        DataLayerError,
        FieldError,
        CRSError,
        OSError,
        UnicodeDecodeError,
    ) as error:
        reason = str(error).splitlines()[0]
        raise InputError(message("measure.unreadable", reason=reason), file=source) from error
    if wkb is None:
        raise InputError(message("measure.no_layers"), file=source)
    try:
        geometry = shapely.from_wkb(wkb)
    except shapely.errors.GEOSException as error:
        reason = str(error).splitlines()[0]
        raise InputError(message("measure.unreadable", reason=reason), file=source) from error
    columns = dict(zip(map(str, meta["fields"]), values, strict=True))
    crs = named(meta["crs"], file=source) if meta["crs"] else None
    return PolygonFile(source, name, np.asarray(geometry, dtype=object), columns, crs)


def _refuse_curves(path: Path, layer: str) -> None:
    kind = str(pyogrio.read_info(path, layer=layer)["geometry_type"])
    if any(word in kind for word in _CURVES):
        raise InputError(message("measure.curves", kind=kind), file=str(path))
