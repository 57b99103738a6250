"""The stored layers of a workspace: features as the rest of the toolkit knows them.

A stored layer is EPSG:4490 in (lon, lat) order with 9 decimals; ``layerfile`` knows the forms of
its file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from gangqu_gis import layerfile
from gangqu_gis.documents import read_bytes
from gangqu_gis.errors import InputError
from gangqu_gis.layerfile.rows import geometry_of, record_of
from gangqu_gis.messages import Text, message
from gangqu_gis.records import Record, record_text
from gangqu_gis.schema import Schema


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
        return record_of(self)

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
        The file is missing, cannot be read as its suffix says (:mod:`gangqu_gis.layerfile`), is
        not in EPSG:4490, or has coordinates outside the extent.
    """
    raw = read_bytes(path, shown=shown)
    _refuse_unfinished(path, shown)
    features = tuple(
        Feature(
            name, row.properties, row.geometry, shown, row.line, number,
            row.fault, row.unread_geometry,
        )
        for number, row in enumerate(layerfile.rows_in(raw, name=name, shown=shown), 1)
    )  # fmt: skip
    for feature in features:
        _check_extent(feature, extent)
    return Layer(name, shown, features, hashlib.sha256(raw).hexdigest())


def _refuse_unfinished(path: Path, shown: str) -> None:
    """What another program has written and not yet put into the file must not be overlooked."""
    mark = layerfile.beside(path)
    if mark is not None and mark.stat().st_size and not mark.name.endswith("-shm"):
        raise InputError(message("layer.unfinished", mark=mark.name), file=shown)


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


def feature_text(feature: Feature, schema: Schema) -> str:
    """Return the one line of a stored feature: keys in schema order, 9 decimals."""
    return record_text(feature.as_record(), schema)


def feature_of(record: Record, layer: str) -> Feature:
    """Return the feature that a record describes; it stands in no file."""
    geometry, fault = geometry_of(record.get("geometry"))
    unread = record.get("geometry") if geometry is None else None
    return Feature(layer, record.get("properties") or {}, geometry, "", 0, 0, fault, unread)


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
