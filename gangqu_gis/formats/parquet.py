"""Reading whole GeoParquet files with pyarrow: GDAL's driver for them is often not built in."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gangqu_gis.arrow_values import NoAttribute, values_of
from gangqu_gis.errors import InputError
from gangqu_gis.formats.bulk import flattened, geometries, unreadable
from gangqu_gis.formats.remarks import Remarks
from gangqu_gis.formats.vector import VectorFile, chosen_layer
from gangqu_gis.geo_metadata import GeometryColumn, bookkeeping, geometry_column
from gangqu_gis.messages import message

#: Whole numbers beyond this are not all doubles.
_WHOLE = 2**53


def read(path: Path, layer: str | None) -> VectorFile:
    """Read a file, whose only layer is called as it is.

    Raises
    ------
    InputError
        It is damaged or no GeoParquet, its geometries are not WKB or curved, a text is no UTF-8,
        or columns have one name.
    UsageError
        ``layer`` is another.
    """
    source = str(path)
    name = chosen_layer(source, [path.stem], layer)
    table, own = _contents(path)
    remarks = Remarks()
    wkb = _objects(table.column(own.name).to_pylist())
    _refuse_curves(wkb, source)
    geometry = flattened(geometries(wkb, source, remarks), remarks)
    columns = _columns(table, own, source, remarks)
    return VectorFile(source, name, geometry, columns, own.crs(file=source), remarks.notes())


def _contents(path: Path) -> tuple[Any, GeometryColumn]:
    """Return the Arrow table of a file, and which of its columns holds WKB."""
    import pyarrow
    import pyarrow.parquet

    source = str(path)
    try:
        with pyarrow.parquet.ParquetFile(path, pre_buffer=False) as file:
            own = geometry_column(file.schema_arrow.metadata)
            if own is None:
                raise InputError(message("bad_file.no_geoparquet"), file=source)
            own.refuse_other_than_wkb(file=source)
            _refuse_equal_names(file.schema_arrow.names, source)
            # Threads of pyarrow's that are still starting when a short command ends abort it.
            table = file.read(use_threads=False)
        _refuse_other_than_bytes(table.schema, own.name)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise unreadable(source, error) from error
    return table, own


def _refuse_equal_names(names: list[str], source: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(message("bad_file.column_twice", names=", ".join(twice)), file=source)


def _refuse_other_than_bytes(schema: Any, name: str) -> None:
    import pyarrow

    if name not in schema.names:
        raise ValueError(f"geo metadata: {name}")
    own = schema.field(name).type
    own = getattr(own, "storage_type", own)
    if not (pyarrow.types.is_binary(own) or pyarrow.types.is_large_binary(own)):
        raise ValueError(f"{name}: {own}")


def _refuse_curves(wkb: NDArray[np.object_], source: str) -> None:
    """Refuse geometries that GeoParquet does not allow: WKB's types from 8 on."""
    for number, raw in enumerate(wkb, 1):
        if raw is None or len(raw) < 5:
            continue
        code = int.from_bytes(raw[1:5], "little" if raw[0] else "big")
        # ISO writes heights and measures into the thousands, EWKB into the highest bits.
        if 8 <= (code & 0xFFFF) % 1000 <= 14:
            raise InputError(message("bad_file.curve", number=number), file=source)


def _columns(
    table: Any, own: GeometryColumn, source: str, remarks: Remarks
) -> dict[str, NDArray[Any]]:
    """Return the attributes; what is none is left out, with a remark."""
    passed_over = {own.name, *bookkeeping(table.schema.metadata)}
    found: dict[str, NDArray[Any]] = {}
    odd: list[str] = []
    for field in table.schema:
        if field.name in passed_over:
            continue
        try:
            if field.name in own.others:
                raise NoAttribute(field.name)
            found[field.name] = _array(table.column(field.name), field)
        except NoAttribute:
            odd.append(field.name)
        except UnicodeDecodeError as error:
            raise InputError(message("bad_file.not_utf8", name=field.name), file=source) from error
    if odd:
        remarks.add("columns.odd", message("bad_file.odd_columns", names=", ".join(odd)))
    return found


def _array(column: Any, field: Any) -> NDArray[Any]:
    """Return a column as the other readers give it: numbers where it has numbers, else objects.

    A number that is missing is NaN, unless whole numbers would lose digits as doubles.
    """
    import pyarrow

    types, kind = pyarrow.types, field.type
    is_number = types.is_integer(kind) or types.is_floating(kind)
    if is_number and not (column.null_count and types.is_integer(kind) and _is_long(column)):
        return np.asarray(column.to_numpy())
    values = list(values_of(column, field, number=float))
    if types.is_decimal(kind):
        return np.array([math.nan if v is None else v for v in values], dtype=np.float64)
    if types.is_boolean(kind) and not column.null_count:
        return np.array(values, dtype=bool)
    return _objects(values)


def _is_long(column: Any) -> bool:
    """Whether a whole number of a column is too long for a double."""
    import pyarrow.compute

    ends = pyarrow.compute.min_max(column).as_py().values()
    return any(end is not None and abs(end) > _WHOLE for end in ends)


def _objects(values: list[Any]) -> NDArray[np.object_]:
    return np.fromiter(values, dtype=object, count=len(values))  # lists are values, no dimension
