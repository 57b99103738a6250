"""What the metadata of a Parquet file says of its columns: by GeoParquet 1.1, and by pandas."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gangqu_gis import crs as crs_module
from gangqu_gis.errors import InputError
from gangqu_gis.messages import message

if TYPE_CHECKING:
    from pyproj import CRS

#: Names of Parquet files that may hold geometries.
SUFFIXES = frozenset({".parquet", ".geoparquet"})

#: The metadata of an Arrow schema.
Metadata = Mapping[bytes, bytes]

#: What pandas calls an index that nobody named; one with a name is a column of its table.
_NAMELESS = re.compile(r"__index_level_\d+__")


@dataclass(frozen=True, slots=True)
class GeometryColumn:
    """The primary geometry column: ``declared`` is its CRS as the file has it, ``None`` if unknown.

    ``types`` are the declared geometry types (empty: any), ``bbox`` the declared extent (empty:
    none), ``others`` the further geometry columns.
    """

    name: str
    encoding: str
    declared: str | None
    types: frozenset[str]
    bbox: tuple[float, ...]
    others: tuple[str, ...]

    def crs(self, *, file: str) -> CRS | None:
        """Return the CRS, ``None`` where the file says that it is not known.

        Raises
        ------
        InputError
            PROJ knows no such CRS.
        """
        return None if self.declared is None else crs_module.named(self.declared, file=file)

    def refuse_other_than_wkb(self, *, file: str) -> None:
        """Refuse the encodings of GeoArrow.

        Raises
        ------
        InputError
            Which encoding it is.
        """
        if self.encoding != "WKB":
            raise InputError(message("layer.encoding_of_table", found=self.encoding), file=file)


def geometry_column(metadata: Metadata | None) -> GeometryColumn | None:
    """Return what a file says of its geometries; ``None`` where it is plain Parquet.

    Raises
    ------
    ValueError
        The metadata are not those of GeoParquet.
    """
    told = (metadata or {}).get(b"geo")
    if told is None:
        return None
    try:
        meta = json.loads(told)
        columns = dict(meta["columns"])
        name = str(meta["primary_column"])
        own = columns.pop(name)
        # Without the member the CRS is OGC:CRS84, which is WGS 84; null says that it is not known.
        declared = own.get("crs", "OGC:CRS84")
        if declared is not None and not isinstance(declared, str):
            declared = json.dumps(declared)
        types = frozenset(map(str, own.get("geometry_types") or ()))
        bbox = tuple(map(float, own.get("bbox") or ()))
        encoding = str(own.get("encoding"))
        return GeometryColumn(name, encoding, declared, types, bbox, tuple(map(str, columns)))
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise ValueError(f"geo metadata: {error}") from error


def bookkeeping(metadata: Metadata | None) -> frozenset[str]:
    """Return the columns that are no attributes: pandas' nameless index, boxes of geometries."""
    told = metadata or {}
    index = _member(told, b"pandas", "index_columns")
    levels = index if isinstance(index, list) else []
    found = {n for n in levels if isinstance(n, str) and _NAMELESS.fullmatch(n)}
    columns = _member(told, b"geo", "columns")
    for own in columns.values() if isinstance(columns, dict) else ():
        covering = own.get("covering") if isinstance(own, dict) else None
        boxes = covering.get("bbox") if isinstance(covering, dict) else None
        for path in boxes.values() if isinstance(boxes, dict) else ():
            # A box is a column of structures; a top-level column of numbers has a path of one.
            if isinstance(path, list) and len(path) > 1:
                found.add(str(path[0]))
    return frozenset(found)


def _member(metadata: Metadata, key: bytes, name: str) -> Any:
    """Return a member of a JSON object of the metadata, or ``None``."""
    try:
        told = json.loads(metadata.get(key, b"null"))
    except (ValueError, RecursionError):
        return None
    return told.get(name) if isinstance(told, dict) else None
