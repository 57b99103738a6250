"""Reading whole layers at once with pyogrio: GeoPackage, Shapefile, FileGDB, GeoJSON …"""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FieldError

from gangqu_gis.crs import named
from gangqu_gis.errors import InputError
from gangqu_gis.formats.vector import VectorFile, chosen_layer
from gangqu_gis.messages import message

#: Geometry types with curves.  GDAL hands them on as straight edges without a word.
_CURVES = ("CIRCULARSTRING", "COMPOUNDCURVE", "CURVEPOLYGON", "MULTICURVE", "MULTISURFACE")

#: Formats that cannot hold a curve, so that nothing needs to be searched.
_STRAIGHT = frozenset({".shp", ".geojson", ".json", ".geojsonl", ".csv", ".parquet"})

#: A file that begins like this sends GDAL to other files, or over the network.
_POINTS_ELSEWHERE = re.compile(rb"<OGR\w*DataSource|<GDAL_WMS|<WFS", flags=re.IGNORECASE)


def read(path: Path, layer: str | None) -> VectorFile:
    """Read one layer; raises as :func:`gangqu_gis.formats.read_vector` does."""
    source = str(path)
    _refuse_redirections(path)
    try:
        available = pyogrio.list_layers(path)
        drawn = [str(name) for name, kind in available if kind is not None]
        name = chosen_layer(source, drawn, layer)
        _refuse_curves(path, name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
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
    geometry = shapely.from_wkb(wkb, on_invalid="ignore")
    columns = dict(zip(map(str, meta["fields"]), values, strict=True))
    crs = named(meta["crs"], file=source) if meta["crs"] else None
    return VectorFile(source, name, np.asarray(geometry, dtype=object), columns, crs)


def _refuse_curves(path: Path, layer: str) -> None:
    """Refuse a layer with curves: the geometry type that pyogrio reports does not tell."""
    if path.suffix.lower() in _STRAIGHT:
        return
    listed = ", ".join(f"'{name}'" for name in _CURVES)
    quoted = layer.replace('"', '\\"')
    query = f'SELECT OGR_GEOMETRY FROM "{quoted}" WHERE OGR_GEOMETRY IN ({listed})'
    _, _, _, values = pyogrio.raw.read(
        path, sql=query, sql_dialect="OGRSQL", read_geometry=False, max_features=1
    )
    if len(values) and len(values[0]):
        raise InputError(message("measure.curves", kind=values[0][0]), file=str(path))


def _refuse_redirections(path: Path) -> None:
    """Refuse what is no data but a pointer to data: only local files are read."""
    if not path.is_file():
        return
    with path.open("rb") as stream:
        head = stream.read(4096)
    if path.suffix.lower() == ".vrt" or _POINTS_ELSEWHERE.search(head):
        raise InputError(message("measure.redirection"), file=str(path))
