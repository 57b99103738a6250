"""Reading whole layers at once with pyogrio: GeoPackage, Shapefile, FileGDB, GeoJSON …"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import (
    CRSError,
    DataLayerError,
    DataSourceError,
    FeatureError,
    FieldError,
    GeometryError,
)

from gangqu_gis.crs import named
from gangqu_gis.errors import InputError
from gangqu_gis.formats import curves
from gangqu_gis.formats.json_lines import refuse_lost_lines
from gangqu_gis.formats.remarks import Remarks
from gangqu_gis.formats.vector import VectorFile, chosen_layer
from gangqu_gis.messages import message

if TYPE_CHECKING:
    from pyproj import CRS

#: What pyogrio raises for a file that it cannot read (the last for a CRS that GDAL cannot).
FAULTS = (
    DataSourceError,
    DataLayerError,
    FieldError,
    FeatureError,
    CRSError,
    OSError,
    UnicodeDecodeError,
    UnboundLocalError,
)

#: Geometry types with curves.  GDAL hands them on as straight edges without a word.
_CURVES = ("CIRCULARSTRING", "COMPOUNDCURVE", "CURVEPOLYGON", "MULTICURVE", "MULTISURFACE")

#: Formats that cannot hold a curve, so that nothing needs to be searched.
_STRAIGHT = frozenset({".shp", ".geojson", ".json", ".geojsonl", ".csv", ".kml"})

_DIMENSION = "GML_SRS_DIMENSION_IF_MISSING"


@dataclass(frozen=True, slots=True)
class Contents:
    """What pyogrio gives of a layer: column names and values, WKB, the CRS as text."""

    layer: str
    fields: tuple[str, ...]
    values: tuple[NDArray[Any], ...]
    wkb: NDArray[np.object_]
    crs: str | None
    measured: bool


def read(path: Path, layer: str | None) -> VectorFile:
    """Read one layer; raises as :func:`gangqu_gis.formats.read_vector` does."""
    try:
        return _read(path, layer)
    except InputError as error:
        if path.suffix.lower() != ".gml" or not isinstance(error.__cause__, FeatureError):
            raise
        with _flat_unless_declared():
            return _read(path, layer)


@contextmanager
def _flat_unless_declared() -> Iterator[None]:
    """Have GDAL take positions of a GML without ``srsDimension`` for flat.

    By itself it takes them for those of the collection's envelope, which has heights as soon as
    one feature has.
    """
    pyogrio.set_gdal_config_options({_DIMENSION: "2"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({_DIMENSION: None})


def _read(path: Path, layer: str | None) -> VectorFile:
    contents = contents_of(path, layer)
    columns = dict(zip(contents.fields, contents.values, strict=True))
    return as_file(path, contents, columns, Remarks())


def contents_of(
    path: Path, layer: str | None, *, encoding: str | None = None, source: str | None = None
) -> Contents:
    """Return the contents of a layer, its text decoded with ``encoding`` where one is given.

    ``source`` is what errors call the file, where that is not ``path``.
    """
    source = source or str(path)
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            name = chosen_layer(source, _drawn_layers(path), layer)
            _refuse_claims(path, name, encoding)
            meta, _, wkb, values = pyogrio.raw.read(path, layer=name, encoding=encoding)
    except FAULTS as error:
        raise unreadable(source, error) from error
    if wkb is None:
        raise InputError(message("measure.no_layers"), file=source)
    measured = any("easured" in str(warning.message) for warning in warned)
    fields = tuple(map(str, meta["fields"]))
    return Contents(name, fields, tuple(values), wkb, meta["crs"], measured)


def _drawn_layers(path: Path) -> list[str]:
    """Return the layers that have geometries."""
    try:
        return [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    except GeometryError:  # of unknown type with heights, as GDAL takes a GML of both
        from gangqu_gis.formats.stream import layer_names

        names = layer_names(path)
    return [name for name in names if pyogrio.read_info(path, layer=name)["geometry_type"]]


def as_file(
    path: Path, contents: Contents, columns: dict[str, NDArray[Any]], remarks: Remarks
) -> VectorFile:
    """Return contents as features: two-dimensional, straight, with notes on what was neither."""
    source = str(path)
    refuse_lost_lines(path, len(contents.wkb))
    geometry = geometries(contents.wkb, source, remarks)
    crs = named(contents.crs, file=source) if contents.crs else None
    if _is_no_declaration(path, crs, geometry):
        crs = None
    in_degrees = crs is not None and crs.is_geographic
    tolerance = curves.CHORD_TOLERANCE_DEG if in_degrees else curves.CHORD_TOLERANCE_M
    if path.suffix.lower() not in _STRAIGHT:
        try:
            _straighten(path, contents.layer, geometry, tolerance, remarks)
        except FAULTS as error:
            raise unreadable(source, error) from error
    flat = flattened(geometry, remarks, measured=contents.measured)
    return VectorFile(source, contents.layer, flat, columns, crs, remarks.notes())


def _is_no_declaration(path: Path, crs: CRS | None, geometry: NDArray[np.object_]) -> bool:
    """Whether degrees are only GDAL's default for a GeoJSON that has metres and no ``crs``."""
    if path.suffix.lower() not in (".geojson", ".json", ".geojsonl") or crs is None:
        return False
    if not crs.is_geographic or not len(geometry):
        return False
    # NaN where every geometry is NULL: nothing is too large then.
    largest = np.abs(shapely.total_bounds(geometry)).max()
    with path.open("rb") as stream:
        return bool(largest > 360) and b'"crs"' not in stream.read(65536)


