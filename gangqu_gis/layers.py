"""The stored layers: the only reader and writer of the workspace's GeoJSON files.

A stored layer is EPSG:4490 in (lon, lat) order with 9 decimals and carries the 2008 ``crs``
member, which GDAL and QGIS honour.  One feature stands on one line, keys in a stable order, so
that a file comparison shows an edit and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from gangqu_gis.crs import STORAGE_EPSG, STORAGE_URN
from gangqu_gis.documents import decode, read_bytes
from gangqu_gis.errors import InputError
from gangqu_gis.messages import Text, message
from gangqu_gis.records import Record, framed, record_text
from gangqu_gis.schema import Schema

GEOMETRY_TYPES = {
    "polygon": ("Polygon", "MultiPolygon"),
    "line": ("LineString", "MultiLineString"),
}
_ACCEPTED_CRS = re.compile(
    rf"(urn:ogc:def:crs:EPSG:[^:]*:|EPSG:){STORAGE_EPSG}", flags=re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a stored layer.

    ``geometry`` is in EPSG:4490 and is ``None`` where the file has none or one that cannot be
    used, which is then kept as ``unread_geometry``; ``line`` is the feature's line in the file.
    """

    layer: str
    properties: Mapping[str, Any]
    geometry: BaseGeometry | None
    file: str
    line: int
    number: int
    geometry_fault: Text | None = None
    unread_geometry: Any = None

    @property
    def id(self) -> str:
        """The stable id, or "" where the feature has none."""
        value = self.properties.get("id")
        return value if isinstance(value, str) else ""

    @property
    def label(self) -> str:
        """The id, or the position in the file for a feature without one."""
        return self.id or f"#{self.number}"

    @property
    def kind(self) -> str:
        """The declared kind, or ""."""
        value = self.properties.get("kind")
        return value if isinstance(value, str) else ""

    @property
    def basis(self) -> str:
        """Where the geometry comes from; whatever is not declared is ``schematic``."""
        value = self.properties.get("basis")
        return value if value in ("surveyed", "digitized") else "schematic"

    def name(self, lang: str = "zh") -> str:
        """Return the name in ``lang`` where the layer has one, else the Chinese name or the id."""
        english = self.properties.get("name_en") if lang == "en" else None
        return str(english or self.properties.get("name") or self.label)

    def as_record(self) -> Record:
        """Return the feature as GeoJSON; a geometry that could not be read, as it stood."""
        geometry = self.unread_geometry if self.geometry is None else mapping(self.geometry)
        return {"type": "Feature", "properties": self.properties, "geometry": geometry}

    def number_of(self, field: str) -> float | None:
        """Return a numeric attribute, or ``None`` where it is absent or no number."""
        value = self.properties.get(field)
        if not isinstance(value, int | float) or isinstance(value, bool) or abs(value) > 1e300:
            return None
        return float(value)


@dataclass(frozen=True, slots=True)
class Layer:
    """One stored layer, in file order; ``sha256`` is that of the bytes it was read from."""

    name: str
    file: str
    features: tuple[Feature, ...]
    sha256: str = ""


def read_layer(
    path: Path, *, name: str, shown: str, extent: tuple[float, float, float, float]
) -> Layer:
    """Read a stored layer.

    ``extent`` is (west, south, east, north) in degrees: coordinates outside it mean that the
    file is not what it claims to be.  Wrong data (a NULL geometry, a missing id) is read as it
    is and left to the checks.

    Raises
    ------
    InputError
        The file is missing, no JSON, no FeatureCollection, without the ``crs`` member or with
        another one, or has coordinates outside the extent.
    """
    raw = read_bytes(path, shown=shown)
    source = decode(raw, shown=shown)
    document = _parse(source, shown)
    _check_crs(document, shown)
    entries = document.get("features")
    if not isinstance(entries, list):
        raise InputError(message("layer.no_features"), file=shown)
    lines = _feature_lines(source, len(entries))
    features = tuple(
        _read_feature(entry, name, shown, line, number)
        for number, (entry, line) in enumerate(zip(entries, lines, strict=True), 1)
    )
    for feature in features:
        _check_extent(feature, extent)
    return Layer(name, shown, features, hashlib.sha256(raw).hexdigest())


def read_layers(
    paths: Mapping[str, Path],
    *,
    shown: Mapping[str, str],
    extent: tuple[float, float, float, float],
) -> dict[str, Layer]:
    """Read every layer of a workspace, by name."""
    return {
        name: read_layer(path, name=name, shown=shown[name], extent=extent)
        for name, path in paths.items()
    }


def format_layer(name: str, features: Iterable[Feature], schema: Schema) -> str:
    """Return the text of a stored layer: one feature a line, stable key order, 9 decimals."""
    return framed(name, [feature_text(feature, schema) for feature in features])


def feature_text(feature: Feature, schema: Schema) -> str:
    """Return the one line of a stored feature: keys in schema order, 9 decimals."""
    return record_text(feature.as_record(), schema)


def feature_of(record: Record, layer: str) -> Feature:
    """Return the feature that a record describes; it stands in no file."""
    geometry, fault = _read_geometry(record.get("geometry"))
    unread = record.get("geometry") if geometry is None else None
    return Feature(layer, record.get("properties") or {}, geometry, "", 0, 0, fault, unread)


