"""Writing with GDAL: one layer at a time, types and aliases declared, no clock in the file."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely
from shapely.geometry.base import BaseGeometry

from gangqu_gis.errors import InputError
from gangqu_gis.messages import message

if TYPE_CHECKING:
    import pyarrow

#: GDAL takes the time that it writes into a GeoPackage from here.
_CLOCK = "OGR_CURRENT_DATE"
_GEOMETRY = "geom"
#: Digits of an area column, and its decimals (field conventions 2.3).
AREA_DIGITS, AREA_DECIMALS = 18, 2


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``type`` is text, json, integer, long, number, flag or area (a Decimal in m²).

    ``width`` is the room of a text in bytes where the format needs one.
    """

    name: str
    type: str
    values: Sequence[Any]
    alias: str = ""
    width: int = 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """The geometries of a layer, their common type as GDAL calls it, and their CRS as WKT."""

    geometry: Sequence[BaseGeometry | None]
    type: str
    crs: str


@dataclass(frozen=True, slots=True)
class Target:
    """The file that a layer goes into: GDAL's driver and its options."""

    path: Path
    driver: str
    options: Mapping[str, str] = field(default_factory=dict)
    shown: str = ""
    dataset_options: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def clock_at(day: date) -> Iterator[None]:
    """Let GDAL write ``day`` where it would write the present time."""
    import pyogrio

    former = pyogrio.get_gdal_config_option(_CLOCK)
    pyogrio.set_gdal_config_options({_CLOCK: f"{day.isoformat()}T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({_CLOCK: former})


def write_layer(
    target: Target,
    layer: str,
    columns: Sequence[Column],
    drawn: Drawn | None,
    *,
    encoding: str | None = None,
) -> list[str]:
    """Write one layer into ``target``, beside those that it has; without ``drawn``, a table.

    Returns what GDAL warned of.

    Raises
    ------
    InputError
        GDAL cannot write it.
    """
    import pyogrio.raw
    from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FeatureError, FieldError

    geometry = {} if drawn is None else {"geometry_name": _GEOMETRY, "crs": drawn.crs}
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            pyogrio.raw.write_arrow(
                arrow_table(columns, drawn),
                target.path,
                layer=layer,
                driver=target.driver,
                geometry_type=None if drawn is None else drawn.type,
                append=target.path.exists(),
                encoding=encoding,
                layer_options=dict(target.options) or None,
                dataset_options=dict(target.dataset_options) or None,
                **geometry,
            )
    except (
        CRSError,
        DataLayerError,
        DataSourceError,
        FeatureError,
        FieldError,
        OSError,
        RuntimeError,
    ) as error:
        reason = (str(error).splitlines() or ["?"])[0]
        shown = target.shown or str(target.path)
        raise InputError(message("file.cannot_write", reason=reason), file=shown) from error
    return [str(warning.message) for warning in caught]


def arrow_table(columns: Sequence[Column], drawn: Drawn | None) -> pyarrow.Table:
    """Return columns, and the geometries as WKB, as an Arrow table."""
    import pyarrow

    fields, arrays = [], []
    for column in columns:
        metadata = {"GDAL:OGR:alternative_name": column.alias} if column.alias else {}
        if column.width:
            metadata["GDAL:OGR:width"] = str(column.width)
        if column.type == "json":
            metadata["ARROW:extension:name"] = "arrow.json"
        kind = _types()[column.type]
        fields.append(pyarrow.field(column.name, kind, metadata=metadata))
        arrays.append(pyarrow.array(column.values, kind))
    if drawn is not None:
        metadata = {"ARROW:extension:name": "geoarrow.wkb"}
        fields.append(pyarrow.field(_GEOMETRY, pyarrow.binary(), metadata=metadata))
        arrays.append(pyarrow.array(list(shapely.to_wkb(list(drawn.geometry))), pyarrow.binary()))
    return pyarrow.Table.from_arrays(arrays, schema=pyarrow.schema(fields))


def _types() -> dict[str, Any]:
    import pyarrow

    return {
        "text": pyarrow.string(),
        "json": pyarrow.string(),
        "integer": pyarrow.int32(),
        "long": pyarrow.int64(),
        "number": pyarrow.float64(),
        "flag": pyarrow.bool_(),
        "area": pyarrow.decimal128(AREA_DIGITS, AREA_DECIMALS),
    }


def area(value: Decimal | None) -> Decimal | None:
    """Return an area as an area column holds it."""
    return None if value is None else value.quantize(Decimal(1).scaleb(-AREA_DECIMALS))