def geometries(wkb: NDArray[np.object_], source: str, remarks: Remarks) -> NDArray[np.object_]:
    """Return the geometries; one that cannot be made is ``None``, with a remark."""
    with np.errstate(invalid="ignore"):
        geometry = np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), dtype=object)
        for number, (made, raw) in enumerate(zip(geometry, wkb, strict=True), 1):
            if made is not None or raw is None:
                continue
            closed = shapely.from_wkb(raw, on_invalid="fix")
            if closed is not None and not np.isfinite(shapely.get_coordinates(closed)).all():
                text = message("bad_file.not_finite_number", number=number)
                raise InputError(text, file=source)
            remarks.add("geometry.unreadable", message("bad_file.geometry", number=number))
    return geometry


def flattened(
    geometry: NDArray[np.object_], remarks: Remarks, *, measured: bool = False
) -> NDArray[np.object_]:
    """Return geometries in two dimensions, with a remark where there were more."""
    raised = sum(1 for shape in geometry[shapely.has_z(geometry)] if has_height(shape))
    if raised:
        remarks.add("geometry.heights", message("bad_file.heights", count=raised))
    if measured or bool(shapely.has_m(geometry).any()):
        remarks.add("geometry.measures", message("bad_file.measures"))
    flat: NDArray[np.object_] = shapely.force_2d(geometry)
    return flat


def has_height(shape: Any) -> bool:
    heights = shapely.get_coordinates(shape, include_z=True)[:, 2]
    return bool((np.nan_to_num(heights) != 0.0).any())


def unreadable(source: str, error: Exception) -> InputError:
    """Return what to say of a file that GDAL refuses: its first line, without paths of ours."""
    if isinstance(error, UnboundLocalError):
        return InputError(message("bad_file.crs"), file=source)
    reason = (str(error).splitlines() or [type(error).__name__])[0]
    reason = reason.replace(f"{Path(source).parent}/", "").split("; It might help")[0]
    return InputError(message("measure.unreadable", reason=reason), file=source)


def _straighten(
    path: Path, layer: str, geometry: NDArray[np.object_], tolerance: float, remarks: Remarks
) -> None:
    """Cut the arcs of a layer anew: what pyogrio gives of them are chords of 4°."""
    listed = ", ".join(f"'{name}'" for name in _CURVES)
    quoted = layer.replace('"', '\\"')
    query = f'SELECT FID, OGR_GEOMETRY FROM "{quoted}" WHERE OGR_GEOMETRY IN ({listed})'
    if not _rows(path, query, most=1):
        return
    rows = _rows(path, f'SELECT OGR_GEOMETRY, OGR_GEOM_WKT FROM "{quoted}"')
    cut = 0
    for at, (kind, text) in enumerate(rows):
        if kind in _CURVES:
            cut += 1
            geometry[at] = curves.from_wkt(text, tolerance=tolerance)
    text = message("bad_file.curves", count=cut, tolerance=curves.CHORD_TOLERANCE_M)
    remarks.add("geometry.curves", text)


def _rows(path: Path, query: str, *, most: int | None = None) -> list[tuple[Any, ...]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, _, _, values = pyogrio.raw.read(
            path, sql=query, sql_dialect="OGRSQL", read_geometry=False, max_features=most
        )
    return list(zip(*values, strict=True))


def _refuse_claims(path: Path, layer: str, encoding: str | None) -> None:
    """Refuse a file that claims more features than it has bytes, before room is made for them."""
    claimed = int(pyogrio.read_info(path, layer=layer, encoding=encoding)["features"])
    size = sum(part.stat().st_size for part in _parts(path))
    if claimed > size:
        text = message("bad_file.claim", claimed=claimed, size=size)
        raise InputError(text, file=str(path))


def _parts(path: Path) -> list[Path]:
    return [part for part in path.rglob("*") if part.is_file()] if path.is_dir() else [path]