def _parse(source: str, shown: str) -> dict[str, Any]:
    try:
        document = json.loads(source, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        text = source.strip()
        cut = not text or (text.startswith("{") and not text.endswith("}"))
        key = "layer.truncated" if cut else "layer.not_json"
        raise InputError(message(key, reason=error.msg), file=shown, line=error.lineno) from None
    except _NotFinite as error:
        found = re.search(rf"[\[,:\s]{re.escape(str(error))}\s*[,\]}}]", source)
        line = source.count("\n", 0, found.start() + 1) + 1 if found else None
        raise InputError(message("layer.not_finite", value=error), file=shown, line=line) from None
    except RecursionError:
        raise InputError(message("layer.not_json", reason="nesting"), file=shown) from None
    except ValueError as error:
        raise InputError(message("layer.not_json", reason=error), file=shown) from None
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise InputError(message("layer.no_collection"), file=shown, line=1)
    return document


class _NotFinite(ValueError):
    """NaN or Infinity stands in the file."""


def _refuse_constant(text: str) -> NoReturn:
    raise _NotFinite(text)


def _check_crs(document: Mapping[str, Any], shown: str) -> None:
    member = document.get("crs")
    if member is None:
        raise InputError(message("layer.no_crs", urn=STORAGE_URN), file=shown)
    properties = member.get("properties") if isinstance(member, dict) else None
    declared = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(declared, str) or not _ACCEPTED_CRS.fullmatch(declared):
        raise InputError(
            message("layer.other_crs", declared=str(declared), urn=STORAGE_URN), file=shown
        )


def _feature_lines(source: str, count: int) -> list[int]:
    """Return the line on which each feature begins."""
    decoder = json.JSONDecoder()
    position, lines, line, counted = _start_of_features(source, decoder), [], 1, 0
    for _ in range(count):
        position = _skip(source, position, ",")
        line += source.count("\n", counted, position)
        counted = position
        lines.append(line)
        _, position = decoder.raw_decode(source, position)
    return lines


def _start_of_features(source: str, decoder: json.JSONDecoder) -> int:
    """Return where the list of the top-level key "features" begins: the last one counts."""
    position, start = _skip(source, 0, "{"), 0
    while position < len(source) and source[position] != "}":
        key, position = decoder.raw_decode(source, position)
        position = _skip(source, position, ":")
        if key == "features":
            start = position + 1
        _, position = decoder.raw_decode(source, position)
        position = _skip(source, position, ",")
    return start


def _skip(source: str, position: int, mark: str) -> int:
    """Return the position after white space and ``mark``."""
    while position < len(source) and source[position] in " \t\r\n\ufeff" + mark:
        position += 1
    return position


def _read_feature(entry: Any, layer: str, shown: str, line: int, number: int) -> Feature:
    if not isinstance(entry, dict) or entry.get("type") != "Feature":
        raise InputError(message("layer.no_feature", number=number), file=shown, line=line)
    properties = entry.get("properties")
    if properties is not None and not isinstance(properties, dict):
        raise InputError(message("layer.no_properties", number=number), file=shown, line=line)
    raw = entry.get("geometry")
    geometry, fault = _read_geometry(raw)
    unread = raw if geometry is None else None
    return Feature(layer, properties or {}, geometry, shown, line, number, fault, unread)


def _read_geometry(value: Any) -> tuple[BaseGeometry | None, Text | None]:
    if value is None:
        return None, message("layer.geometry_null")
    kind = value.get("type") if isinstance(value, dict) else None
    accepted = [name for names in GEOMETRY_TYPES.values() for name in names]
    if kind not in accepted:
        return None, message("layer.geometry_type", found=str(kind))
    try:
        geometry = shapely.from_geojson(json.dumps(value))
    except shapely.errors.GEOSException as error:
        return None, message("layer.geometry_unreadable", reason=str(error).split("\n")[0])
    if geometry.is_empty:
        return None, message("layer.geometry_empty")
    if geometry.has_z:
        return None, message("layer.geometry_3d")
    return geometry, None


def _check_extent(feature: Feature, extent: tuple[float, float, float, float]) -> None:
    if feature.geometry is None:
        return
    west, south, east, north = extent
    left, bottom, right, top = feature.geometry.bounds
    if west <= left and right <= east and south <= bottom and top <= north:
        return
    x, y = (
        (left, bottom) if not (west <= left <= east and south <= bottom <= north) else (right, top)
    )
    key = "layer.projected" if max(abs(x), abs(y)) > 360 else "layer.outside_extent"
    if west <= y <= east and south <= x <= north:
        key = "layer.axes_swapped"
    raise InputError(
        message(
            key,
            id=feature.label,
            x=f"{x:g}",
            y=f"{y:g}",
            extent=f"{west:g}-{east:g}, {south:g}-{north:g}",
        ),
        file=feature.file,
        line=feature.line,
    )


def all_features(layers: Mapping[str, Layer]) -> Iterator[Feature]:
    """Yield every feature of every layer."""
    for layer in layers.values():
        yield from layer.features
